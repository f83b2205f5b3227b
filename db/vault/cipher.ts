import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import { takeRandom } from './random.ts';

const padding_bytes = 64;
const iv_bytes = 12;
const tag_bytes = 16;

/**
 * Derives a 32-byte key for one use from a key of the deployment.
 *
 * Because node:crypto takes 3 µs for an HMAC with a KeyObject and 18 with the same bytes in a Buffer, it
 * returns a KeyObject.
 *
 * @see RFC 5869 (HKDF-SHA-256)
 */
export function deriveKey(key: Buffer, use: string): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync('sha256', key, '', use, 32)));
}

/** Returns an id for a key that has no name: eight hexadecimal digits, from which nobody learns the key. */
export function identifyKey(key: Buffer): string {
  return deriveKey(key, 'version').export().toString('hex').slice(0, 8);
}

/** Pads the text with trailing spaces, which hide its length and which JSON.parse ignores. */
export function pad(json: string): Buffer {
  const length = Buffer.byteLength(json);
  return Buffer.from(json + ' '.repeat((padding_bytes - (length % padding_bytes)) % padding_bytes));
}

/** Encrypts with AES-256-GCM. The context is not stored, and must be the same to decrypt. */
export function encrypt(key: KeyObject, plain: Buffer, context: Buffer): Buffer {
  const iv = takeRandom(iv_bytes);
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(context);
  return Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/**
 * Decrypts what `encrypt` returned.
 *
 * @throws When key, context and ciphertext do not belong together.
 */
export function decrypt(key: KeyObject, boxed: Buffer, context: Buffer): Buffer {
  const end = boxed.length - tag_bytes;
  if (end < iv_bytes) throw new Error('sealed value too short');
  const decipher = createDecipheriv('aes-256-gcm', key, boxed.subarray(0, iv_bytes), { authTagLength: tag_bytes });
  decipher.setAAD(context).setAuthTag(boxed.subarray(end));
  const plain = decipher.update(boxed.subarray(iv_bytes, end));
  decipher.final();
  return plain;
}
