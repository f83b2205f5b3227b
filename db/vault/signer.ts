import { createHash, createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import { deriveKey } from './vault.ts';

/** Derives from SIGNING_KEY: receipt codes, HMACs of requests, and marks on what the deployment hands out. */
export interface Signer {
  /**
   * Derives the code with which its holder withdraws a lead. Because it is derived, every answer about one lead holds
   * the same. It begins with the time of receipt, which finds the lead without an index.
   */
  receiptCode(lead: { id: string; received_at: string }): string;
  /** Returns the HMAC of an idempotency key; `scope` keeps leads and consents apart. */
  idempotencyKey(scope: 'lead' | 'consent', key: string): string;
  /** Returns the HMAC of a request's content, which tells a repeat from a reuse of the key. */
  fingerprint(request: unknown): string;
  /** Returns a mark of 32 hexadecimal digits that only this deployment can make. Each use has a key of its own. */
  sign(use: SignedUse, text: string): string;
  /** Returns whether a mark is the one that `sign` makes, compared in constant time. */
  isSigned(use: SignedUse, text: string, mark: string): boolean;
}

type SignedUse = 'challenge' | 'form_token' | 'address';

/** Letters of a receipt code: digits and capitals without those that are misread (Crockford base 32). */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** Number of letters that hold the time of receipt, in ticks. Their 40 bits last until the year 2527. */
const time_letters = 8;
const tick_ms = 16;

/** Number of letters that hold the secret: 60 bits, which cannot be guessed. */
const secret_letters = 12;

const mark_bytes = 16;
const hash_bytes = 16;

/**
 * Creates the signer of a deployment.
 *
 * @param signing_key 32 bytes.
 */
export function createSigner(signing_key: Buffer): Signer {
  const traceKey = deriveKey(signing_key, 'idempotency');
  const trace = (value: string) =>
    createHmac('sha256', traceKey).update(value).digest().subarray(0, mark_bytes).toString('base64url');
  const receiptKey = createSecretKey(signing_key);
  const keys = new Map<SignedUse, KeyObject>();
  const markOf = (use: SignedUse, text: string) => {
    const key = keys.get(use) ?? deriveKey(signing_key, use);
    keys.set(use, key);
    return createHmac('sha256', key).update(text).digest().subarray(0, mark_bytes);
  };
  return {
    receiptCode({ id, received_at }) {
      const mac = createHmac('sha256', receiptKey).update(`receipt\u0000${id}`).digest();
      const secret = [...mac.subarray(0, secret_letters)].map(byte => alphabet[byte & 31]).join('');
      return groupLetters(writeTicks(new Date(received_at)) + secret);
    },
    idempotencyKey: (scope, key) => trace(`${scope}\u0000${key}`),
    fingerprint: request => trace(JSON.stringify(request)),
    sign: (use, text) => markOf(use, text).toString('hex'),
    isSigned(use, text, mark) {
      const given = Buffer.from(mark, 'hex');
      return given.length === mark_bytes && timingSafeEqual(given, markOf(use, text));
    },
  };
}

/** Characters of a code as it is typed, with all that may stand around it. NFKC gets no longer text. */
const longest_code = 200;

/**
 * Reads a receipt code as a person typed or copied it: in any case and spacing, with its label, with a full stop.
 *
 * @returns The code in its normal form; undefined when the text cannot be one.
 */
export function readReceiptCode(typed: string): string | undefined {
  if (typed.length > longest_code) return undefined;
  const letters = typed
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[\s\p{Pd}\p{Cf}]/gu, '')
    .replace(/^(?:回执码|RECEIPTCODE):?|[.。]+$/g, '')
    .replaceAll('O', '0')
    .replace(/[IL]/g, '1');
  return /^[0-9A-HJKMNP-TV-Z]{20}$/.test(letters) ? groupLetters(letters) : undefined;
}

function groupLetters(letters: string): string {
  return letters.replace(/(.{5})(?=.)/g, '$1-');
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
  return createHash('sha256').update(code).digest().subarray(0, hash_bytes).toString('base64url');
}
