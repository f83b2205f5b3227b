import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const docs = join(import.meta.dirname, '../../docs');

/** Rows of a table by their names, then cells by the names of their columns. */
export type Rows = Record<string, Record<string, string | number>>;

/**
 * Writes a table into a page of `docs/`, in the place of the one that an earlier run left between `<!-- table: NAME -->`
 * and `<!-- end -->`.
 *
 * @returns Whether the page has such a place.
 */
export function writeTable(page: string, name: string, rows: Rows, note: string): boolean {
  const path = join(docs, page);
  const text = readFileSync(path, 'utf8');
  const begin = `<!-- table: ${name} -->`;
  const [from, to] = [text.indexOf(begin), text.indexOf('<!-- end -->', text.indexOf(begin))];
  if (from < 0 || to < 0) return false;
  writeFileSync(path, `${text.slice(0, from)}${begin}\n${note}\n\n${drawTable(rows)}\n${text.slice(to)}`);
  return true;
}

function drawTable(rows: Rows): string {
  const columns = [...new Set(Object.values(rows).flatMap(row => Object.keys(row)))];
  const lines = Object.entries(rows).map(([name, row]) => [name, ...columns.map(column => `${row[column] ?? ''}`)]);
  return [['', ...columns], ['', ...columns].map(() => '---'), ...lines]
    .map(cells => `| ${cells.join(' | ')} |`)
    .join('\n');
}
