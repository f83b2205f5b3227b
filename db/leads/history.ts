import type { Selectable } from 'kysely';
import type { Database } from '../database.ts';
import type { Leads } from '../schema.ts';

/** An earlier lead of the same person, without its values. */
export type EarlierLead = Pick<
  Selectable<Leads>,
  'id' | 'form' | 'status' | 'received_at' | 'erased_at' | 'earlier_lead_id'
>;

/** Largest number of earlier leads listed. Because each is a query of its own, the list is bounded. */
const earlier_shown = 10;

/** Lists the leads that the same person sent before, the latest first, without restricted ones. */
export async function listEarlier(db: Database, earlier_lead_id: string | null): Promise<EarlierLead[]> {
  const earlier: EarlierLead[] = [];
  for (let id = earlier_lead_id, read = 0; id && read < earlier_shown; read++) {
    const lead = await db
      .selectFrom('leads')
      .select(['id', 'form', 'status', 'received_at', 'erased_at', 'earlier_lead_id', 'restricted_at'])
      .where('id', '=', id)
      .executeTakeFirst();
    if (!lead) break;
    const { restricted_at, ...shown } = lead;
    if (!restricted_at) earlier.push(shown);
    id = lead.earlier_lead_id;
  }
  return earlier;
}

/** The consent given with a lead, and when it was withdrawn, if it was. */
export type LeadConsent = Pick<
  Selectable<Leads>,
  'form' | 'policy_version' | 'policy_sha256' | 'locale' | 'received_at' | 'withdrawn_at'
>;

/** Finds the consent given with a lead; undefined when there is no such lead. */
export function findLeadConsent(db: Database, lead_id: string): Promise<LeadConsent | undefined> {
  return db
    .selectFrom('leads')
    .select(['form', 'policy_version', 'policy_sha256', 'locale', 'received_at', 'withdrawn_at'])
    .where('id', '=', lead_id)
    .executeTakeFirst();
}
