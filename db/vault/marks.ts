import { type CompiledQuery, sql } from 'kysely';
import { recordEvent, takeNumber } from '../audit/record.ts';
import type { Database } from '../database.ts';
import type { KeyChecks } from '../schema.ts';
import { failUnless } from '../statements.ts';
import { deriveKey, identifyKey } from './cipher.ts';
import type { KeyEncryptionKey } from './vault.ts';

/** Name of the encryption key that a start in development makes. */
export const development_key = 'dev';

/** The deployment's keys, by their setting. */
export interface DeploymentKeys {
  encryption_keys: KeyEncryptionKey[];
  index_key: Buffer[];
  signing_key: Buffer[];
}

/** A key as the database remembers it. */
export type Mark = Pick<KeyChecks, 'setting' | 'key_id' | 'check_value'>;

export const key_settings = ['ENCRYPTION_KEYS', 'INDEX_KEY', 'SIGNING_KEY'] as const;

/** The actor of a key's first use: whoever put it into the settings. */
const operator = { id: 'operator', role: 'operator', request_id: null };

/** Lists the keys that the database remembers. */
export function listKnown(db: Database): Promise<KeyChecks[]> {
  return db.selectFrom('key_checks').selectAll().orderBy('setting').orderBy('number').execute();
}

/** Returns the deployment's keys as the database would remember them. */
export function markKeys({ encryption_keys, index_key, signing_key }: DeploymentKeys): Mark[] {
  return [
    ...encryption_keys.map(({ id, key }) => markKey('ENCRYPTION_KEYS', key, id)),
    ...index_key.map(key => markKey('INDEX_KEY', key)),
    ...signing_key.map(key => markKey('SIGNING_KEY', key)),
  ];
}

export function markKey(setting: Mark['setting'], key: Buffer, key_id = identifyKey(key)): Mark {
  return { setting, key_id, check_value: deriveKey(key, 'check').export().toString('hex').slice(0, 32) };
}

export function isSame(one: Mark, other: Mark): boolean {
  return one.setting === other.setting && one.key_id === other.key_id;
}

export function isOf(wanted: Mark['setting']) {
  return ({ setting }: Mark) => setting === wanted;
}

/**
 * Notes the keys that are new, under their setting's next numbers. Because two servers that start at once choose the
 * same number, the one that comes second gets a Conflict, and checks its keys against those of the first.
 */
export function noteMarks(db: Database, own: Mark[], known: KeyChecks[], now: Date): CompiledQuery[] {
  return key_settings.flatMap(setting => {
    const last = Math.max(0, ...known.filter(isOf(setting)).map(({ number }) => number));
    return own
      .filter(isOf(setting))
      .filter(mark => !known.some(other => isSame(mark, other)))
      .map((mark, at) =>
        db
          .insertInto('key_checks')
          .values({ ...mark, number: last + 1 + at, noted_at: now.toISOString() })
          .compile(),
      );
  });
}

/**
 * Notes the first use of the key that wraps from now on, unless that is known, and records it as an act. A server that
 * does the same at the same time gets a Conflict.
 *
 * Because a restored database remembers no keys, while its trail has their events, a key that wraps already is only noted
 * there.
 *
 * @param wraps_newest The key that wraps the newest lead's.
 */
export function noteFirstUse(
  db: Database,
  kek_id: string,
  known: KeyChecks[],
  wraps_newest: string | undefined,
  now: Date,
): CompiledQuery[] {
  const marks = known.filter(isOf('ENCRYPTION_KEYS'));
  if (marks.some(mark => mark.key_id === kek_id && mark.used_at)) return [];
  const wraps = marks.length === 0 && wraps_newest === kek_id;
  const event = [takeNumber(db), ...recordEvent(db, operator, { action: 'key.first_used', fields: kek_id }, now)];
  return [
    db
      .updateTable('key_checks')
      .set({ used_at: now.toISOString(), noted_at: failUnless(sql`used_at is null`, sql<string>`noted_at`) })
      .where('setting', '=', 'ENCRYPTION_KEYS')
      .where('key_id', '=', kek_id)
      .compile(),
    ...(wraps ? [] : event),
  ];
}

/** Forgets a key, so that no start asks for it again. */
export function forgetMark(db: Database, { setting, key_id }: Mark): CompiledQuery {
  return db.deleteFrom('key_checks').where('setting', '=', setting).where('key_id', '=', key_id).compile();
}
