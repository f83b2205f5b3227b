import { createHmac, createSecretKey, hash, type KeyObject, timingSafeEqual } from 'node:crypto';
import { decrypt, deriveKey, encrypt } from './cipher.ts';

/**
 * Derives from SIGNING_KEY: receipt codes, HMACs of requests, and marks on what the deployment hands out. Of several
 * keys the last one signs, and all are believed.
 */
export interface Signer {
  /**
   * Derives a code for the holder of a subject: the receipt code with which a lead is withdrawn, the reference of a
   * request, or what opens a copy once. Because it is derived, every answer about one subject holds the same. It begins
   * with the time of receipt, which finds the subject without an index.
   */
  makeCode(use: CodeUse, subject: Received): string;
  /**
   * Derives the code that was handed out for a subject, under whichever key it was made.
   *
   * @param hash The hash of that code.
   * @returns Undefined when its key is no longer listed.
   */
  findCode(use: CodeUse, subject: Received, hash: string): string | undefined;
  /** Seals a receipt code under each signing key, the last one first. */
  sealCode(code: string): string[];
  /** Opens a receipt code that was sealed under one of the signing keys; undefined when it was under none. */
  openCode(sealed: string): string | undefined;
  /**
   * Returns the HMACs of an idempotency key, one for each signing key, that of the last one first; `scope` keeps leads,
   * requests and consents apart.
   */
  idempotencyKeys(scope: 'lead' | 'request' | 'consent', key: string): string[];
  /** Returns the HMACs of a request's content, in the same order, which tell a repeat from a reuse of the key. */
  fingerprints(request: unknown): string[];
  /** Derives a code of six digits, one for each signing key, that of the last one first. */
  makeDigits(text: string): string[];
  /** Returns a mark of 32 hexadecimal digits that only this deployment can make. Each use has a key of its own. */
  sign(use: SignedUse, text: string): string;
  /** Returns whether a mark is one that `sign` makes, compared in constant time. */
  isSigned(use: SignedUse, text: string, mark: string): boolean;
}

/** The use of a code. Each use has codes of its own. */
export type CodeUse = 'receipt' | 'reference' | 'copy';

/** The facts that a code is derived from. */
export interface Received {
  id: string;
  received_at: string;
}

type SignedUse = 'digits' | 'challenge' | 'form_token' | 'address' | 'refusal' | 'attempt' | 'token' | 'note';

/** Letters of a receipt code: digits and capitals without those that are misread (Crockford base 32). */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** Number of letters that hold the time of receipt, in ticks. Their 40 bits last until the year 2527. */
const time_letters = 8;
const tick_ms = 16;

/** Number of letters that hold the secret: 60 bits, which cannot be guessed. */
const secret_letters = 12;

const mark_bytes = 16;
const no_context = Buffer.alloc(0);
const hash_bytes = 16;

/**
 * Creates the signer of a deployment.
 *
 * @param signing_keys Keys of 32 bytes, at least one: the last one signs, all are believed.
 */
export function createSigner(signing_keys: Buffer[]): Signer {
  const latest_first = signing_keys.toReversed().map(deriveSigningKeys);
  const latest = latest_first[0]!;
  return {
    makeCode: (use, subject) => writeCode(latest.receipt, use, subject),
    findCode: (use, subject, hash) =>
      latest_first.map(({ receipt }) => writeCode(receipt, use, subject)).find(code => hashReceiptCode(code) === hash),
    sealCode: code =>
      latest_first.map(({ code_key }) => encrypt(code_key, Buffer.from(code), no_context).toString('base64url')),
    openCode(sealed) {
      const boxed = Buffer.from(sealed, 'base64url');
      for (const { code_key } of latest_first)
        try {
          return decrypt(code_key, boxed, no_context).toString();
        } catch {}
      return undefined;
    },
    idempotencyKeys: (scope, key) => latest_first.map(keys => trace(keys, `${scope}\u0000${key}`)),
    fingerprints(request) {
      const text = JSON.stringify(request);
      return latest_first.map(keys => trace(keys, text));
    },
    makeDigits: text => latest_first.map(keys => writeDigits(makeMark(keys, 'digits', text))),
    sign: (use, text) => makeMark(latest, use, text).toString('hex'),
    isSigned(use, text, mark) {
      const given = Buffer.from(mark, 'hex');
      if (given.length !== mark_bytes) return false;
      return latest_first.some(keys => timingSafeEqual(given, makeMark(keys, use, text)));
    },
  };
}

type SigningKeys = ReturnType<typeof deriveSigningKeys>;

/** Derives a key for each use from one signing key; those for marks when they are first used. */
function deriveSigningKeys(signing_key: Buffer) {
  const marks = new Map<SignedUse, KeyObject>();
  return {
    receipt: createSecretKey(signing_key),
    trace: deriveKey(signing_key, 'idempotency'),
    code_key: deriveKey(signing_key, 'receipt_code'),
    markKey(use: SignedUse): KeyObject {
      const key = marks.get(use) ?? deriveKey(signing_key, use);
      marks.set(use, key);
      return key;
    },
  };
}

function writeCode(key: KeyObject, use: CodeUse, { id, received_at }: Received): string {
  const mac = createHmac('sha256', key).update(`${use}\u0000${id}`).digest();
  let secret = '';
  for (const byte of mac.subarray(0, secret_letters)) secret += alphabet[byte & 31];
  return groupLetters(writeTicks(new Date(received_at)) + secret);
}

function trace(keys: SigningKeys, value: string): string {
  return createHmac('sha256', keys.trace).update(value).digest().subarray(0, mark_bytes).toString('base64url');
}

function makeMark(keys: SigningKeys, use: SignedUse, text: string): Buffer {
  return createHmac('sha256', keys.markKey(use)).update(text).digest().subarray(0, mark_bytes);
}

function writeDigits(mark: Buffer): string {
  return String(mark.readUIntBE(0, 6) % 1e6).padStart(6, '0');
}

/** Characters of a code as it is typed, with all that may stand around it. NFKC gets no longer text. */
const longest_code = 200;

/**
 * Reads a receipt code or a reference as a person typed or copied it: in any case and spacing, with its label, with full stops.
 *
 * @returns The code in its normal form; undefined when the text cannot be one.
 */
export function readReceiptCode(typed: string): string | undefined {
  if (typed.length > longest_code) return undefined;
  const letters = typed
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[\s\p{Pd}\p{Cf}.。]/gu, '')
    .replace(/^(?:回执码|查询编号|案卷编号|RECEIPTCODE|REFERENCE):?/, '')
    .replaceAll('O', '0')
    .replace(/[IL]/g, '1');
  return /^[0-9A-HJKMNP-TV-Z]{20}$/.test(letters) ? groupLetters(letters) : undefined;
}

function groupLetters(letters: string): string {
  return `${letters.slice(0, 5)}-${letters.slice(5, 10)}-${letters.slice(10, 15)}-${letters.slice(15)}`;
}

function writeTicks(instant: Date): string {
  let ticks = Math.floor(instant.getTime() / tick_ms);
  let letters = '';
  while (letters.length < time_letters) {
    letters = alphabet[ticks % alphabet.length] + letters;
    ticks = Math.floor(ticks / alphabet.length);
  }
  return letters;
}

/** Reads from a receipt code when the lead was received, as a range without its end. */
export function readReceiptTime(code: string): [from: Date, before: Date] {
  const letters = [...code.replaceAll('-', '').slice(0, time_letters)];
  const ticks = letters.reduce((sum, letter) => sum * alphabet.length + alphabet.indexOf(letter), 0);
  return [new Date(ticks * tick_ms), new Date((ticks + 1) * tick_ms)];
}

/** Returns the hash of a receipt code, which is what the database stores. */
export function hashReceiptCode(code: string): string {
  return hash('sha256', code, 'buffer').subarray(0, hash_bytes).toString('base64url');
}
