import type { Selectable } from 'kysely';
import { type EventPage, listEvents } from '../audit/list.ts';
import { findSealOf } from '../audit/seal.ts';
import type { Database } from '../database.ts';
import type { AuditSeals, Leads, PolicyForms } from '../schema.ts';
import { self_check_form } from './lead.ts';

/** Events of the trail that a proof lists at most. */
const events_listed = 200;

/** What shows that a person agreed, without any of the person's values. */
export interface Proof {
  lead: Pick<
    Selectable<Leads>,
    'id' | 'form' | 'policy_version' | 'policy_sha256' | 'locale' | 'received_at' | 'withdrawn_at' | 'erased_at'
  >;
  /** The language of the document with the lead's digest; undefined when it is not in the archive. */
  document: string | undefined;
  /** The sentence beside the box, as the version has it. */
  agreement: Pick<PolicyForms, 'agreement' | 'agreement_sha256'> | undefined;
  trail: EventPage;
  /** The seal that holds the event of the submission; undefined until it is made, within a minute. */
  seal: Pick<AuditSeals, 'from_seq' | 'to_seq' | 'hash' | 'sealed_at'> | undefined;
}

/** Finds what proves the consent given with a lead; undefined when there is no such lead. It stays when the lead is erased. */
export async function findProof(db: Database, lead_id: string): Promise<Proof | undefined> {
  const found = await db
    .selectFrom('leads')
    .select(['id', 'form', 'policy_version', 'policy_sha256', 'locale', 'received_at', 'withdrawn_at', 'erased_at'])
    .select('created_seq')
    .where('id', '=', lead_id)
    .executeTakeFirst();
  if (!found || found.form === self_check_form) return undefined;
  const { created_seq, ...lead } = found;
  const documents = await db
    .selectFrom('policy_documents')
    .select('locale')
    .where('version', '=', lead.policy_version)
    .where('sha256', '=', lead.policy_sha256)
    .execute();
  const document = (documents.find(({ locale }) => locale === lead.locale) ?? documents[0])?.locale;
  const [agreement, trail, seal] = await Promise.all([
    document === undefined
      ? undefined
      : db
          .selectFrom('policy_forms')
          .select(['agreement', 'agreement_sha256'])
          .where('version', '=', lead.policy_version)
          .where('form', '=', lead.form)
          .where('locale', '=', document)
          .executeTakeFirst(),
    listEvents(db, { lead_id, order: 'asc', limit: events_listed }, undefined),
    findSealOf(db, created_seq),
  ]);
  return { lead, document, agreement, trail, seal };
}
