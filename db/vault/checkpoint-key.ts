import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { deriveKey } from './cipher.ts';

/**
 * Signs checkpoints of the audit trail, or backups. Whoever checks one needs the public key alone, which cannot sign.
 */
export interface CheckpointKey {
  /** Returns the Ed25519 signature of a text, in base64. */
  sign(text: string): string;
  /** The public key in PEM (SPKI). */
  public_key: string;
}

/** What stands before the 32 bytes of an Ed25519 key in PKCS #8. See RFC 8410 §7. */
const pkcs8_prefix = Buffer.from('302e020100300506032b657004220420', 'hex');

/**
 * Derives the key from a signing key, another one for each use.
 *
 * @param signing_key 32 bytes.
 */
export function createCheckpointKey(signing_key: Buffer, use: 'checkpoint' | 'backup' = 'checkpoint'): CheckpointKey {
  const seed = deriveKey(signing_key, use).export();
  const key = createPrivateKey({ key: Buffer.concat([pkcs8_prefix, seed]), format: 'der', type: 'pkcs8' });
  return {
    sign: text => sign(null, Buffer.from(text), key).toString('base64'),
    public_key: createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString(),
  };
}

/** Returns whether a text was signed by the key that belongs to a public one. */
export function isSignedBy(public_key: string, text: string, signature: string): boolean {
  return verify(null, Buffer.from(text), createPublicKey(public_key), Buffer.from(signature, 'base64'));
}
