import type { KyselyPlugin } from 'kysely';
import type { Database } from './database.ts';
import { nextTurn, pause } from './turn.ts';

/** Time that jobs leave to people for each millisecond of their own, while somebody waits for an answer. */
const left_for_each = 9;

/** Longest time that one slice leaves, so that no job stands still, and most that a rest that took longer counts. */
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
export function createBackground(
  isAwaited: () => boolean,
  clock: () => number,
  { sleep, turn } = { sleep: pause, turn: nextTurn },
) {
  let rests = Promise.resolve();
  /** Time that jobs owe, in ms. Because a busy event loop ends a rest late, it may be less than none: so much was left already. */
  let owed = 0;
  /** Start of the slice that runs. Because a job may wait for something else within, it is forgotten when the loop comes round. */
  let began: number | undefined;
  let isStopped = false;

  async function rest() {
    const now = clock();
    const left_ms = left_for_each * (now - (began ?? now));
    began = undefined;
    rests = rests.then(async () => {
      const isBusy = isAwaited();
      owed = isBusy ? Math.min(owed + left_ms, most_ms) : 0;
      const from = clock();
      if (owed >= 1) await sleep(owed);
      else if (owed >= 0) await turn();
      owed = isBusy ? Math.max(owed - (clock() - from), -most_ms) : 0;
      begin();
    });
    await rests;
  }

  function begin() {
    const at = clock();
    began = at;
    void nextTurn().then(() => {
      if (began === at) began = undefined;
    });
  }

  const beginUnlessBegun = () => {
    if (began === undefined) begin();
  };

  return {
    /**
     * Returns the database for jobs, by which whoever asks for something rests. Only its `rest` ends a job, because a job
     * calls that where it may end: between a call to another host and the note of it there is none.
     *
     * @param isReadHere Whether reads take this thread. Else they hold nobody up, and no rest follows them.
     */
    over(db: Database, isReadHere: boolean): Database {
      const plugin: KyselyPlugin = {
        transformQuery({ node }) {
          beginUnlessBegun();
          return node;
        },
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
          return atomic(statements).finally(begin);
        },
        async read<R>(query: Parameters<typeof read<R>>[0]) {
          beginUnlessBegun();
          const rows = await read<R>(query);
          await rest();
          return rows;
        },
        snapshot: (work =>
          snapshot(taken =>
            work({
              ...taken,
              read(queries) {
                beginUnlessBegun();
                return taken.read(queries).finally(rest);
              },
            }),
          )) as typeof snapshot,
      });
    },
    /** Ends each job where it rests next. */
    stop() {
      isStopped = true;
    },
  };
}
