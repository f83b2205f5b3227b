import type { CompiledQuery } from 'kysely';
import { Conflict, type Database } from '../database.ts';
import type { Once } from '../schema.ts';
import { prepare } from '../statements.ts';
import { insertUse } from './use.ts';

/** A bot check that was passed: its mark, and when it expires by itself. */
export interface Proof {
  proof: string;
  expires_at: Date;
}

/** Spends a proof. A proof that is spent already makes the whole unit fail with a Conflict in `once`. */
export function spendProof(db: Database, { proof, expires_at }: Proof): CompiledQuery {
  return insertProof(db, { key: proof, expires_at: expires_at.toISOString() });
}

const insertProof = prepare<Pick<Once, 'key' | 'expires_at'>>(['key', 'expires_at'], (db, row) =>
  db.insertInto('once').values(row).compile(),
);

/**
 * Takes one of the turns that a name has in a period, and returns whether one was left. However many take one at once, on
 * whatever server, there are never more.
 *
 * @param name Names what the turns are of. It is stored, so it holds nothing personal.
 */
export async function takeTurn(db: Database, name: string, most: number, until: Date, now: Date): Promise<boolean> {
  const rest = { fingerprint: null, subject_id: null, receipt: null, expires_at: until.toISOString() };
  for (let turn = 1; turn <= most; turn++)
    try {
      await db.atomic([insertUse(db, { key: `${name} ${turn}`, ...rest, now: now.toISOString() })]);
      return true;
    } catch (error) {
      if (!(error instanceof Conflict && error.table === 'once')) throw error;
    }
  return false;
}
