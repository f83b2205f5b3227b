import type { Context } from 'hono';
import { Conflict } from '../../../../db/database.ts';
import { digest } from '../../../../db/digest.ts';
import { claimKey, findFirstUse } from '../../../../db/once.ts';
import type { App } from '../../../context.ts';
import { readSessionId } from '../../session.ts';
import { type Done, readDone } from './done.ts';

/** Time in which the same act of one session is a repeat: a double click, or a form that is sent twice. */
const repeat_ms = 15_000;

/** How long a repeat waits for what the first one does. */
const looks = 30;
const look_ms = 100;

/**
 * Claims an act of a session, so that two requests that ask for the same at once do it once.
 *
 * @param act What is asked for.
 * @param note The note that will tell what was done.
 * @returns What the first request for it did; undefined for the first one, or where that one has left nothing.
 */
export async function claimAct(
  c: Context<App>,
  act: unknown,
  note: string,
): Promise<{ id: string; done: Done } | undefined> {
  const { db, now } = c.var.services;
  const key = digest(JSON.stringify(['bulk', readSessionId(c), act]));
  try {
    await db.atomic(claimKey(db, [{ key, fingerprint: key }], note, new Date(now().getTime() + repeat_ms), now()));
    return undefined;
  } catch (error) {
    if (!(error instanceof Conflict && error.table === 'once')) throw error;
  }
  const first = await findFirstUse(db, [key], now());
  if (!first || first === 'erased') return undefined;
  const id = first.subject_id;
  let done = await readDone(c, id);
  for (let look = 1; !done?.isWhole && look <= looks; look++) {
    await new Promise(resolve => setTimeout(resolve, look_ms));
    done = await readDone(c, id);
  }
  return done && { id, done };
}
