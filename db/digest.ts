import { createHash } from 'node:crypto';

/** Returns the SHA-256 of a value in hexadecimal digits. */
export function digest(value: string | Uint8Array): string {
  return createHash('sha256').update(value).digest('hex');
}
