import { type CompiledQuery, sql } from 'kysely';
import { takeTurn, whoseTurn } from '../assignment.ts';
import { type Actor, type AuditEvent, recordEvent, takeNumber, takenNumber } from '../audit/record.ts';
import type { Database } from '../database.ts';
import { newId } from '../ids.ts';
import { writeCreated } from '../notices/write.ts';
import {
  claimKey,
  findFirstUse,
  isSameRequest,
  type Repeatable,
  type Repeated,
  readCode,
  repeatEnds,
  withCode,
} from '../once/repeat.ts';
import { type Proof, spendProof } from '../once/spend.ts';
import { takeQuota } from '../quota.ts';
import type { Keys, Leads } from '../schema.ts';
import { type GoodTimes, goodTimes } from '../staff/passed-over.ts';
import { prepare, prepareMany } from '../statements.ts';
import { hashReceiptCode, type Signer } from '../vault/signer.ts';
import type { LeadValues, Vault } from '../vault/vault.ts';
import { findEarlier } from './earlier.ts';
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

/**
 * Stores a lead: sealed values, its key, the consent given, to whom it goes, the audit event and what channels are told,
 * all or none.
 * Afterwards it calls `notify` when there is something to tell.
 *
 * @throws Conflict in `once` when another request with the same key came first, which `findRepeatedLead` then finds, or
 *   else when the proof is spent; in `quotas` when this minute's quota is full.
 */
export async function createLead(
  services: { db: Database; vault: Vault; signer: Signer; notify?(): void },
  submission: Submission,
  terms: Terms,
  actor: Actor,
  now: Date,
): Promise<Receipt> {
  const { receipt, statements } = draftLead(services, submission, terms, actor, now);
  const outcomes = await services.db.atomic([...statements, writeCreated(services.db, receipt.id, now)]);
  if (outcomes.at(-1)!.changed > 0) services.notify?.();
  return receipt;
}

/**
 * Drafts the statements that store a lead, and its receipt, which is valid once they have run as one unit. No channel is
 * told of it.
 */
export function draftLead(
  { db, vault, signer }: { db: Database; vault: Vault; signer: Signer },
  { form, values, ...consent }: Submission,
  { repeatable, proof, quota }: Terms,
  actor: Actor,
  now: Date,
): { receipt: Receipt; statements: CompiledQuery[] } {
  const id = newId(now);
  const received_at = now.toISOString();
  const { sealed, keys, indexes } = vault.seal(id, values);
  const receipt_code = signer.makeCode('receipt', { id, received_at });
  const times = goodTimes(now);
  const lead = { id, form, sealed, ...consent, receipt_hash: hashReceiptCode(receipt_code), received_at };
  const event = { action: 'lead.created', fields: personal_fields, purpose: form, lead_ids: [id] } satisfies AuditEvent;
  const statements = [
    ...(repeatable ? claimKey(db, withCode(signer, repeatable, receipt_code), id, repeatEnds(now), now) : []),
    ...(proof ? [spendProof(db, proof)] : []),
    ...(quota ? [takeQuota(db, form, quota, now)] : []),
    takeNumber(db),
    takeTurn(db, form, times),
    insertLead(db, indexes, { ...lead, ...times }),
    insertKey(db, { subject_id: id, ...keys }),
    ...recordEvent(db, actor, event, now),
  ];
  return { receipt: { id, form, received_at, receipt_code }, statements };
}

type NewLead = Pick<
  Leads,
  'id' | 'form' | 'policy_version' | 'policy_sha256' | 'locale' | 'receipt_hash' | 'received_at'
> & { sealed: string } & GoodTimes;

/** Takes the indexes by which an earlier lead of the same person may be found: by phone, and as many by e-mail. */
const insertLead = prepareMany<NewLead>(
  [
    'id',
    'form',
    'sealed',
    'policy_version',
    'policy_sha256',
    'locale',
    'receipt_hash',
    'received_at',
    'at',
    'used_since',
  ],
  (db, indexes, { id, form, sealed, policy_version, policy_sha256, locale, receipt_hash, received_at, ...times }) =>
    db
      .insertInto('leads')
      .values({
        ...{ id, form, sealed, policy_version, policy_sha256, locale, receipt_hash, received_at },
        status: sql.lit('new'),
        assigned_to: whoseTurn(form, times),
        earlier_lead_id: eb => findEarlier(eb, form, indexes),
        changed_at: received_at,
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

/** Finds the first answer to a key, unless the key has expired. */
export async function findRepeatedLead(
  { db, signer }: { db: Database; signer: Signer },
  repeatable: Repeatable,
  now: Date,
): Promise<Repeated<Receipt> | undefined> {
  const keys = repeatable.map(({ key }) => key);
  const first = await findFirstUse(db, keys, now);
  if (!first || first === 'erased') return first;
  if (!isSameRequest(repeatable, first)) return 'other';
  const lead = await db
    .selectFrom('leads')
    .select(['id', 'form', 'received_at', 'receipt_hash'])
    .where('id', '=', first.subject_id)
    .executeTakeFirstOrThrow();
  const { receipt_hash, ...receipt } = lead;
  const receipt_code = readCode(signer, 'receipt', lead, receipt_hash, first);
  return { receipt: { ...receipt, receipt_code } };
}
