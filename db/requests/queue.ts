import { sql } from 'kysely';
import type { Database } from '../database.ts';
import { type KeyedRequest, selectRequests } from './find.ts';
import type { RequestState, RequestType } from './request.ts';

/** What narrows down the requests that wait for an answer. Days are `YYYY-MM-DD`. */
export interface QueueQuery {
  state?: RequestState | undefined;
  type?: RequestType | undefined;
  /** Only those of which a refusal waits for its approval. */
  refusal_asked?: boolean | undefined;
  /** Inclusive. */
  due_from?: string | undefined;
  /** Inclusive. */
  due_to?: string | undefined;
  limit: number;
}

/** A place in the queue: a due day and the id of a request. */
export interface QueuePlace {
  due: string;
  id: string;
}

/** The day by which a request must be answered, as the index of the queue has it. */
const due = sql<string>`coalesce(extended_to, due_on)`;

/** Lists the requests that wait for an answer, the one that is due next at the top, after a place in that order. */
export async function listQueue(
  db: Database,
  { state, type, refusal_asked, due_from, due_to, limit }: QueueQuery,
  after: QueuePlace | undefined,
): Promise<{ requests: KeyedRequest[]; has_more: boolean }> {
  let rows = selectRequests(db)
    .where('closed_at', 'is', null)
    .orderBy(due)
    .orderBy('id')
    .limit(limit + 1);
  if (state) rows = rows.where('state', '=', state);
  if (type) rows = rows.where('type', '=', type);
  if (refusal_asked) rows = rows.where('refusal_code', 'is not', null);
  if (due_from) rows = rows.where(due, '>=', due_from);
  if (due_to) rows = rows.where(due, '<=', due_to);
  // The day stands alone too, because SQLite seeks no expression within a row value, and would read from the top.
  if (after) rows = rows.where(due, '>=', after.due).where(sql<boolean>`(${due}, id) > (${after.due}, ${after.id})`);
  const requests = await rows.execute();
  return { requests: requests.slice(0, limit), has_more: requests.length > limit };
}

/** Counts the requests that wait for an answer, by whether a refusal waits, and from one due day to another, inclusive. */
export async function countQueue(
  db: Database,
  { refusal_asked, due_from, due_to }: Pick<QueueQuery, 'refusal_asked' | 'due_from' | 'due_to'>,
): Promise<number> {
  let rows = db
    .selectFrom('subject_requests')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('closed_at', 'is', null);
  if (refusal_asked) rows = rows.where('refusal_code', 'is not', null);
  if (due_from) rows = rows.where(due, '>=', due_from);
  if (due_to) rows = rows.where(due, '<=', due_to);
  return (await rows.executeTakeFirstOrThrow()).count;
}
