import { sql } from 'kysely';
import { type Actor, recordEvent, subject_tables, takeNumber, takenNumber } from '../audit/record.ts';
import { Conflict, type Database } from '../database.ts';
import { writeDeliveries } from '../notices/write.ts';
import type { Leads } from '../schema.ts';
import { failUnless, prepare, prepareMany } from '../statements.ts';
import { describeColumns, pickOther, reachedBy } from './change.ts';
import { type ClosedReason, type LeadStatus, self_check_form } from './lead.ts';

/** A change that several leads get alike: one of these members. */
export interface BulkChange {
  status?: LeadStatus | undefined;
  /** Only with the status `closed`. */
  closed_reason?: ClosedReason | null | undefined;
  assigned_to?: string | null | undefined;
}

/** A lead as its reader saw it when they chose it. */
export interface Seen {
  id: string;
  status: string;
  assigned_to: string | null;
}

/** The columns that a change of several leads sets, and its undo restores. */
const kept_columns = [
  ...(['status', 'closed_reason', 'assigned_to', 'status_changed_at'] as const),
  ...(['contacted_at', 'qualified_at', 'closed_at'] as const),
] as const;
type Kept = Pick<Leads, (typeof kept_columns)[number]>;

/** A lead's columns as they were before a change; an undo writes them back. */
export type Former = Kept & { id: string };

/** Why a lead was not changed: it is held or restricted, erased, or somebody else has changed it meanwhile. */
export type Refused = { id: string; why: 'held' | 'erased' | 'changed' };

export interface BulkOutcome {
  /** The leads that were changed, as they were before. */
  former: Former[];
  /** Number of leads that were so already. */
  same: number;
  refused: Refused[];
  /** Number of events that were recorded. */
  events: number;
}

type State = Kept & Pick<Leads, 'id' | 'form' | 'seq' | 'erased_at' | 'restricted_at'>;

/** Leads of one unit. D1 takes at most 100 bound parameters in a statement, and an event names each lead in one. */
const leads_per_unit = 50;

/** Attempts at a change before what others keep changing is refused. */
const attempts = 20;

/**
 * Changes status, reason of closing or assignee of several leads. A lead that is no longer as its reader saw it is left
 * as it is.
 *
 * Leads of which the same changes share a unit and an event that names them all, because hundreds of units would be
 * hundreds of round trips on D1. Each unit is whole; of several units some may be written when the next one fails.
 *
 * @param seen A few hundred leads at most.
 */
export async function changeSeveral(
  { db, notify }: { db: Database; notify?(): void },
  seen: Seen[],
  change: BulkChange,
  actor: Actor,
  now: Date,
): Promise<BulkOutcome> {
  const at = now.toISOString();
  const known = new Map(seen.map(one => [one.id, one]));
  const outcome = await writeAll(db, [...known.keys()], actor, now, state => {
    const { status, assigned_to } = known.get(state.id)!;
    if (status !== state.status || assigned_to !== state.assigned_to) return 'changed';
    const closed_reason = (change.status ?? state.status) === 'closed' ? change.closed_reason : null;
    const columns = pickOther({ ...change, closed_reason }, state);
    if (Object.keys(columns).length === 0) return undefined;
    const reached = reachedBy(columns.status ?? 'new').map(name => [name, state[name] ?? at]);
    return { ...columns, ...Object.fromEntries(reached), ...(columns.status && { status_changed_at: at }) };
  });
  if (change.assigned_to && outcome.former.length > 0) notify?.();
  return outcome;
}

/**
 * Undoes a change of several leads: each is again as it was before, with an event of its own. What anybody has changed
 * since stays as it is.
 *
 * @param change Who made the change, in which request, and how many events it recorded.
 */
export async function undoChange(
  { db, notify }: { db: Database; notify?(): void },
  former: Former[],
  { actor_id, request_id, events }: { actor_id: string; request_id: string; events: number },
  actor: Actor,
  now: Date,
): Promise<BulkOutcome> {
  const acts = await db
    .selectFrom('audit_events')
    .select('seq')
    .where('actor', '=', actor_id)
    .where('actor', '<>', sql.lit('visitor'))
    .where('request_id', '=', request_id)
    .orderBy('seq', 'desc')
    .limit(events)
    .execute();
  const numbers = acts.map(({ seq }) => seq);
  const known = new Map(former.map(({ id, ...kept }) => [id, kept]));
  const outcome = await writeAll(db, [...known.keys()], actor, now, state =>
    numbers.includes(state.seq) ? known.get(state.id)! : 'changed',
  );
  if (former.some(({ assigned_to }) => assigned_to)) notify?.();
  return outcome;
}

/** A lead with the columns that it gets. */
interface Move {
  state: State;
  columns: Partial<Kept>;
}

/**
 * Writes what `draft` returns for each lead, in units. Leads that others change between the read and the write are read
 * and drafted again.
 *
 * @param draft Returns columns of a lead to set, undefined where nothing need be, or that somebody has changed it.
 */
async function writeAll(
  db: Database,
  ids: string[],
  actor: Actor,
  now: Date,
  draft: (state: State) => Partial<Kept> | 'changed' | undefined,
): Promise<BulkOutcome> {
  const outcome: BulkOutcome = { former: [], same: 0, refused: [], events: 0 };
  const refuse = (id: string, why: Refused['why']) => outcome.refused.push({ id, why });
  let waiting = ids;
  for (let attempt = 1; waiting.length > 0 && attempt <= attempts; attempt++) {
    const states = await readStates(db, waiting);
    const moves: Move[] = [];
    for (const id of waiting) {
      const state = states.get(id);
      const columns = state && draft(state);
      if (!state || state.erased_at) refuse(id, 'erased');
      else if (state.restricted_at) refuse(id, 'held');
      else if (columns === 'changed') refuse(id, 'changed');
      else if (columns === undefined) outcome.same += 1;
      else moves.push({ state, columns });
    }
    waiting = [];
    for (const unit of groupMoves(moves)) {
      const ids = unit.moves.map(({ state }) => state.id);
      if (!(await writeUnit(db, unit, actor, now))) waiting.push(...ids);
      else {
        outcome.events += 1;
        outcome.former.push(...unit.moves.map(({ state }) => ({ id: state.id, ...pickKept(state) })));
      }
    }
  }
  for (const id of waiting) refuse(id, 'changed');
  return outcome;
}

interface Unit {
  /** What changes, as the event says it. */
  fields: string;
  form: string;
  moves: Move[];
}

/** Puts leads of one form of which the same changes together, a few to a unit. */
function groupMoves(moves: Move[]): Unit[] {
  const units = new Map<string, Unit[]>();
  for (const move of moves) {
    const { state, columns } = move;
    const { status, closed_reason, assigned_to } = columns;
    const fields = describeColumns(pickOther({ status, closed_reason, assigned_to }, state), state).join(',');
    const key = `${state.form} ${fields}`;
    const alike = units.get(key) ?? [];
    units.set(key, alike);
    const last = alike.at(-1);
    if (last && last.moves.length < leads_per_unit) last.moves.push(move);
    else alike.push({ fields, form: state.form, moves: [move] });
  }
  return [...units.values()].flat();
}

/** Writes a unit, and returns whether all its leads were as they had been read. */
async function writeUnit(db: Database, { fields, form, moves }: Unit, actor: Actor, now: Date): Promise<boolean> {
  const lead_ids = moves.map(({ state }) => state.id);
  const told = moves.filter(({ state, columns }) => columns.assigned_to && columns.assigned_to !== state.assigned_to);
  try {
    await db.atomic([
      takeNumber(db),
      ...moves.map(({ state, columns }) =>
        updateLead(db, { ...pickKept(state), ...columns, id: state.id, seq: state.seq, at: now.toISOString() }),
      ),
      ...recordEvent(db, actor, { action: 'lead.changed', fields, purpose: form, lead_ids }, now),
      ...told.map(({ state }) => writeDeliveries(db, { event: 'lead.assigned', lead_id: state.id }, now)),
    ]);
    return true;
  } catch (error) {
    if (error instanceof Conflict && ['leads', ...subject_tables].includes(error.table)) return false;
    throw error;
  }
}

const updateLead = prepare<Kept & { id: string; seq: number; at: string }>(
  [...kept_columns, 'id', 'seq', 'at'],
  (db, { id, seq, at, ...kept }) => {
    const isAsRead = sql`seq = ${seq} and erased_at is null and restricted_at is null`;
    return db
      .updateTable('leads')
      .set({ ...kept, changed_at: at, seq: failUnless(isAsRead, takenNumber()) })
      .where('id', '=', id)
      .compile();
  },
);

/** Counts those of some leads that can be shown: neither erased nor restricted. */
export async function countOpen(db: Database, ids: string[]): Promise<number> {
  const states = await readStates(db, ids);
  return [...states.values()].filter(({ erased_at, restricted_at }) => !erased_at && !restricted_at).length;
}

/** Reads leads by their ids, some at a time, because D1 takes at most 100 bound parameters in a statement. */
async function readStates(db: Database, ids: string[]): Promise<Map<string, State>> {
  const states = new Map<string, State>();
  for (let place = 0; place < ids.length; place += leads_per_unit)
    for (const state of (await db.read(selectStates(db, ids.slice(place, place + leads_per_unit), {}))) as State[])
      states.set(state.id, state);
  return states;
}

const selectStates = prepareMany([], (db, ids) =>
  db
    .selectFrom('leads')
    .select([...kept_columns, 'id', 'form', 'seq', 'erased_at', 'restricted_at'])
    .where('id', 'in', ids)
    .where('form', '<>', sql.lit(self_check_form))
    .compile(),
);

function pickKept(state: State): Kept {
  return Object.fromEntries(kept_columns.map(column => [column, state[column]])) as unknown as Kept;
}
