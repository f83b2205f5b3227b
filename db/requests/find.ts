import { type Actor, recordEvent, takeNumber } from '../audit/record.ts';
import type { Database } from '../database.ts';
import { firstIdAt } from '../ids.ts';
import { LostKey } from '../vault/lost-key.ts';
import { hashReceiptCode, readReceiptCode, readReceiptTime } from '../vault/signer.ts';
import type { Vault } from '../vault/vault.ts';
import type { RequestRow, RequestState, RequestTexts, RequestType } from './request.ts';

/** A request with its key. */
export type KeyedRequest = RequestRow & { kek_id: string | null; wrapped: string | null };

/** Finds a request by the code that its person was given; undefined when the text is none. */
export async function findByReference(db: Database, typed: string): Promise<KeyedRequest | undefined> {
  return findByCode(db, 'reference_hash', typed);
}

/** Finds a request by the code that opens its copy, whether it still does or not. */
export async function findByCopyCode(db: Database, typed: string): Promise<KeyedRequest | undefined> {
  return findByCode(db, 'copy_hash', typed);
}

/** Finds, among the requests received at the time in a code, the one with its hash. */
function findByCode(db: Database, column: 'reference_hash' | 'copy_hash', typed: string) {
  const code = readReceiptCode(typed) ?? '';
  const [from, before] = readReceiptTime(code);
  return selectRequests(db)
    .where('id', '>=', firstIdAt(from))
    .where('id', '<', firstIdAt(before))
    .where(column, '=', hashReceiptCode(code))
    .executeTakeFirst();
}

/** Finds a request by its id. */
export function findRequest(db: Database, id: string): Promise<KeyedRequest | undefined> {
  return selectRequests(db).where('id', '=', id).executeTakeFirst();
}

/** Finds requests by their ids, at most fifty, those due last first. */
export function findRequests(db: Database, ids: string[]): Promise<KeyedRequest[]> {
  return selectRequests(db).where('id', 'in', ids).orderBy('due_on', 'desc').orderBy('id', 'desc').execute();
}

export interface RequestQuery {
  state?: RequestState | undefined;
  type?: RequestType | undefined;
  /** A day, exclusive. */
  due_before?: string | undefined;
  /** `asc` unless told otherwise. */
  order?: 'asc' | 'desc' | undefined;
  limit: number;
}

/** Lists requests by the day on which they were first due, after a place in that order. */
export async function listRequests(
  db: Database,
  { state, type, due_before, order = 'asc', limit }: RequestQuery,
  after: Pick<RequestRow, 'due_on' | 'id'> | undefined,
): Promise<{ requests: KeyedRequest[]; has_more: boolean }> {
  let rows = selectRequests(db)
    .orderBy('due_on', order)
    .orderBy('id', order)
    .limit(limit + 1);
  if (state) rows = rows.where('state', '=', state);
  if (type) rows = rows.where('type', '=', type);
  if (due_before)
    rows = rows
      .where('due_on', '<', due_before)
      .where(eb => eb.or([eb('extended_to', 'is', null), eb('extended_to', '<', due_before)]));
  const beyond = order === 'asc' ? '>' : '<';
  if (after) rows = rows.where(eb => eb(eb.refTuple('due_on', 'id'), beyond, eb.tuple(after.due_on, after.id)));
  const requests = await rows.execute();
  return { requests: requests.slice(0, limit), has_more: requests.length > limit };
}

/** Selects requests with their keys. */
export function selectRequests(db: Database) {
  return db
    .selectFrom('subject_requests')
    .leftJoin('keys', join => join.onRef('subject_id', '=', 'id').on('subject_kind', '=', 'request'))
    .selectAll('subject_requests')
    .select(['kek_id', 'wrapped']);
}

/**
 * Opens what is sealed of a request; undefined once it is erased. A caller that shows it to staff has recorded the read
 * before, or masks it.
 *
 * @throws LostKey when it does not open.
 */
export function openTexts(vault: Vault, { id, sealed, kek_id, wrapped }: KeyedRequest): RequestTexts | undefined {
  if (sealed === null) return undefined;
  const lost = (cause?: unknown) =>
    new LostKey('ENCRYPTION_KEYS', [{ subject_id: id, key_id: kek_id ?? undefined }], cause);
  if (!kek_id || !wrapped) throw lost();
  try {
    return JSON.parse(vault.openOwn('request', id, sealed, { kek_id, wrapped }));
  } catch (error) {
    throw lost(error);
  }
}

/** Records that a request is shown in clear. A caller shows it afterwards. */
export async function recordReveal(db: Database, id: string, actor: Actor, now: Date): Promise<void> {
  await db.atomic([takeNumber(db), ...recordEvent(db, actor, { action: 'request.revealed', fields: id }, now)]);
}
