import { type CompiledQuery, type ExpressionBuilder, sql } from 'kysely';
import { type Actor, recordEvent, takeNumber, takenNumber } from '../audit/record.ts';
import type { Database } from '../database.ts';
import { findFirstAnswer, type Repeatable, rememberAnswer } from '../idempotency.ts';
import { newId } from '../ids.ts';
import { type Proof, spendProof, takeQuota } from '../proofs.ts';
import type { LeadConsents, LeadKeys, Schema } from '../schema.ts';
import { asText, prepare } from '../statements.ts';
import { hashReceiptCode, type Signer } from '../vault/signer.ts';
import type { LeadValues, Vault } from '../vault/vault.ts';

/** What a visitor submitted and agreed to. */
export interface Submission {
  form: string;
  values: LeadValues;
  policy_version: string;
  policy_sha256: string;
  locale: string;
}

/** What a submission may do only once, or only so often. Whatever is left out is not asked. */
export interface Terms {
  repeatable?: Repeatable | undefined;
  proof?: Proof | undefined;
  /** Leads that the form takes in a minute, all visitors together; 0 for any number. */
  quota?: number | undefined;
}

/** The answer to a submission: nothing of what was submitted. */
export interface Receipt {
  id: string;
  form: string;
  received_at: string;
  receipt_code: string;
}

/** A repeated submission is answered as the first one for this long. */
const repeat_ms = 24 * 3_600_000;

/** The personal data of a lead, as an audit event names it. */
export const personal_fields = 'name,phone,email,company';

/**
 * Stores a lead: sealed values, its key, the consent given and the audit event, all or none.
 *
 * @throws Conflict in `idempotency_keys` when another request with the same key came first: `findRepeatedLead`; in
 *   `spent_proofs` when the proof is spent; in `form_quotas` when this minute's quota is.
 */
export async function createLead(
  services: { db: Database; vault: Vault; signer: Signer },
  submission: Submission,
  terms: Terms,
  actor: Actor,
  now: Date,
): Promise<Receipt> {
  const { receipt, statements } = draftLead(services, submission, terms, actor, now);
  await services.db.atomic(statements);
  return receipt;
}

/** The statements that store a lead, and its receipt, which is good once they have run as one unit. */
export function draftLead(
  { db, vault, signer }: { db: Database; vault: Vault; signer: Signer },
  { form, values, policy_version, policy_sha256, locale }: Submission,
  { repeatable, proof, quota }: Terms,
  actor: Actor,
  now: Date,
): { receipt: Receipt; statements: CompiledQuery[] } {
  const id = newId(now);
  const received_at = now.toISOString();
  const { sealed, keys } = vault.seal(id, values);
  const receipt_code = signer.receiptCode(id);
  const statements = [
    ...(repeatable ? [rememberAnswer(db, repeatable, id, new Date(now.getTime() + repeat_ms), now)] : []),
    ...(proof ? [spendProof(db, proof)] : []),
    ...(quota ? [takeQuota(db, form, quota, now)] : []),
    insertConsent(db, {
      lead_id: id,
      purpose: form,
      policy_version,
      policy_sha256,
      locale,
      recorded_at: received_at,
    }),
    takeNumber(db),
    insertLead(db, {
      id,
      form,
      sealed,
      policy_version,
      receipt_hash: hashReceiptCode(receipt_code),
      received_at,
      phone_index: keys.phone_index,
      email_index: keys.email_index,
    }),
    insertKey(db, { lead_id: id, ...keys }),
    ...recordEvent(db, actor, { action: 'lead.created', fields: personal_fields, purpose: form, lead_ids: [id] }, now),
  ];
  return { receipt: { id, form, received_at, receipt_code }, statements };
}

const insertConsent = prepare<Omit<LeadConsents, 'state'>>(
  (db, { lead_id, purpose, policy_version, policy_sha256, locale, recorded_at }) =>
    db
      .insertInto('lead_consents')
      .values({ lead_id, state: sql.lit('given'), purpose, policy_version, policy_sha256, locale, recorded_at })
      .compile(),
);

interface NewLead {
  id: string;
  form: string;
  sealed: string;
  policy_version: string;
  receipt_hash: string;
  received_at: string;
  phone_index: string;
  email_index: string;
}

const insertLead = prepare<NewLead>((db, lead) =>
  db
    .insertInto('leads')
    .values({
      id: lead.id,
      form: lead.form,
      status: sql.lit('new'),
      sealed: lead.sealed,
      policy_version: lead.policy_version,
      earlier_lead_id: eb => findEarlier(eb, lead),
      receipt_hash: lead.receipt_hash,
      received_at: lead.received_at,
      changed_at: lead.received_at,
      seq: takenNumber(),
    })
    .compile(),
);

const insertKey = prepare<LeadKeys>((db, { lead_id, kek_id, wrapped, phone_index, email_index, index_version }) =>
  db.insertInto('lead_keys').values({ lead_id, kek_id, wrapped, phone_index, email_index, index_version }).compile(),
);

/**
 * The latest lead of the same form with the same phone, else with the same e-mail.
 *
 * The form is asked per candidate, in a query of its own: of a join PostgreSQL, while its statistics are young, makes a walk through
 * all leads of the form.
 */
function findEarlier(eb: ExpressionBuilder<Schema, 'leads'>, { form, phone_index, email_index }: NewLead) {
  const latestBy = (column: 'phone_index' | 'email_index', value: string) =>
    eb
      .selectFrom('lead_keys')
      .select('lead_id')
      .where(column, '=', asText(value))
      .where(
        ({ selectFrom }) =>
          selectFrom('leads as earlier').select('form').whereRef('earlier.id', '=', 'lead_keys.lead_id'),
        '=',
        asText(form),
      )
      .orderBy('lead_id', 'desc')
      .limit(sql.lit(1));
  return eb.fn.coalesce(latestBy('phone_index', phone_index), latestBy('email_index', email_index));
}

/** The receipt that a key was answered with first, and whether this request is the same one. */
export async function findRepeatedLead(
  { db, signer }: { db: Database; signer: Signer },
  { key, fingerprint }: Repeatable,
  now: Date,
): Promise<{ same: boolean; receipt: Receipt } | undefined> {
  const first = await findFirstAnswer(db, key, now);
  if (!first) return undefined;
  const lead = await db
    .selectFrom('leads')
    .select(['id', 'form', 'received_at'])
    .where('id', '=', first.subject_id)
    .executeTakeFirstOrThrow();
  return { same: first.fingerprint === fingerprint, receipt: { ...lead, receipt_code: signer.receiptCode(lead.id) } };
}
