import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { lengthPrefixed } from '../digest.ts';
import type { Keys } from '../schema.ts';
import { decrypt, deriveKey, encrypt, identifyKey, pad } from './cipher.ts';
import { canonicalizeEmail } from './email.ts';
import { takeRandom } from './random.ts';

/** All personal data of a lead. `phone` is in normal form. */
export interface LeadValues {
  name: string;
  phone: string;
  email: string;
  company: string;
}

/** The wrapped key of a subject, and the blind indexes that find the subject. */
export type SubjectKeys = { [Column in Exclude<keyof Keys, 'subject_kind' | 'subject_id'>]: NonNullable<Keys[Column]> };

/** A key that opens something, itself encrypted under a key encryption key. */
export type WrappedKey = Pick<Keys, 'kek_id' | 'wrapped'>;

export interface KeyEncryptionKey {
  id: string;
  key: Buffer;
}

/** Seals and opens personal data, and computes the blind indexes that find it. Data that does not open is an error. */
export interface Vault {
  /**
   * Seals the values under a key of the lead's own, and wraps that key under the last key encryption key.
   *
   * @param known The key that the lead has already. Because a correction keeps it, older backups of the lead still open.
   * @returns Also the indexes by which the person's other leads may be found: by phone, then as many by e-mail.
   */
  seal(
    lead_id: string,
    values: LeadValues,
    known?: WrappedKey,
  ): { sealed: string; keys: SubjectKeys; indexes: string[] };
  /**
   * Opens sealed values.
   *
   * @throws When key, row and ciphertext do not belong together, or the key encryption key is not known.
   */
  open(lead_id: string, sealed: string, keys: WrappedKey): LeadValues;
  /** Id of the last key encryption key. */
  kek_id: string;
  /** Wraps a key of 32 bytes under the last key encryption key. */
  wrap(subject_id: string, key: Buffer): WrappedKey;
  /**
   * Unwraps a key.
   *
   * @throws When the key encryption key is not known, or the key was wrapped for another subject.
   */
  unwrap(subject_id: string, wrapped_key: WrappedKey): Buffer;
  /**
   * Seals a text under the key that a lead has.
   *
   * @param name What the text is, with its id. It opens under no other name.
   */
  sealText(lead_id: string, name: string, text: string, keys: WrappedKey): string;
  /** Opens such a text. It throws where `open` does. */
  openText(lead_id: string, name: string, sealed: string, keys: WrappedKey): string;
  /**
   * Seals a text of a subject that is no lead, under a key of the subject's own.
   *
   * @param known The key that the subject has already, where it keeps it.
   */
  sealOwn(kind: OwnKind, id: string, text: string, known?: WrappedKey): { sealed: string; keys: WrappedKey };
  /** Opens such a text. It throws where `open` does. */
  openOwn(kind: OwnKind, id: string, sealed: string, keys: WrappedKey): string;
  /** Returns the indexes by which a phone may be found: one for each index key, that of the last one first. */
  phoneIndexes(phone: string): string[];
  /** Returns the same for an e-mail address. */
  emailIndexes(email: string): string[];
  /** Computes the blind indexes of a lead under the last index key, with their version. */
  index(values: Pick<LeadValues, 'phone' | 'email'>): Indexes;
  /** Version of the indexes that this vault makes. */
  index_version: string;
  /** Versions of the indexes that each index key makes, that of the last one first. */
  index_versions: string[];
}

/** Subjects that have one sealed text, and no index. */
type OwnKind = Exclude<Keys['subject_kind'], 'lead'>;

type Indexes = Pick<SubjectKeys, 'phone_index' | 'email_index' | 'index_version'>;

const schema_version = '1';

/** Number of the rule by which addresses are compared. Whoever changes `canonicalizeEmail` counts it up. */
export const index_rule = 2;
const index_bytes = 16;

/**
 * Creates the vault of a deployment.
 *
 * @param keks Key encryption keys, at least one: the last one encrypts, all decrypt.
 * @param index_keys Keys of 32 bytes for the blind indexes alone, at least one: the last one makes them, all find.
 */
export function createVault(keks: KeyEncryptionKey[], index_keys: Buffer[]): Vault {
  const byId = new Map(keks.map(({ id, key }) => [id, createSecretKey(key)]));
  const current = keks.at(-1)!.id;
  const currentKey = byId.get(current)!;
  const latest_first = index_keys.toReversed();
  const phoneKeys = latest_first.map(key => deriveKey(key, 'lead|phone'));
  const emailKeys = latest_first.map(key => deriveKey(key, 'lead|email'));
  const index_versions = latest_first.map(versionIndexes);
  const index_version = index_versions[0]!;

  const phoneIndexes: Vault['phoneIndexes'] = phone => phoneKeys.map(key => blindIndex(key, phone));

  const emailIndexes: Vault['emailIndexes'] = email => {
    const normal = canonicalizeEmail(email);
    return emailKeys.map(key => blindIndex(key, normal));
  };

  const index: Vault['index'] = ({ phone, email }) => ({
    phone_index: blindIndex(phoneKeys[0]!, phone),
    email_index: blindIndex(emailKeys[0]!, canonicalizeEmail(email)),
    index_version,
  });

  const wrap: Vault['wrap'] = (subject_id, key) => ({
    kek_id: current,
    wrapped: encrypt(currentKey, key, wrapContext(current, subject_id)).toString('base64url'),
  });

  const unwrap: Vault['unwrap'] = (subject_id, { kek_id, wrapped }) => {
    const kek = byId.get(kek_id);
    if (!kek) throw new Error(`no key ${kek_id} in ENCRYPTION_KEYS`);
    return decrypt(kek, Buffer.from(wrapped, 'base64url'), wrapContext(kek_id, subject_id));
  };

  const sealUnder = (key: Buffer, text: Buffer, context: Buffer) =>
    `${schema_version}.${encrypt(createSecretKey(key), text, context).toString('base64url')}`;

  const openUnder = (key: Buffer, sealed: string, context: Buffer) => {
    const [version, payload] = sealed.split('.');
    if (version !== schema_version || !payload) throw new Error(`sealed in an unknown way: ${version}`);
    return decrypt(createSecretKey(key), Buffer.from(payload, 'base64url'), context).toString('utf8');
  };

  return {
    seal(lead_id, { name, phone, email, company }, known) {
      const key = known ? unwrap(lead_id, known) : takeRandom(32);
      const values = pad(JSON.stringify({ name, phone, email, company } satisfies LeadValues));
      const [phones, emails] = [phoneIndexes(phone), emailIndexes(email)];
      return {
        sealed: sealUnder(key, values, leadContext(lead_id)),
        keys: { ...wrap(lead_id, key), phone_index: phones[0]!, email_index: emails[0]!, index_version },
        indexes: [...phones, ...emails],
      };
    },
    open: (lead_id, sealed, keys) => JSON.parse(openUnder(unwrap(lead_id, keys), sealed, leadContext(lead_id))),
    sealText: (lead_id, name, text, keys) => sealUnder(unwrap(lead_id, keys), pad(text), textContext(lead_id, name)),
    openText: (lead_id, name, sealed, keys) =>
      openUnder(unwrap(lead_id, keys), sealed, textContext(lead_id, name)).trimEnd(),
    sealOwn(kind, id, text, known) {
      const key = known ? unwrap(id, known) : takeRandom(32);
      return { sealed: sealUnder(key, pad(text), ownContext(kind, id)), keys: wrap(id, key) };
    },
    openOwn: (kind, id, sealed, keys) => openUnder(unwrap(id, keys), sealed, ownContext(kind, id)).trimEnd(),
    kek_id: current,
    wrap,
    unwrap,
    phoneIndexes,
    emailIndexes,
    index,
    index_version,
    index_versions,
  };
}

/** Returns the version of indexes that an index key makes by today's rule, as `<rule>.<id of the key>`. */
export function versionIndexes(index_key: Buffer): string {
  return `${index_rule}.${identifyKey(index_key)}`;
}

function blindIndex(key: KeyObject, normal: string): string {
  return createHmac('sha256', key).update(normal).digest().subarray(0, index_bytes).toString('base64url');
}

function leadContext(lead_id: string): Buffer {
  return lengthPrefixed('lead', lead_id, schema_version);
}

function textContext(lead_id: string, name: string): Buffer {
  return lengthPrefixed('text', lead_id, name, schema_version);
}

function ownContext(kind: OwnKind, id: string): Buffer {
  return lengthPrefixed(kind, id, schema_version);
}

function wrapContext(kek_id: string, subject_id: string): Buffer {
  return lengthPrefixed('wrap', kek_id, subject_id);
}
