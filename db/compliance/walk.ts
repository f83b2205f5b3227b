import { sql } from 'kysely';
import type { Database } from '../database.ts';
import { isHeld } from '../leads/holds/hold.ts';

/** Leads that are read at a time: some milliseconds of work. */
const leads_per_page = 2_000;

/** What was found of the leads that are not erased. */
export interface Walk {
  leads: number;
  /** Leads by the consent that they stand on: `version sha256`. */
  consents: Map<string, number>;
  /** Leads that name no language, and so no consent as it was shown. */
  speechless: number;
  /** Leads without a key. */
  keyless: number;
  /** Leads of children that nothing holds. */
  children: number;
  /** The id after which the next walk goes on; empty when this one came to the end. */
  after: string;
}

/** Walks the leads that are not erased in the order of their ids, from a place on, as many as it may. */
export async function walkLeads(db: Database, begin: string, most: number): Promise<Walk> {
  const walk: Walk = { leads: 0, consents: new Map(), speechless: 0, keyless: 0, children: 0, after: begin };
  for (; walk.leads < most; await db.rest()) {
    const page = await db
      .selectFrom('leads')
      .leftJoin('keys', join =>
        join.onRef('keys.subject_id', '=', 'leads.id').on('keys.subject_kind', '=', sql.lit('lead')),
      )
      .select(['leads.id', 'policy_version', 'policy_sha256', 'locale', 'child_at', 'kek_id', isHeld().as('is_held')])
      .where('erased_at', 'is', null)
      .where('leads.id', '>', walk.after)
      .orderBy('leads.id')
      .limit(sql.lit(leads_per_page))
      .execute();
    for (const { policy_version, policy_sha256, locale, child_at, kek_id, is_held } of page) {
      const consent = `${policy_version} ${policy_sha256}`;
      walk.consents.set(consent, (walk.consents.get(consent) ?? 0) + 1);
      if (!locale) walk.speechless += 1;
      if (!kek_id) walk.keyless += 1;
      if (child_at && !is_held) walk.children += 1;
    }
    walk.leads += page.length;
    if (page.length < leads_per_page) return { ...walk, after: '' };
    walk.after = page.at(-1)!.id;
  }
  return walk;
}
