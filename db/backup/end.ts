import { sql } from 'kysely';
import type { Database, Snapshot } from '../database.ts';
import { self_check_form } from '../leads/lead.ts';
import { nextTurn } from '../turn.ts';
import type { Manifest } from './manifest.ts';
import { Refusal } from './refusal.ts';

/** Leads that are counted between two turns of the event loop. */
const leads_per_step = 200;

/** Ids that an error names at most. */
const ids_named = 5;

/** The end of a dump says which moment it shows: the latest act, the end of the sealed trail, and the live leads. */
export type End = Pick<Manifest, 'seq' | 'sealed' | 'leads'>;

/** Drafts the queries that say where the trail ends. */
export function draftHead(db: Database) {
  const lastSeal = db
    .selectFrom('audit_seals')
    .select(['to_seq', 'hash'])
    .orderBy('from_seq', 'desc')
    .limit(sql.lit(1));
  return [db.selectFrom('changes').select('seq').compile(), lastSeal.compile()];
}

/**
 * Drafts the queries that count the leads that are not erased, and find those that have lost their key. The made-up lead
 * of a check does not count.
 */
export function draftLeads(db: Database) {
  const live = db.selectFrom('leads').where('erased_at', 'is', null);
  return [
    live
      .select(({ fn }) => fn.countAll().as('leads'))
      .where('form', '<>', self_check_form)
      .compile(),
    live
      .leftJoin('keys', join => join.onRef('subject_id', '=', 'leads.id').on('subject_kind', '=', 'lead'))
      .select('leads.id')
      .where('wrapped', 'is', null)
      .limit(sql.lit(ids_named))
      .compile(),
  ];
}

/** The number of queries that `draftHead` and `draftLeads` draft together. */
export const end_queries = 4;

/** The number of leads that are not erased, and the first of those that have lost their key. */
interface LeadCount {
  leads: number;
  lost: unknown[];
}

/** Counts the leads in steps. Because SQLite is read on the thread that answers, one query would hold requests up. */
export async function countLeads(db: Database, snapshot: Snapshot): Promise<LeadCount> {
  let leads = 0;
  const lost: unknown[] = [];
  for (let after = ''; lost.length < ids_named; await nextTurn()) {
    const query = db
      .selectFrom('leads')
      .leftJoin('keys', join => join.onRef('subject_id', '=', 'leads.id').on('subject_kind', '=', 'lead'))
      .select(['leads.id', 'form', 'wrapped', 'erased_at'])
      .where('leads.id', '>', after)
      .orderBy('leads.id')
      .limit(sql.lit(leads_per_step))
      .compile();
    const page = (await snapshot.read([query]))[0]!;
    const live = page.filter(({ erased_at }) => erased_at === null);
    leads += live.filter(({ form }) => form !== self_check_form).length;
    lost.push(...live.filter(({ wrapped }) => wrapped === null).map(({ id }) => id));
    if (page.length < leads_per_step) break;
    after = String(page.at(-1)!.id);
  }
  return { leads, lost: lost.slice(0, ids_named) };
}

/**
 * Reads the end from the answers of `draftHead`.
 *
 * @throws Refusal when a lead has lost its key.
 */
export function readEnd(head: Record<string, unknown>[][], { leads, lost }: LeadCount): End {
  const [change, seal] = head.map(([first]) => first);
  if (lost.length > 0)
    throw new Refusal(
      'lost_key',
      `leads have lost their keys, and no backup would open them; erase them, or bring their keys back from an earlier backup: ${lost.join(', ')}${lost.length === ids_named ? ' …' : ''}`,
    );
  return {
    seq: Number(change!.seq),
    sealed: { seq: Number(seal?.to_seq ?? 0), hash: String(seal?.hash ?? '') },
    leads,
  };
}
