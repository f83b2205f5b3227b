import type { Context } from 'hono';
import { Conflict } from '../../db/database.ts';
import { digest } from '../../db/digest.ts';
import { newId } from '../../db/ids.ts';
import { claimKey, findFirstUse, freeKey } from '../../db/once/repeat.ts';
import { keepNote, readNote } from '../../db/staff/notes.ts';
import { type App, factory } from '../context.ts';
import { readSessionId } from './session.ts';

/**
 * Time in which the same form of one session is a repeat: a double click, or a press while nothing seems to happen. It is
 * short, because somebody may do, undo and do again what they want.
 */
const repeat_ms = 5_000;

/** How long a repeat waits for what the first one does. */
const looks = 30;
const look_ms = 100;

/**
 * Leads a form that is sent twice to where the first one led, so that what it makes is made once. It stands after the
 * body is read. A form that was refused may be sent again at once.
 */
export const once = factory.createMiddleware(async (c, next) => {
  const { db, now } = c.var.services;
  const session = readSessionId(c)!;
  const id = newId(now());
  const act = [c.req.path, c.var.sent];
  const first = await claimAct(c, act, id);
  const led = first ? await waitFor(() => readNote<{ to: string | null }>(db, session, 'answer', first)) : undefined;
  if (led?.to) return c.redirect(led.to, 303);
  await next();
  const location = c.res.status === 303 ? c.res.headers.get('Location')! : '';
  const isRefused = location.split('?')[0] === c.req.path || /[?&]draft=/.test(location);
  const to = isRefused ? null : location || null;
  if (c.error) return;
  const again = to ? [] : [freeKey(db, keyOf(c, act))];
  await db.atomic([...again, ...keepNote(db, session, 'answer', id, { to })]);
});

/**
 * Claims an act of a session, so that of two requests that ask for the same at once one does it.
 *
 * @param act What is asked for.
 * @param note Id of the note that will tell what was done.
 * @returns The note of the request that has claimed it; undefined for the first one.
 */
export async function claimAct(c: Context<App>, act: unknown, note: string): Promise<string | undefined> {
  const { db, now } = c.var.services;
  const key = keyOf(c, act);
  try {
    await db.atomic(claimKey(db, [{ key, fingerprint: key }], note, new Date(now().getTime() + repeat_ms), now()));
    return undefined;
  } catch (error) {
    if (!(error instanceof Conflict && error.table === 'once')) throw error;
  }
  const first = await findFirstUse(db, [key], now());
  return first && first !== 'erased' ? first.subject_id : undefined;
}

function keyOf(c: Context<App>, act: unknown): string {
  return digest(JSON.stringify([readSessionId(c), act]));
}

/** Waits for what another request writes, and returns undefined where it takes too long. */
export async function waitFor<Written>(look: () => Promise<Written | undefined>): Promise<Written | undefined> {
  for (let n = 1; ; n++) {
    const written = await look();
    if (written || n > looks) return written;
    await new Promise(resolve => setTimeout(resolve, look_ms));
  }
}
