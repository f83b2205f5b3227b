import type { KyselyPlugin } from 'kysely';
import type { Database } from './database.ts';
import { nextTurn, pause } from './turn.ts';

/** Time that jobs leave to people for each millisecond of their own, while somebody waits for an answer. */
const left_for_each = 9;

/** Longest time that one slice leaves, so that no job stands still. */
const most_ms = 50;

/** Error of `rest` in a job whose process is about to stop. */
export class Stopped extends Error {}

/**
 * Creates what jobs read and write a database by. Because SQLite is read on the thread that answers, they rest after each
 * slice while somebody waits, all of them one after the other: together they take a tenth of the thread.
 *
 * @param isAwaited Tells whether somebody waits for an answer.
 * @param clock Returns milliseconds.
 */
export function createBackground(isAwaited: () => boolean, clock: () => number, sleep = pause) {
  let rests = Promise.resolve();
  let [began, owed] = [0, 0];
  let isStopped = false;

  async function rest() {
    const left_ms = left_for_each * (clock() - began);
    rests = rests.then(async () => {
      owed = isAwaited() ? Math.min(owed + left_ms, most_ms) : 0;
      if (owed < 1) await nextTurn();
      else {
        await sleep(owed);
        owed = 0;
      }
      began = clock();
    });
    await rests;
  }

  return {
    /**
     * Returns the database for jobs, by which whoever asks for something rests. Only its `rest` ends a job, because a job
     * calls that where it may end: between a call to another host and the note of it there is none.
     *
     * @param isReadHere Whether reads take this thread. Else they hold nobody up, and no rest follows them.
     */
    over(db: Database, isReadHere: boolean): Database {
      const plugin: KyselyPlugin = {
        transformQuery: ({ node }) => node,
        async transformResult({ result }) {
          await rest();
          return result;
        },
      };
      const { atomic, read, snapshot, forLists, scrub, rows_at_once, backlog, destroy } = db;
      const verbs = { forLists, scrub, rows_at_once, destroy, ...(backlog && { backlog }) };
      const end = () => {
        if (isStopped) throw new Stopped();
      };
      if (!isReadHere)
        return Object.assign(db.withoutPlugins(), {
          ...verbs,
          atomic,
          read,
          snapshot,
          rest: () => nextTurn().then(end),
        });
      return Object.assign(db.withPlugin(plugin), {
        ...verbs,
        rest: () => rest().then(end),
        async atomic(statements: Parameters<typeof atomic>[0]) {
          await rest();
          return atomic(statements).finally(() => {
            began = clock();
          });
        },
        async read<R>(query: Parameters<typeof read<R>>[0]) {
          const rows = await read<R>(query);
          await rest();
          return rows;
        },
        snapshot: (work =>
          snapshot(taken => work({ ...taken, read: queries => taken.read(queries).finally(rest) }))) as typeof snapshot,
      });
    },
    /** Ends each job where it rests next. */
    stop() {
      isStopped = true;
    },
  };
}
