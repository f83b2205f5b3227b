import type { Selectable } from 'kysely';
import { type Actor, recordEvent, takeNumber } from '../audit/record.ts';
import type { Database } from '../database.ts';
import { digest } from '../digest.ts';
import type { ConsoleSessions } from '../schema.ts';
import { vouched_ms } from './renewals.ts';
import { draftEnds, isOver } from './sessions.ts';

/** A session as its person sees it. */
export interface ListedSession {
  /** Names the session in addresses. Nobody signs in with it, because it is a digest of the digest that is stored. */
  id: string;
  created_at: string;
  last_seen_at: string;
  /** Whether it is the session that asks. */
  is_this: boolean;
}

/**
 * Lists the open sessions of a token or an account, the latest used first.
 *
 * @param presented The id of the session that asks.
 */
export async function listSessions(
  db: Database,
  holder_id: string,
  presented: string,
  now: Date,
): Promise<ListedSession[]> {
  const own = digest(presented);
  const open = (await selectSessions(db, holder_id)).filter(row => isOpen(row, now));
  return open
    .map(({ id_sha256, created_at, last_seen_at }) => {
      return { id: nameSession(id_sha256), created_at, last_seen_at, is_this: id_sha256 === own };
    })
    .toSorted((one, other) => (one.last_seen_at < other.last_seen_at ? 1 : -1));
}

/** Counts the open sessions of each token and account, by its id. */
export async function countSessions(db: Database, now: Date): Promise<Map<string, number>> {
  const rows = await db.selectFrom('console_sessions').selectAll().where('ended_at', 'is', null).execute();
  const counts = new Map<string, number>();
  for (const row of rows) if (isOpen(row, now)) counts.set(row.holder_id, (counts.get(row.holder_id) ?? 0) + 1);
  return counts;
}

/**
 * Ends one session of a token or an account. Returns false when it has none of this name, and true again when it has
 * ended already.
 */
export async function endListed(
  db: Database,
  holder_id: string,
  name: string,
  actor: Actor,
  now: Date,
): Promise<boolean> {
  const row = (await selectSessions(db, holder_id)).find(({ id_sha256 }) => nameSession(id_sha256) === name);
  if (row && isOpen(row, now)) await end(db, holder_id, { only: row.id_sha256 }, actor, now);
  return row !== undefined;
}

/**
 * Ends all sessions of a token or an account.
 *
 * @param presented The id of a session that goes on.
 */
export async function endAll(
  db: Database,
  holder_id: string,
  presented: string | undefined,
  actor: Actor,
  now: Date,
): Promise<void> {
  const but = presented === undefined ? '' : digest(presented);
  const rows = await selectSessions(db, holder_id);
  if (rows.some(row => row.id_sha256 !== but && isOpen(row, now))) await end(db, holder_id, { but }, actor, now);
}

async function end(db: Database, holder_id: string, which: Parameters<typeof draftEnds>[2], actor: Actor, now: Date) {
  await db.atomic([
    ...draftEnds(db, holder_id, which, now),
    takeNumber(db),
    ...recordEvent(db, actor, { action: 'session.ended', fields: holder_id }, now),
  ]);
}

function selectSessions(db: Database, holder_id: string) {
  return db.selectFrom('console_sessions').selectAll().where('holder_id', '=', holder_id).execute();
}

/** Returns whether a session can still be used: one for which the provider gave nothing to ask it with, while its word holds. */
function isOpen(row: Selectable<ConsoleSessions>, now: Date): boolean {
  if (row.ended_at || isOver(row, now)) return false;
  if (row.vouched_at === null || row.renewal_sealed !== null) return true;
  return Math.abs(now.getTime() - Date.parse(row.vouched_at)) < vouched_ms;
}

/** Characters of a session's name: as many as tell a person's sessions apart. */
const name_length = 20;

function nameSession(id_sha256: string): string {
  return digest(`name of session ${id_sha256}`).slice(0, name_length);
}
