import { sql } from 'kysely';
import type { Database } from '../database.ts';

const rows_per_page = 200;

/** Tables that anyone may read: what stands in them is published. */
const published = ['policy_documents', 'policy_forms', 'incident_texts'];

/** Reads the latest rows of every table, as they stand, as JSON: a table at a time, some rows at a time. */
export async function* readLatestRows(
  db: Database,
  rows_per_table: number,
): AsyncGenerator<{ table: string; rows: number; text: string }> {
  const tables = await db.snapshot(snapshot => snapshot.listTables());
  for (const table of tables.filter(({ name }) => !published.includes(name))) {
    const key = sql.join(table.key.map(name => sql`${sql.ref(name)} desc`));
    const columns = sql.join(table.columns.map(name => sql.ref(name)));
    const page = (offset: number) =>
      sql`select ${columns} from ${sql.table(table.name)} order by ${key} limit ${sql.lit(rows_per_page)} offset ${sql.lit(offset)}`;
    for (let offset = 0; offset < rows_per_table; offset += rows_per_page) {
      const { rows } = await page(offset).execute(db);
      yield { table: table.name, rows: rows.length, text: JSON.stringify(rows) };
      await db.rest();
      if (rows.length < rows_per_page) break;
    }
  }
}

/**
 * Reads the texts that were written for a reason of their own, in which a company or an address may stand without coming
 * from a lead: policies, names of staff and of channels, and sources of calendars.
 */
export async function readKnownTexts(db: Database): Promise<string> {
  const [documents, forms, holders, accounts, channels, years] = await Promise.all([
    db.selectFrom('policy_documents').select(['html', 'purposes']).execute(),
    db.selectFrom('policy_forms').select('agreement').execute(),
    db.selectFrom('tokens').select('holder').execute(),
    db.selectFrom('accounts').select(['holder', 'issuer', 'subject']).execute(),
    db.selectFrom('channels').select('name').execute(),
    db.selectFrom('calendar_years').select('source').execute(),
  ]);
  return JSON.stringify([documents, forms, holders, accounts, channels, years]);
}
