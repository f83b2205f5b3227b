import type { CompiledQuery } from 'kysely';
import type { Database } from '../database.ts';
import type { Once } from '../schema.ts';
import { prepareMany } from '../statements.ts';
import { LostKey } from '../vault/lost-key.ts';
import type { CodeUse, Received, Signer } from '../vault/signer.ts';
import { insertUse } from './use.ts';

/**
 * Idempotency key and content of a request, both as HMACs (`signer.ts`): one pair for each signing key that is listed,
 * that of the last one first.
 */
export type Repeatable = {
  key: string;
  fingerprint: string;
  /** The receipt code of the answer, sealed under the same signing key. */
  receipt?: string | undefined;
}[];

/** Pairs the HMACs of a key with those of its request, both in the order of the signing keys. */
export function pairKeys(keys: string[], fingerprints: string[]): Repeatable {
  return keys.map((key, at) => ({ key, fingerprint: fingerprints[at]! }));
}

/** Period in which a repeated submission gets the answer of the first one. */
const repeat_ms = 24 * 3_600_000;

/** Returns when a submission that was received at an instant may no longer be repeated. */
export function repeatEnds(received_at: Date): Date {
  return new Date(received_at.getTime() + repeat_ms);
}

/**
 * Adds the code of the answer to the claims of an idempotency key while several signing keys are listed.
 *
 * Because the code is derived under one of them, and a repeat may come when another one alone is left, each claim holds
 * the code sealed under its own.
 */
export function withCode(signer: Signer, repeatable: Repeatable, code: string): Repeatable {
  if (repeatable.length === 1) return repeatable;
  const sealed = signer.sealCode(code);
  return repeatable.map((one, at) => ({ ...one, receipt: sealed[at] }));
}

/**
 * Returns the code of the first answer to a key.
 *
 * @throws LostKey when it was derived under a key that is listed no more.
 */
export function readCode(
  signer: Signer,
  use: CodeUse,
  subject: Received,
  hash: string,
  { receipt }: { receipt: string | null },
): string {
  const code = signer.findCode(use, subject, hash) ?? (receipt && signer.openCode(receipt));
  if (!code) throw new LostKey('SIGNING_KEY', [{ subject_id: subject.id }]);
  return code;
}

/** The first use of a key: its request and the subject that answered it, or only that the subject is erased. */
export type FirstUse = { key: string; fingerprint: string; subject_id: string; receipt: string | null } | 'erased';

/**
 * Finds the first use of a key, unless the key has expired.
 *
 * @param keys The key's HMACs.
 */
export async function findFirstUse(db: Database, keys: string[], now: Date): Promise<FirstUse | undefined> {
  const [first] = (await db.read(selectUse(db, [...new Set(keys)], { now: now.toISOString() }))) as Once[];
  if (!first) return undefined;
  const { key, fingerprint, subject_id, receipt } = first;
  return fingerprint && subject_id ? { key, fingerprint, subject_id, receipt } : 'erased';
}

const selectUse = prepareMany<{ now: string }>(['now'], (db, keys, { now }) =>
  db
    .selectFrom('once')
    .select(['key', 'fingerprint', 'subject_id', 'receipt'])
    .where('key', 'in', keys)
    .where('expires_at', '>', now)
    .compile(),
);

/** A key has answered this very request, with a receipt, or another one, or its subject is erased. */
export type Repeated<Receipt> = { receipt: Receipt } | 'other' | 'erased';

/** Returns whether a request is the one whose first use was found. */
export function isSameRequest(repeatable: Repeatable, first: { key: string | null; fingerprint: string | null }) {
  return repeatable.some(({ key, fingerprint }) => key === first.key && fingerprint === first.fingerprint);
}

/**
 * Claims a key for a subject, under each signing key that is listed. A key that is still valid makes the whole unit fail
 * with a Conflict in `once`.
 *
 * Because servers may list the signing keys in another order while one is turned, and none may wait for another that
 * waits for it, the keys are claimed in their own order.
 */
export function claimKey(
  db: Database,
  repeatable: Repeatable,
  subject_id: string,
  expires_at: Date,
  now: Date,
): CompiledQuery[] {
  const claims = new Map(repeatable.toReversed().map(one => [one.key, one]));
  const rest = { subject_id, expires_at: expires_at.toISOString(), now: now.toISOString() };
  return [...claims.keys()].sort().map(key => {
    const { fingerprint, receipt = null } = claims.get(key)!;
    return insertUse(db, { key, fingerprint, receipt, ...rest });
  });
}

/** Lets a key be claimed again at once. */
export function freeKey(db: Database, key: string): CompiledQuery {
  return db.deleteFrom('once').where('key', '=', key).compile();
}
