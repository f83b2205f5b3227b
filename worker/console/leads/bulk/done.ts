import type { Context } from 'hono';
import type { BulkChange } from '../../../../db/leads/bulk/change.ts';
import type { Beside, BulkOutcome } from '../../../../db/leads/bulk/units.ts';
import { keepNote, readNote } from '../../../../db/staff/notes.ts';
import type { App } from '../../../context.ts';
import { actorOf } from '../../../guards/access.ts';
import { logFailure } from '../../../http/problems/failure.ts';
import { uuid } from '../../../http/query-fields.ts';
import { readSessionId } from '../../session.ts';

/** A session keeps this of a change of several leads. */
export interface Done extends BulkOutcome {
  act: 'status' | 'spam' | 'assign' | 'undo' | 'again' | 'late';
  change: BulkChange;
  /** When it was done, and by which request of whom. */
  at: string;
  actor_id: string;
  request_id: string;
  /** Whether all of it was tried. A part is kept with each unit, because the next one may fail. */
  isWhole: boolean;
  /** The note of the act that has undone it. */
  undone_by?: string;
}

/**
 * Keeps what an act does: a part with each of its units, and in the end all.
 *
 * @throws what the act failed with, unless a part of it is kept, which then tells what was not written.
 */
export async function keepDone(
  c: Context<App>,
  id: string,
  said: Pick<Done, 'act' | 'change'>,
  write: (beside: Beside) => Promise<BulkOutcome>,
): Promise<void> {
  const { db, now } = c.var.services;
  const { id: actor_id, request_id } = actorOf(c);
  const told = { ...said, at: now().toISOString(), actor_id, request_id: request_id! };
  const keep = (outcome: BulkOutcome, isWhole: boolean) =>
    keepNote(db, readSessionId(c)!, 'bulk', id, { ...outcome, ...told, isWhole } satisfies Done);
  try {
    const outcome = await write(part => keep(part, false));
    await db.atomic(keep(outcome, true));
  } catch (error) {
    if (!(await readDone(c, id))) throw error;
    logFailure(c, error as Error);
  }
}

/** Reads what the session keeps of an act. */
export async function readDone(c: Context<App>, id: string): Promise<Done | undefined> {
  return uuid.test(id) ? readNote<Done>(c.var.services.db, readSessionId(c)!, 'bulk', id) : undefined;
}
