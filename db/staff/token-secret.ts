import { randomBytes } from 'node:crypto';
import { digest } from '../digest.ts';

const alphabet = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789';

const id_length = 12;

const secret_length = 36;

export const checksum_length = 6;

export const shape = new RegExp(`^lc_([A-Za-z0-9]{${id_length}})_([A-Za-z0-9]{${secret_length + checksum_length}})$`);

export function makeSecret() {
  const id = newHolderId();
  const body = randomLetters(secret_length);
  const secret = body + checksum(id, body);
  return { id, secret_sha256: digest(secret), token: `lc_${id}_${secret}` };
}

/** Returns an id for a token or an account. Both have the same shape, because the audit trail names an actor by it. */
export function newHolderId(): string {
  return randomLetters(id_length);
}

function randomLetters(length: number): string {
  const letters = [];
  while (letters.length < length) {
    const at = randomBytes(1)[0]! & 63;
    if (at < alphabet.length) letters.push(alphabet[at]);
  }
  return letters.join('');
}

/**
 * Returns the checksum of a token. It lets a scanner recognise a leaked token, and stops a typing error before it
 * reaches the database.
 */
export function checksum(id: string, body: string): string {
  const bytes = Buffer.from(digest(`lc_${id}_${body}`), 'hex');
  return [...bytes.subarray(0, checksum_length)].map(byte => alphabet[byte % alphabet.length]).join('');
}
