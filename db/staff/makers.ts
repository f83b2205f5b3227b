import { sql } from 'kysely';
import type { Database } from '../database.ts';

/** How a token came to be. */
export interface Making {
  /** Id of the token or account that made it, or `operator` for the commands. */
  maker: string;
  /** Id of the token in whose place it was made; undefined where it is the first. */
  replaced: string | undefined;
}

/** Returns how each token was made, by its id, as the audit trail has it. */
export async function listMakings(db: Database): Promise<Map<string, Making>> {
  const events = await db
    .selectFrom('audit_events')
    .select(['actor', 'action', 'fields'])
    .where('action', 'in', ['token.created', 'token.rotated'])
    // The index has no lead's creation, and this says that none is asked for.
    .where('action', '<>', sql.lit('lead.created'))
    .execute();
  return new Map(
    events.map(({ actor, action, fields }) => {
      const ids = fields?.split(',') ?? [];
      return [ids.at(-1) ?? '', { maker: actor, replaced: action === 'token.rotated' ? ids[0] : undefined }] as const;
    }),
  );
}

/** Returns whether a holder made a token, or one that it came from by rotation. */
export async function hasMade(db: Database, maker: string, token_id: string): Promise<boolean> {
  const makings = await listMakings(db);
  for (let making = makings.get(token_id); making; making = makings.get(making.replaced ?? ''))
    if (making.maker === maker) return true;
  return false;
}
