import { sql } from 'kysely';
import { recordEvent, system, takeNumber } from '../audit/record.ts';
import type { Database } from '../database.ts';
import { firstIdAt, timeOf } from '../ids.ts';
import { personal_fields } from '../leads/lead.ts';
import { openNote } from '../leads/rows/open.ts';
import type { Keys, Leads } from '../schema.ts';
import { takeRandom } from '../vault/random.ts';
import type { LeadValues, Vault } from '../vault/vault.ts';

/** Leads that a sample has at most, and those that follow one another in it. */
const most_leads = 1_000;
const leads_per_place = 50;

/** Leads that are opened before others get their turn. */
const leads_per_turn = 50;

/** Leads drawn at random and opened, without a name for anyone to see: what was opened stays in this process. */
export interface Sample {
  leads: number;
  /** Leads by form. */
  by_form: Record<string, number>;
  /** The values and notes of the leads that opened. */
  values: (LeadValues & { note: string | null })[];
  /** Leads that do not open, or have no key. */
  unopened: number;
  /** Leads that hold something else than the four values, by form. */
  misshapen: Record<string, number>;
}

type SampleRow = Pick<Leads, 'id' | 'form' | 'sealed' | 'note'> & {
  [Column in 'kek_id' | 'wrapped']: Keys[Column] | null;
};

/**
 * Draws up to 1,000 leads at random and opens them. The read is on record before anything is opened: who, and how many.
 *
 * Because ids are in order of time, it draws instants between the first and the last lead, and takes the leads after
 * each: no query reads more than it returns.
 */
export async function drawSample({ db, vault }: { db: Database; vault: Vault }, now: Date): Promise<Sample> {
  const rows = await drawRows(db);
  const fields = `${personal_fields} of ${rows.length}`;
  await db.atomic([takeNumber(db), ...recordEvent(db, system, { action: 'system.checked', fields }, now)]);
  const sample: Sample = { leads: rows.length, by_form: {}, values: [], unopened: 0, misshapen: {} };
  for (const [n, row] of rows.entries()) {
    if (n % leads_per_turn === 0) await db.rest();
    count(sample.by_form, row.form);
    const opened = open(vault, row);
    if (!opened) {
      sample.unopened += 1;
      continue;
    }
    const { values, note } = opened;
    if (!hasFour(values)) count(sample.misshapen, row.form);
    sample.values.push({ ...values, note });
  }
  return sample;
}

async function drawRows(db: Database): Promise<SampleRow[]> {
  const [first, last] = await Promise.all((['asc', 'desc'] as const).map(order => findEnd(db, order)));
  if (!first || !last) return [];
  const [from, to] = [timeOf(first).getTime(), timeOf(last).getTime()];
  const drawn = new Map<string, SampleRow>();
  for (let place = 0; place < most_leads / leads_per_place; place++) {
    // Because the first place is the beginning, a small table is read whole.
    const share = place === 0 ? 0 : takeRandom(4).readUInt32BE() / 2 ** 32;
    const begin = firstIdAt(new Date(from + Math.floor((to - from) * share)));
    for (const row of await selectRows(db, begin)) drawn.set(row.id, row);
  }
  return [...drawn.values()];
}

async function findEnd(db: Database, order: 'asc' | 'desc'): Promise<string | undefined> {
  const row = await db
    .selectFrom('leads')
    .select('id')
    .where('erased_at', 'is', null)
    .orderBy('leads.id', order)
    .limit(sql.lit(1))
    .executeTakeFirst();
  return row?.id;
}

function selectRows(db: Database, begin: string): Promise<SampleRow[]> {
  return db
    .selectFrom('leads')
    .leftJoin('keys', join =>
      join.onRef('keys.subject_id', '=', 'leads.id').on('keys.subject_kind', '=', sql.lit('lead')),
    )
    .select(['leads.id', 'form', 'sealed', 'note', 'kek_id', 'wrapped'])
    .where('erased_at', 'is', null)
    .where('leads.id', '>=', begin)
    .orderBy('leads.id')
    .limit(sql.lit(leads_per_place))
    .execute();
}

function open(vault: Vault, { id, sealed, note, kek_id, wrapped }: SampleRow) {
  if (!sealed || !kek_id || !wrapped) return undefined;
  const key = { kek_id, wrapped };
  try {
    return { values: vault.open(id, sealed, key), note: openNote(vault, { id, note, ...key }) };
  } catch {
    return undefined;
  }
}

function hasFour(values: LeadValues): boolean {
  const names = Object.keys(values).sort().join();
  return (
    names === personal_fields.split(',').sort().join() && Object.values(values).every(one => typeof one === 'string')
  );
}

function count(counts: Record<string, number>, name: string) {
  counts[name] = (counts[name] ?? 0) + 1;
}
