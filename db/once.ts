import { type CompiledQuery, sql } from 'kysely';
import { Conflict, type Database } from './database.ts';
import type { Once } from './schema.ts';
import { failUnless, prepare, prepareMany } from './statements.ts';
import { LostKey } from './vault/lost-key.ts';
import type { CodeUse, Received, Signer } from './vault/signer.ts';

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

/** A bot check that was passed: its mark, and when it expires by itself. */
export interface Proof {
  proof: string;
  expires_at: Date;
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

/** Inserts the key, or replaces an expired one. */
const insertUse = prepare<Once & { now: string }>(
  ['key', 'fingerprint', 'subject_id', 'receipt', 'expires_at', 'now'],
  (db, { now, ...use }) =>
    db
      .insertInto('once')
      .values(use)
      .onConflict(conflict =>
        conflict.column('key').doUpdateSet({
          fingerprint: sql`excluded.fingerprint`,
          subject_id: sql`excluded.subject_id`,
          receipt: sql`excluded.receipt`,
          expires_at: failUnless(sql`once.expires_at <= ${now}`, sql<string>`excluded.expires_at`),
        }),
      )
      .compile(),
);

/** Lets a key be claimed again at once. */
export function freeKey(db: Database, key: string): CompiledQuery {
  return db.deleteFrom('once').where('key', '=', key).compile();
}

/** Spends a proof. A proof that is spent already makes the whole unit fail with a Conflict in `once`. */
export function spendProof(db: Database, { proof, expires_at }: Proof): CompiledQuery {
  return insertProof(db, { key: proof, expires_at: expires_at.toISOString() });
}

/**
 * Takes one of the turns that a name has in a period, and returns whether one was left. However many take one at once, on
 * whatever server, there are never more.
 *
 * @param name Names what the turns are of. It is stored, so it holds nothing personal.
 */
export async function takeTurn(db: Database, name: string, most: number, until: Date, now: Date): Promise<boolean> {
  const rest = { fingerprint: null, subject_id: null, receipt: null, expires_at: until.toISOString() };
  for (let turn = 1; turn <= most; turn++)
    try {
      await db.atomic([insertUse(db, { key: `${name} ${turn}`, ...rest, now: now.toISOString() })]);
      return true;
    } catch (error) {
      if (!(error instanceof Conflict && error.table === 'once')) throw error;
    }
  return false;
}

const insertProof = prepare<Pick<Once, 'key' | 'expires_at'>>(['key', 'expires_at'], (db, row) =>
  db.insertInto('once').values(row).compile(),
);

/**
 * Removes the request, the subject and the receipt from a subject's key. The key stays used.
 *
 * @param expires_at When the key expires. Because the row is found by it, no index by subject is needed.
 */
export function forgetSubject(db: Database, subject_id: string, expires_at: Date): CompiledQuery {
  return db
    .updateTable('once')
    .set({ fingerprint: null, subject_id: null, receipt: null })
    .where('expires_at', '=', expires_at.toISOString())
    .where('subject_id', '=', subject_id)
    .compile();
}

/** Keys that one unit deletes. */
const keys_per_unit = 1_000;

/**
 * Deletes expired keys, a thousand in a unit. Safe to run at any time, on several servers at once, and to kill.
 *
 * @returns The number of keys deleted here; with `dry_run`, of those that would be.
 */
export async function forgetExpired(
  db: Database,
  now: Date,
  { dry_run = false, mayGoOn = () => true }: { dry_run?: boolean; mayGoOn?(): boolean } = {},
): Promise<number> {
  const expired = db.selectFrom('once').where('expires_at', '<=', now.toISOString());
  if (dry_run) {
    const counted = expired.select(({ fn }) => fn.countAll<number>().as('keys'));
    return Number((await counted.executeTakeFirstOrThrow()).keys);
  }
  const some = expired.select('key').orderBy('expires_at').limit(sql.lit(keys_per_unit));
  const removal = db.deleteFrom('once').where('key', 'in', some).compile();
  let forgotten = 0;
  while (mayGoOn()) {
    const [outcome] = await db.atomic([removal]);
    forgotten += outcome!.changed;
    if (outcome!.changed < keys_per_unit) break;
    await db.rest();
  }
  return forgotten;
}
