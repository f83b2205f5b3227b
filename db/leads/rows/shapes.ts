import type { CompiledQuery } from 'kysely';
import type { Database } from '../../database.ts';
import { prepare } from '../../statements.ts';
import type { Values } from './filter.ts';

/** Prepared statements by their shape: kind, number of rows, and which values are filled in. */
const shapes = new Map<string, ReturnType<typeof prepare<Values>>>();

/**
 * Reads leads by a statement that is prepared at the first use of its shape.
 *
 * @param kind What else than the values that are filled in makes the shape of the statement.
 */
export function readShaped<Row>(
  db: Database,
  values: Values,
  kind: string,
  build: (db: Database, value: Values) => CompiledQuery,
): Promise<Row[]> {
  const filled = (Object.keys(values) as (keyof Values)[]).filter(name => values[name] !== undefined);
  const shape = [kind, ...filled].join(' ');
  const statement = shapes.get(shape) ?? prepare(filled, build);
  shapes.set(shape, statement);
  return db.read(statement(db, values)) as Promise<Row[]>;
}
