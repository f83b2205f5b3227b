import { type CompiledQuery, type ExpressionBuilder, sql } from 'kysely';
import { type Actor, type AuditEvent, recordEvent, takeNumber, takenNumber } from '../audit/record.ts';
import type { Database } from '../database.ts';
import { newId } from '../ids.ts';
import { claimKey, findFirstUse, type Proof, type Repeatable, spendProof } from '../once.ts';
import { takeQuota } from '../quota.ts';
import type { Keys, Leads, Schema } from '../schema.ts';
import { asText, prepare } from '../statements.ts';
import { hashReceiptCode, type Signer } from '../vault/signer.ts';
import type { LeadValues, SubjectKeys, Vault } from '../vault/vault.ts';
import { personal_fields } from './lead.ts';

/** A visitor's submission: the values, and the policy that the visitor agreed to. */
export interface Submission {
  form: string;
  values: LeadValues;
  policy_version: string;
  policy_sha256: string;
  locale: string;
}

/** Conditions under which a submission is stored. A property that is left out sets no condition. */
export interface Terms {
  repeatable?: Repeatable | undefined;
  proof?: Proof | undefined;
  /** Leads that the form takes in a minute from all visitors together; 0 for no limit. */
  quota?: number | undefined;
}

/** The answer to a submission. It holds none of the values that were submitted. */
export interface Receipt {
  id: string;
  form: string;
  received_at: string;
  receipt_code: string;
}

/** Period in which a repeated submission gets the answer of the first one. */
const repeat_ms = 24 * 3_600_000;

/** Returns when a submission that was received at an instant may no longer be repeated. */
export function repeatEnds(received_at: Date): Date {
  return new Date(received_at.getTime() + repeat_ms);
}

/**
 * Stores a lead: sealed values, its key, the consent given and the audit event, all or none.
 *
 * @throws Conflict in `once` when another request with the same key came first, which `findRepeatedLead` then finds, or
 *   else when the proof is spent; in `quotas` when this minute's quota is full.
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

/** Drafts the statements that store a lead, and its receipt, which is valid once they have run as one unit. */
export function draftLead(
  { db, vault, signer }: { db: Database; vault: Vault; signer: Signer },
  { form, values, ...consent }: Submission,
  { repeatable, proof, quota }: Terms,
  actor: Actor,
  now: Date,
): { receipt: Receipt; statements: CompiledQuery[] } {
  const id = newId(now);
  const received_at = now.toISOString();
  const { sealed, keys } = vault.seal(id, values);
  const receipt_code = signer.receiptCode({ id, received_at });
  const { phone_index, email_index } = keys;
  const lead = { id, form, sealed, ...consent, receipt_hash: hashReceiptCode(receipt_code), received_at };
  const event = { action: 'lead.created', fields: personal_fields, purpose: form, lead_ids: [id] } satisfies AuditEvent;
  const statements = [
    ...(repeatable ? [claimKey(db, repeatable, id, repeatEnds(now), now)] : []),
    ...(proof ? [spendProof(db, proof)] : []),
    ...(quota ? [takeQuota(db, form, quota, now)] : []),
    takeNumber(db),
    insertLead(db, { ...lead, phone_index, email_index }),
    insertKey(db, { subject_id: id, ...keys }),
    ...recordEvent(db, actor, event, now),
  ];
  return { receipt: { id, form, received_at, receipt_code }, statements };
}

type NewLead = Pick<
  Leads,
  'id' | 'form' | 'policy_version' | 'policy_sha256' | 'locale' | 'receipt_hash' | 'received_at'
> &
  Pick<SubjectKeys, 'phone_index' | 'email_index'> & { sealed: string };

const insertLead = prepare<NewLead>(
  [
    ...(['id', 'form', 'sealed', 'policy_version', 'policy_sha256', 'locale', 'receipt_hash', 'received_at'] as const),
    ...(['phone_index', 'email_index'] as const),
  ],
  (db, { phone_index, email_index, ...lead }) =>
    db
      .insertInto('leads')
      .values({
        ...lead,
        status: sql.lit('new'),
        earlier_lead_id: eb => findEarlier(eb, lead.form, { phone_index, email_index }),
        changed_at: lead.received_at,
        created_seq: takenNumber(),
        seq: takenNumber(),
      })
      .compile(),
);

const insertKey = prepare<Omit<Keys, 'subject_kind'>>(
  ['subject_id', 'kek_id', 'wrapped', 'phone_index', 'email_index', 'index_version'],
  (db, key) =>
    db
      .insertInto('keys')
      .values({ subject_kind: sql.lit('lead'), ...key })
      .compile(),
);

/**
 * Returns SQL for the latest lead of the same form with the same phone, or else with the same e-mail.
 *
 * Because PostgreSQL, while its statistics are young, turns a join into a walk through all leads of the form, a query
 * of its own reads the form of each candidate.
 */
function findEarlier(
  eb: ExpressionBuilder<Schema, 'leads'>,
  form: string,
  { phone_index, email_index }: Pick<SubjectKeys, 'phone_index' | 'email_index'>,
) {
  const latestBy = (column: 'phone_index' | 'email_index', value: string) =>
    eb
      .selectFrom('keys')
      .select('subject_id')
      .where(column, '=', asText(value))
      .where('subject_kind', '=', sql.lit('lead'))
      .where(
        ({ selectFrom }) =>
          selectFrom('leads as earlier').select('form').whereRef('earlier.id', '=', 'keys.subject_id'),
        '=',
        asText(form),
      )
      .orderBy('subject_id', 'desc')
      .limit(sql.lit(1));
  return eb.fn.coalesce(latestBy('phone_index', phone_index), latestBy('email_index', email_index));
}

/** The first answer to a key: the receipt, and whether this request is the same one; or that its lead is erased. */
export type RepeatedLead = { same: boolean; receipt: Receipt } | 'erased';

/** Finds the first answer to a key, unless the key has expired. */
export async function findRepeatedLead(
  { db, signer }: { db: Database; signer: Signer },
  { key, fingerprint }: Repeatable,
  now: Date,
): Promise<RepeatedLead | undefined> {
  const first = await findFirstUse(db, key, now);
  if (!first || first === 'erased') return first;
  const lead = await db
    .selectFrom('leads')
    .select(['id', 'form', 'received_at'])
    .where('id', '=', first.subject_id)
    .executeTakeFirstOrThrow();
  return { same: first.fingerprint === fingerprint, receipt: { ...lead, receipt_code: signer.receiptCode(lead) } };
}
