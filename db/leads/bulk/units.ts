import { type CompiledQuery, sql } from 'kysely';
import { type Actor, recordEvent, subject_tables, takeNumber, takenNumber } from '../../audit/record.ts';
import { Conflict, type Database } from '../../database.ts';
import { writeDeliveries } from '../../notices/write.ts';
import { failUnless, prepare } from '../../statements.ts';
import { describeColumns, pickOther } from '../change.ts';
import { type Former, type Kept, kept_columns, leads_per_unit, pickKept, readStates, type State } from './states.ts';

/**
 * Why a lead was not changed: it is held or restricted, erased, somebody else has changed it meanwhile, or it could not
 * be written.
 */
export type Refused = { id: string; why: 'held' | 'erased' | 'changed' | 'failed' };

export interface BulkOutcome {
  /** The leads that were changed, as they were before. */
  former: Former[];
  /** Number of leads that were so already. */
  same: number;
  refused: Refused[];
  /** Number of events that were recorded. */
  events: number;
}

/**
 * Returns statements that are written together with a unit.
 *
 * Because a later unit may fail, they are told of what is so then: leads of which nothing is written yet have failed.
 */
export type Beside = (outcome: BulkOutcome) => CompiledQuery[];

/** Attempts at a change before what others keep changing is refused. */
const attempts = 20;

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
 * @throws what a unit failed with. Those before it are written, each with its `beside`.
 */
export async function writeAll(
  db: Database,
  ids: string[],
  actor: Actor,
  now: Date,
  draft: (state: State) => Partial<Kept> | 'changed' | undefined,
  beside: Beside,
): Promise<BulkOutcome> {
  let outcome: BulkOutcome = { former: [], same: 0, refused: [], events: 0 };
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
    const units = groupMoves(moves);
    for (const [place, unit] of units.entries()) {
      const former = [...outcome.former, ...unit.moves.map(({ state }) => ({ id: state.id, ...pickKept(state) }))];
      const written = { ...outcome, events: outcome.events + 1, former };
      const open = [...waiting, ...units.slice(place + 1).flatMap(listIds)];
      const refused = [...outcome.refused, ...open.map(id => ({ id, why: 'failed' as const }))];
      if (await writeUnit(db, unit, actor, now, beside({ ...written, refused }))) outcome = written;
      else waiting.push(...listIds(unit));
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

function listIds({ moves }: Unit): string[] {
  return moves.map(({ state }) => state.id);
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
async function writeUnit(db: Database, unit: Unit, actor: Actor, now: Date, beside: CompiledQuery[]): Promise<boolean> {
  const { fields, form, moves } = unit;
  const lead_ids = listIds(unit);
  const told = moves.filter(({ state, columns }) => columns.assigned_to && columns.assigned_to !== state.assigned_to);
  try {
    await db.atomic([
      takeNumber(db),
      ...moves.map(({ state, columns }) =>
        updateLead(db, { ...pickKept(state), ...columns, id: state.id, seq: state.seq, at: now.toISOString() }),
      ),
      ...recordEvent(db, actor, { action: 'lead.changed', fields, purpose: form, lead_ids }, now),
      ...told.map(({ state }) => writeDeliveries(db, { event: 'lead.assigned', lead_id: state.id }, now)),
      ...beside,
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
