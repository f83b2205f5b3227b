import type { Selectable } from 'kysely';
import type { Database } from '../database.ts';
import type { LeadConsents, Leads } from '../schema.ts';

/** An earlier lead of the same person, without its values. */
export type EarlierLead = Pick<
  Selectable<Leads>,
  'id' | 'form' | 'status' | 'received_at' | 'erased_at' | 'earlier_lead_id'
>;

/** How far back a page goes: each step is a look-up of its own. */
const earlier_shown = 10;

/** The leads that the same person sent before, the latest first. */
export async function listEarlier(db: Database, earlier_lead_id: string | null): Promise<EarlierLead[]> {
  const earlier: EarlierLead[] = [];
  for (let id = earlier_lead_id; id && earlier.length < earlier_shown; ) {
    const lead = await db
      .selectFrom('leads')
      .select(['id', 'form', 'status', 'received_at', 'erased_at', 'earlier_lead_id'])
      .where('id', '=', id)
      .executeTakeFirst();
    if (!lead) break;
    earlier.push(lead);
    id = lead.earlier_lead_id;
  }
  return earlier;
}

/** What the person agreed to with a lead, and whether they have withdrawn it. */
export function listLeadConsents(db: Database, lead_id: string): Promise<Selectable<LeadConsents>[]> {
  return db.selectFrom('lead_consents').selectAll().where('lead_id', '=', lead_id).orderBy('recorded_at').execute();
}
