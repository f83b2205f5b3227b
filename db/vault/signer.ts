import { createHash, createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import { deriveKey } from './vault.ts';

/** What the deployment derives from SIGNING_KEY: receipts, the traces of idempotency keys, and marks on what it hands out. */
export interface Signer {
  /**
   * Derives the code that lets its holder withdraw a lead, so that every answer about one lead holds the same. It begins with the
   * time of receipt, by which the lead is found: its hash needs no index.
   */
  receiptCode(lead: { id: string; received_at: string }): string;
  /** HMAC of an idempotency key; `scope` keeps leads and consents apart. */
  idempotencyKey(scope: 'lead' | 'consent', key: string): string;
  /** HMAC of what a request asked for, to tell a repeat from a reuse. */
  fingerprint(request: unknown): string;
  /** A mark of 32 hexadecimal digits that only this deployment can make; each use has a key of its own. */
  sign(use: SignedUse, text: string): string;
  /** Whether a mark is the one that `sign` makes, told in constant time. */
  isSigned(use: SignedUse, text: string, mark: string): boolean;
}

type SignedUse = 'challenge' | 'form_token' | 'address';

/** Digits and capitals without those that are misread (Crockford base 32), in four groups of five. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** A receipt code begins with the time of receipt, in ticks: 40 bits of them last until the year 2527. */
const time_letters = 8;
const tick_ms = 16;

/** The rest of a receipt code, 60 bits, can't be guessed. */
const secret_letters = 12;

const mark_bytes = 16;
const hash_bytes = 16;

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

/** A receipt code as a person may type it, in its own spelling; undefined when it can't be one. */
export function readReceiptCode(typed: string): string | undefined {
  const letters = typed
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[\s\p{Pd}]/gu, '')
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

/** Reads when the lead of a receipt code was received: from the first instant on, before the second. */
export function readReceiptTime(code: string): [from: Date, before: Date] {
  const letters = [...code.replaceAll('-', '').slice(0, time_letters)];
  const ticks = letters.reduce((sum, letter) => sum * alphabet.length + alphabet.indexOf(letter), 0);
  return [new Date(ticks * tick_ms), new Date((ticks + 1) * tick_ms)];
}

/** Returns what is stored of a receipt code. */
export function hashReceiptCode(code: string): string {
  return createHash('sha256').update(code).digest().subarray(0, hash_bytes).toString('base64url');
}
