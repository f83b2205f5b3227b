import { type CompiledQuery, sql } from 'kysely';
import { type Actor, type AuditEvent, recordEvent, takeNumber, takenNumber } from '../audit/record.ts';
import { addWorkingDays } from '../calendar/working-days.ts';
import { readCalendar } from '../calendar/years.ts';
import type { Database } from '../database.ts';
import { dayOf } from '../days.ts';
import { newId } from '../ids.ts';
import type { Terms } from '../leads/create.ts';
import { findByReceipt } from '../leads/withdraw.ts';
import { queueMail } from '../notices/mails.ts';
import { writeDeliveries } from '../notices/write.ts';
import {
  claimKey,
  findFirstUse,
  isSameRequest,
  type Repeated,
  readCode,
  repeatEnds,
  withCode,
} from '../once/repeat.ts';
import { spendProof } from '../once/spend.ts';
import { takeQuota } from '../quota.ts';
import type { SubjectRequests } from '../schema.ts';
import { hashReceiptCode, type Signer } from '../vault/signer.ts';
import type { Vault } from '../vault/vault.ts';
import { due_zone, type RequestTexts, type RequestType, type staff_channels } from './request.ts';

/** Working days in which a request is answered. */
const working_days = 15;

/** How a person is told to verify. */
export type Verification = 'receipt' | 'code' | 'by_staff';

/** A request as it comes in. */
export interface NewRequest {
  type: RequestType;
  channel: 'web' | (typeof staff_channels)[number];
  locale: string;
  texts: RequestTexts;
  verification: Verification;
  /** The receipt code of a lead, as it was typed. */
  receipt_code?: string | undefined;
  /** The leads that it is about, where staff know them. */
  lead_ids?: string[] | undefined;
}

/** The answer to a request. It says nothing of what is held. */
export interface RequestReceipt {
  id: string;
  reference: string;
  received_at: string;
  due_on: string;
  provisional: boolean;
  verification: Verification;
}

interface Services {
  db: Database;
  vault: Vault;
  signer: Signer;
  notify?(): void;
}

/**
 * Stores a request with its events, and tells channels of it. A right receipt code verifies it at once.
 *
 * Because nobody may learn from an answer or its time whom the database knows, no contact is looked up, and a wrong
 * receipt code costs the statements that a right one does.
 *
 * @throws Conflict as `createLead` does.
 */
export async function createRequest(
  services: Services,
  request: NewRequest,
  { repeatable, proof, quota }: Terms,
  actor: Actor,
  now: Date,
): Promise<RequestReceipt> {
  const { db, vault, signer } = services;
  const { type, channel, locale, texts, verification, receipt_code } = request;
  const id = newId(now);
  const at = now.toISOString();
  const { day: due_on, provisional } = addWorkingDays(await readCalendar(db), dayOf(now, due_zone), working_days);
  const lead = receipt_code === undefined ? undefined : await findByReceipt(db, receipt_code);
  const lead_ids = lead ? [lead.id] : request.lead_ids;
  const reference = signer.makeCode('reference', { id, received_at: at });
  const { sealed, keys } = vault.sealOwn('request', id, JSON.stringify(texts));
  const row: Omit<SubjectRequests, 'seq'> = {
    ...{ id, type, channel, locale, verification, sealed, due_on },
    state: lead ? 'verified' : 'received',
    reference_hash: hashReceiptCode(reference),
    received_at: at,
    provisional: provisional ? 1 : 0,
    verified_at: lead ? at : null,
    verified_by: lead ? 'receipt' : null,
    lead_ids: lead_ids ? JSON.stringify(lead_ids) : null,
    ...{ extended_to: null, attempted_at: null, refusal_code: null, refusal_by: null, closed_at: null },
    ...{ copy_hash: null, copy_until: null, copy_opened_at: null, erased_at: null },
  };
  const about = { fields: id, purpose: type };
  const outcomes = await db.atomic([
    ...(repeatable ? claimKey(db, withCode(signer, repeatable, reference), id, repeatEnds(now), now) : []),
    ...(proof ? [spendProof(db, proof)] : []),
    ...(quota ? [takeQuota(db, 'requests', quota, now)] : []),
    takeNumber(db),
    db
      .insertInto('subject_requests')
      .values({ ...row, seq: takenNumber() })
      .compile(),
    db
      .insertInto('keys')
      .values({ subject_kind: 'request', subject_id: id, ...keys })
      .compile(),
    ...recordEvent(db, actor, { action: 'request.received', ...about, lead_ids: request.lead_ids ?? [] }, now),
    ...(receipt_code === undefined ? [] : recordReceipt(db, id, lead?.id, actor, now)),
    ...(verification === 'code' ? [queueMail(db, 'code', id, now)] : []),
    writeDeliveries(db, { event: 'request.created', request_id: id }, now),
  ]);
  if (verification === 'code' || outcomes.at(-1)!.changed > 0) services.notify?.();
  return { id, reference, received_at: at, due_on, provisional, verification };
}

function recordReceipt(
  db: Database,
  id: string,
  lead_id: string | undefined,
  actor: Actor,
  now: Date,
): CompiledQuery[] {
  const action = lead_id ? 'request.verified' : 'request.unverified';
  const event: AuditEvent = { action, fields: id, purpose: 'receipt', lead_ids: lead_id ? [lead_id] : [] };
  return [takeNumber(db), ...recordEvent(db, actor, event, now)];
}

/** Finds the first answer to a key, unless the key has expired. An erased request has none. */
export async function findRepeatedRequest(
  { db, signer }: Pick<Services, 'db' | 'signer'>,
  repeatable: NonNullable<Terms['repeatable']>,
  now: Date,
): Promise<Repeated<RequestReceipt> | undefined> {
  const keys = repeatable.map(({ key }) => key);
  const first = await findFirstUse(db, keys, now);
  if (!first || first === 'erased') return undefined;
  if (!isSameRequest(repeatable, first)) return 'other';
  const { reference_hash, ...row } = await db
    .selectFrom('subject_requests')
    .select(['id', 'received_at', 'due_on', 'provisional', 'reference_hash'])
    .select(sql<Verification>`verification`.as('verification'))
    .where('id', '=', first.subject_id)
    .executeTakeFirstOrThrow();
  const reference = readCode(signer, 'reference', row, reference_hash, first);
  const { id, received_at, due_on, verification } = row;
  return { receipt: { id, reference, received_at, due_on, provisional: row.provisional === 1, verification } };
}
