import { type ExpressionBuilder, sql } from 'kysely';
import type { Schema } from '../schema.ts';

/**
 * Returns SQL for the latest lead of the same form with the same phone, or else with the same e-mail. While an index key
 * is turned, each of the two is looked for under every key.
 *
 * Because PostgreSQL, while its statistics are young, turns a join into a walk through all leads of the form, a query
 * of its own reads the form of each candidate.
 */
export function findEarlier(eb: ExpressionBuilder<Schema, 'leads'>, form: string, indexes: string[]) {
  const latestBy = (column: 'phone_index' | 'email_index', value: string) =>
    eb
      .selectFrom('keys')
      .select('subject_id')
      .where(column, '=', value)
      .where('subject_kind', '=', sql.lit('lead'))
      .where(
        ({ selectFrom }) =>
          selectFrom('leads as earlier').select('form').whereRef('earlier.id', '=', 'keys.subject_id'),
        '=',
        form,
      )
      .orderBy('subject_id', 'desc')
      .limit(sql.lit(1));
  const count = indexes.length / 2;
  const latest = (column: 'phone_index' | 'email_index', values: string[]) => {
    const [first, ...others] = values.map(value => latestBy(column, value));
    if (others.length === 0) return first!;
    const found = sql.join(
      [first!, ...others].map(query => sql`select ${query} as id`),
      sql` union all `,
    );
    return sql<string | null>`(select max(id) from (${found}) as found)`;
  };
  return eb.fn.coalesce(latest('phone_index', indexes.slice(0, count)), latest('email_index', indexes.slice(count)));
}
