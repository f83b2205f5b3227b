import { hkdfSync, randomBytes } from 'node:crypto';
import { digest } from '../digest.ts';

const alphabet = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789';

const id_length = 12;

const secret_length = 36;

export const checksum_length = 6;

export const shape = new RegExp(`^lc_([A-Za-z0-9]{${id_length}})_([A-Za-z0-9]{${secret_length + checksum_length}})$`);

export type NewSecret = ReturnType<typeof makeSecret>;

/**
 * Makes the id and the secret of a token.
 *
 * @param seed Where the same token is to be made again: a text that nobody guesses. Otherwise they are random.
 */
export function makeSecret(seed?: string) {
  const letters = seed === undefined ? randomLetters(id_length + secret_length) : deriveLetters(seed);
  const [id, body] = [letters.slice(0, id_length), letters.slice(id_length)];
  const secret = body + checksum(id, body);
  return { id, secret_sha256: digest(secret), token: `lc_${id}_${secret}` };
}

/** Returns an id for a token or an account. Both have the same shape, because the audit trail names an actor by it. */
export function newHolderId(): string {
  return randomLetters(id_length);
}

function randomLetters(length: number): string {
  let letters = '';
  while (letters.length < length) letters += writeLetters(randomBytes(length));
  return letters.slice(0, length);
}

function deriveLetters(seed: string): string {
  const length = id_length + secret_length;
  return writeLetters(Buffer.from(hkdfSync('sha256', seed, '', 'token', 4 * length))).slice(0, length);
}

/** Writes bytes as letters, each as likely as another. A byte that stands for none is passed over. */
function writeLetters(bytes: Buffer): string {
  return [...bytes].map(byte => alphabet[byte & 63] ?? '').join('');
}

/**
 * Returns the checksum of a token. It lets a scanner recognise a leaked token, and stops a typing error before it
 * reaches the database.
 */
export function checksum(id: string, body: string): string {
  const bytes = Buffer.from(digest(`lc_${id}_${body}`), 'hex');
  return [...bytes.subarray(0, checksum_length)].map(byte => alphabet[byte % alphabet.length]).join('');
}
