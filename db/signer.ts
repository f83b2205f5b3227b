import { createHmac } from 'node:crypto';
import { deriveKey, digest } from './vault.ts';

/** What the deployment derives from SIGNING_KEY: receipts, and the traces of idempotency keys. */
export interface Signer {
  /** The code that lets its holder withdraw a lead: derived, so that every answer about one lead holds the same. */
  receiptCode(lead_id: string): string;
  /** HMAC of an idempotency key; `scope` keeps leads and consents apart. */
  idempotencyKey(scope: 'lead' | 'consent', key: string): string;
  /** HMAC of what a request asked for, to tell a repeat from a reuse. */
  fingerprint(request: unknown): string;
}

/** Digits and capitals without those that are misread (Crockford base 32), 100 bits in four groups of five. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

export function createSigner(signing_key: Buffer): Signer {
  const traceKey = deriveKey(signing_key, 'idempotency');
  const trace = (value: string) => createHmac('sha256', traceKey).update(value).digest('base64url');
  return {
    receiptCode(lead_id) {
      const mac = createHmac('sha256', signing_key).update(`receipt\u0000${lead_id}`).digest();
      const letters = [...mac.subarray(0, 20)].map(byte => alphabet[byte & 31]).join('');
      return letters.replace(/(.{5})(?=.)/g, '$1-');
    },
    idempotencyKey: (scope, key) => trace(`${scope}\u0000${key}`),
    fingerprint: request => trace(JSON.stringify(request)),
  };
}

/** What is stored of a receipt code. */
export function hashReceiptCode(code: string): string {
  return digest(code);
}
