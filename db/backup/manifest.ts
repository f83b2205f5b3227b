import type { CheckpointKey } from '../vault/checkpoint-key.ts';
import { Refusal } from './refusal.ts';

/** A manifest tells what a backup holds. */
export interface Manifest {
  format: typeof format;
  id: string;
  made_at: string;
  /** The deployment that the backup is of: the hash of the first sealed range of its audit trail. */
  deployment: string;
  /** Names of the migrations that made its tables. */
  migrations: string[];
  /** Number of the latest act. */
  seq: number;
  /** End of the sealed part of the audit trail, and the hash of its last range. */
  sealed: { seq: number; hash: string };
  /** Leads that are not erased. */
  leads: number;
  /** The files in the order in which they are restored. A table's later file has rows that changed since. */
  files: BackupFile[];
}

export interface BackupFile {
  name: string;
  table: string;
  rows: number;
  bytes: number;
  sha256: string;
}

/** Reads a signature; tells whether one of the deployment's keys made it. */
export type IsSigned = (text: string, signature: string) => boolean;

const format = 'lead-consent-backup-1';

/** Returns the manifest as a line of JSON, and a line with its Ed25519 signature in base64. */
export function writeManifest(manifest: Omit<Manifest, 'format'>, key: CheckpointKey): string {
  const text = JSON.stringify({ format, ...manifest } satisfies Manifest);
  return `${text}\n${key.sign(text)}\n`;
}

/**
 * Reads the id of a manifest, whoever signed it; undefined when it is not whole. Because a key that has turned may have
 * signed it, only what is restored must be signed by a listed one.
 */
export function readManifestId(text: string): string | undefined {
  try {
    return (JSON.parse(text.split('\n')[0]!) as Manifest).id;
  } catch {
    return undefined;
  }
}

/** Tells whether a whole manifest is signed. */
export function isManifestSigned(text: string, isSigned: IsSigned): boolean {
  const [line = '', signature = '', end] = text.split('\n');
  return end !== undefined && isSigned(line, signature);
}

/**
 * Reads a manifest.
 *
 * @throws Refusal when it is not whole, or signed by somebody else.
 */
export function readManifest(text: string, isSigned: IsSigned): Manifest {
  const [line = '', signature = '', end] = text.split('\n');
  if (!line.startsWith(`{"format":"${format}"`) || end === undefined)
    throw new Refusal(
      'half',
      'manifest.json is not whole, or of another version of this software: take another backup',
    );
  if (!isSigned(line, signature))
    throw new Refusal(
      'wrong_key',
      'SIGNING_KEY: this key did not sign the backup. It is another deployment’s, or was altered, or the key has turned since: put the key of then first in the list, and run ops keys rotate',
    );
  return JSON.parse(line) as Manifest;
}
