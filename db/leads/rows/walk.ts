import { type CompiledQuery, type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Database } from '../../database.ts';
import { nextTurn } from '../../turn.ts';
import type { Vault } from '../../vault/vault.ts';
import { boundIds, filterLeads, type Kinds, type LeadQuery, type Position, readValues, type Values } from './filter.ts';
import { readShaped } from './shapes.ts';

/** Leads that the first statement looks at. The next look at twice as many, because most lists fill a page from few. */
const first_slice = 100;

/** Leads that were looked at, in the order of the list. */
export interface Slice {
  /** Those that match. */
  found: Position[];
  /** The last that was looked at; undefined where there are no more. */
  last: Position | undefined;
}

/**
 * Tells whether an index finds exactly what a search asks for, in the order of its list. Else the search is a walk
 * through what the best index finds.
 *
 * Because SQLite, asked for whole leads between two bounds, takes the shorter of two indexes, leads of one assignee and
 * status are walked there: the walk asks for what the longer index alone has.
 */
export function isIndexed(query: LeadQuery): boolean {
  const isMisled = query.assigned_to && query.status && !query.closed_reason && isBounded(query);
  return listUnindexed(query).length === 0 && !isMisled;
}

function isBounded({ received_from, received_to }: LeadQuery): boolean {
  return Boolean(received_from || received_to);
}

/** Tells whether no lead can match, whatever leads there are. */
export function isContrary({ status, closed_reason, due_by, assigned_to, unassigned }: LeadQuery): boolean {
  const mustBeClosed = Boolean(closed_reason);
  const mustBeOpen = Boolean(due_by || (status && status !== 'closed'));
  return (mustBeClosed && mustBeOpen) || Boolean(assigned_to && unassigned) || Boolean(due_by && status === 'closed');
}

/**
 * Walks through the leads that may match a search, a slice at a time, so that other requests have their turn.
 *
 * Because no index has every combination of conditions, one statement might read all leads to find the few that match.
 */
export async function* walkLeads(
  { db, vault }: { db: Database; vault: Vault },
  query: LeadQuery,
  after: Position | undefined,
): AsyncGenerator<Slice, void> {
  for (
    let [at, size] = [after, Math.min(first_slice, db.rows_at_once)];
    ;
    size = Math.min(2 * size, db.rows_at_once), await nextTurn()
  ) {
    const slice = await readSlice({ db, vault }, query, at, size);
    yield slice;
    if (!slice.last) return;
    at = slice.last;
  }
}

/** Reads which of the next leads match a search. */
async function readSlice(
  { db, vault }: { db: Database; vault: Vault },
  query: LeadQuery,
  after: Position | undefined,
  size: number,
): Promise<Slice> {
  if (isContrary(query)) return { found: [], last: undefined };
  const rows = await lookAt<Row>({ db, vault }, query, after, `walk ${size}`, (_, leads) =>
    leads
      .select(query.due_by ? ['leads.id', 'follow_up_on'] : ['leads.id'])
      .limit(sql.lit(size))
      .compile(),
  );
  const place = ({ id, follow_up_on }: Row): Position => ({ seq: 0, id, ...(follow_up_on && { follow_up_on }) });
  return {
    found: rows.filter(({ is_found }) => Number(is_found)).map(place),
    last: rows.length < size ? undefined : place(rows.at(-1)!),
  };
}

/** Counts which of the first leads match a search, and tells whether there are more leads than it looks at. */
export async function countSlice(
  services: { db: Database; vault: Vault },
  query: LeadQuery,
  size: number,
): Promise<{ found: number; isCut: boolean }> {
  if (isContrary(query)) return { found: 0, isCut: false };
  const [row] = await lookAt<Counted>(services, query, undefined, `count ${size}`, (db, leads) =>
    db
      .selectFrom(leads.limit(sql.lit(size)).as('some'))
      .select(({ fn }) => [fn.countAll<number>().as('looked_at'), fn.sum<number | null>('is_found').as('found')])
      .compile(),
  );
  return { found: Number(row!.found), isCut: Number(row!.looked_at) === size };
}

interface Counted {
  looked_at: number;
  /** Null where none was looked at. */
  found: number | null;
}

/**
 * Reads by a statement on the next leads of the best index, each with whether it matches all conditions.
 *
 * @param kind What the statement does.
 */
function lookAt<Row>(
  { db, vault }: { db: Database; vault: Vault },
  query: LeadQuery,
  after: Position | undefined,
  kind: string,
  build: (db: Database, leads: ReturnType<typeof markFound>) => CompiledQuery,
): Promise<Row[]> {
  const indexed = pickIndexed(query);
  const { values, ...counts } = readValues(vault, indexed, after);
  const { order, unassigned, reached } = indexed;
  const kinds: Kinds = { order, unassigned, reached, ...counts };
  const shape = `${kind} ${JSON.stringify(kinds)} ${listUnindexed(query)} ${query.reached}`;
  return readShaped<Row>(db, { ...values, ...pickLookedAt(query) }, shape, (db, value) =>
    build(db, markFound(filterLeads(db, value, values, kinds), matches(value, query))),
  );
}

function markFound(leads: ReturnType<typeof filterLeads>, condition: RawBuilder<SqlBool>) {
  return leads.clearSelect().select(sql<number>`case when ${condition} then 1 else 0 end`.as('is_found'));
}

interface Row {
  id: string;
  follow_up_on?: string | null;
  is_found: number;
}

type Condition = (typeof conditions)[number];

const conditions = ['form', 'status', 'assigned_to', 'closed_reason', 'unassigned', 'reached'] as const;
const bounds = ['received_from', 'received_to'] as const;

/** Lists the conditions of a search that are looked at on each lead, because the index that finds it has them not. */
function listUnindexed(query: LeadQuery): (Condition | (typeof bounds)[number])[] {
  // One person's leads are few.
  if (query.phone || query.email) return [];
  const indexed = listIndexed(query);
  const isLookedAt = (condition: Condition) =>
    query[condition] && (!indexed.includes(condition) || (condition === 'reached' && query.reached !== walked_status));
  return [...conditions.filter(isLookedAt), ...(query.due_by ? bounds.filter(bound => query[bound]) : [])];
}

/** The status of which an index finds the leads that have ever had it. */
const walked_status = 'contacted';

/** Lists the conditions that the best index has, in the order of the list. */
function listIndexed(query: LeadQuery): Condition[] {
  const { due_by, closed_reason, assigned_to, status, reached } = query;
  if (due_by) return ['assigned_to'];
  // Between two bounds SQLite takes the shorter of two indexes, which has one condition.
  if (closed_reason)
    return ['status', 'closed_reason', ...(isBounded(query) ? [] : (['assigned_to', 'unassigned'] as const))];
  if (assigned_to) return ['assigned_to', 'status'];
  if (status) return ['status'];
  return reached ? ['reached'] : ['form'];
}

/** Returns what an index finds of the leads that match a search. */
function pickIndexed(query: LeadQuery): LeadQuery {
  const indexed = listIndexed(query);
  const looked = Object.fromEntries(listUnindexed(query).map(condition => [condition, undefined]));
  return {
    ...query,
    ...looked,
    ...(query.reached && indexed.includes('reached') && { reached: walked_status }),
  };
}

/** Returns the values that are looked at on each lead. */
function pickLookedAt(query: LeadQuery): Values {
  const { due_by, received_from, received_to } = query;
  const spans = due_by ? boundIds({ order: 'asc', received_from, received_to }, undefined) : {};
  const texts = listUnindexed(query).filter(condition => typeof query[condition] === 'string');
  return { ...Object.fromEntries(texts.map(condition => [condition, query[condition]])), ...spans };
}

/** Returns the condition that a lead found by an index matches. */
function matches(value: Values, query: LeadQuery): RawBuilder<SqlBool> {
  const terms = listUnindexed(query).map(condition => {
    if (condition === 'unassigned') return sql`assigned_to is null`;
    if (condition === 'reached') return sql`contacted_at is not null and ${sql.ref(`${query.reached}_at`)} is not null`;
    if (condition === 'received_from') return sql`leads.id >= ${value.from_id!}`;
    if (condition === 'received_to') return sql`leads.id < ${value.to_id!}`;
    return sql`${sql.ref(condition)} = ${value[condition]!}`;
  });
  return terms.length > 0 ? sql`${sql.join(terms, sql` and `)}` : sql`1 = 1`;
}
