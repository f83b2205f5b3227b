import { hash } from 'node:crypto';

/** Returns the SHA-256 of a value in hexadecimal digits. */
export function digest(value: string | Uint8Array): string {
  return hash('sha256', value);
}

/** The length that stands for null. No text is as long. */
const null_length = 0xffff_ffff;

/**
 * Joins the parts, each after its length in four bytes, so that no two lists of parts give the same bytes. Null differs
 * from an empty text.
 */
export function lengthPrefixed(...parts: (string | null)[]): Buffer {
  const length = parts.reduce((sum, part) => sum + 4 + (part === null ? 0 : Buffer.byteLength(part)), 0);
  const bytes = Buffer.allocUnsafe(length);
  let at = 0;
  for (const part of parts) {
    const written = part === null ? 0 : bytes.write(part, at + 4);
    bytes.writeUInt32BE(part === null ? null_length : written, at);
    at += 4 + written;
  }
  return bytes;
}

/** Returns a text as it is. Because whoever edits a file can put bytes in its place, those are given as another text. */
export function asText<T extends string | null>(value: T): T | string {
  return value === null || typeof value === 'string' ? value : `not a text: ${JSON.stringify(value)}`;
}
