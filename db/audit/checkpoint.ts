import type { Database } from '../database.ts';
import type { AuditSeals } from '../schema.ts';
import { findSealedEnd, sealTrail } from './seal.ts';

/** A checkpoint says up to which number the trail was sealed, and with which hash. */
export interface Checkpoint {
  seq: AuditSeals['to_seq'];
  hash: AuditSeals['hash'];
}

/** Signs a checkpoint (`checkpoint-key.ts`). */
interface SigningKey {
  sign(text: string): string;
}

/** First word of a checkpoint. The number is that of its format. */
const format = 'lead-consent-checkpoint-1';

/**
 * Seals what is not sealed yet, and returns a line that says where the trail ends: format, number, hash, time and
 * signature, with a space between.
 *
 * Kept outside the database, it shows later that the trail was cut off or written anew. The signature is Ed25519 over
 * what stands before the last space, in base64.
 *
 * @returns Undefined while the trail is empty.
 */
export async function makeCheckpoint(db: Database, key: SigningKey, now: Date): Promise<string | undefined> {
  await sealTrail(db, now);
  const { to_seq, hash } = await findSealedEnd(db);
  if (to_seq === 0) return undefined;
  const text = `${format} ${to_seq} ${hash} ${now.toISOString()}`;
  return `${text} ${key.sign(text)}`;
}

/**
 * Reads the checkpoints of a text, which may be a log: of a line that holds one, what stands around it is ignored.
 *
 * @param isSigned Tells whether a signature is right.
 * @returns The checkpoints, or the number of the first line whose checkpoint is damaged or signed by somebody else.
 */
export function readCheckpoints(
  text: string,
  isSigned: (text: string, signature: string) => boolean,
): { checkpoints: Checkpoint[] } | { wrong_line: number } {
  const checkpoints: Checkpoint[] = [];
  for (const [n, line] of text.split('\n').entries()) {
    if (!line.includes(format)) continue;
    const [, signed, seq, hash, signature] = pattern.exec(line) ?? [];
    if (!signed || !isSigned(signed, signature!)) return { wrong_line: n + 1 };
    checkpoints.push({ seq: Number(seq), hash: hash! });
  }
  return { checkpoints };
}

const pattern = new RegExp(`(${format} (\\d{1,15}) ([0-9a-f]{64}) [0-9TZ:.-]{24}) ([A-Za-z0-9+/]{86}==)`);
