import { sql } from 'kysely';
import type { Database } from '../database.ts';
import { nextTurn } from '../turn.ts';

/** A lead that was erased, and the number of that act. */
export interface NotedErasure {
  seq: number;
  id: string;
}

const leads_per_page = 500;

/** Lists the leads that were erased after an act, and the number of the latest act that was looked at. */
export async function listErased(db: Database, after: number): Promise<{ erased: NotedErasure[]; upto: number }> {
  const erased: NotedErasure[] = [];
  for (let upto = after; ; await nextTurn()) {
    const page = await db
      .selectFrom('leads')
      .select(['seq', 'id', 'erased_at'])
      .where('seq', '>', upto)
      .orderBy('seq')
      .limit(sql.lit(leads_per_page))
      .execute();
    for (const { seq, id, erased_at } of page) if (erased_at) erased.push({ seq, id });
    upto = page.at(-1)?.seq ?? upto;
    if (page.length < leads_per_page) return { erased, upto };
  }
}

/** Reads the number of the latest act. */
export async function readHead(db: Database): Promise<number> {
  const { seq } = await db.selectFrom('changes').select('seq').executeTakeFirstOrThrow();
  return seq;
}
