import { sql } from 'kysely';
import type { Database } from '../database.ts';

/** Drafts the look for the name of a deployment, which a restored one keeps: the hash of the first range of its audit trail. */
export function draftDeployment(db: Database) {
  return db.selectFrom('audit_seals').select('hash').orderBy('from_seq').limit(sql.lit(1));
}

/** Reads the name of a deployment; undefined while nothing of its audit trail is sealed. */
export async function readDeploymentName(db: Database): Promise<string | undefined> {
  return (await draftDeployment(db).executeTakeFirst())?.hash;
}

/** Tells whether nothing was ever done in a database. */
export async function isUnused(db: Database): Promise<boolean> {
  const { seq } = await db.selectFrom('changes').select('seq').where('id', '=', 1).executeTakeFirstOrThrow();
  return seq === 0;
}
