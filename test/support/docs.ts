import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';

const root = new URL('../../', import.meta.url);

/** Expects a document's only table to hold these rows. `vitest -u` writes them there. */
export async function writeTable(path: string, head: string[], rows: string[][]): Promise<void> {
  const text = readFileSync(new URL(path, root), 'utf8');
  const lines = [head, head.map(() => '---'), ...rows].map(
    cells => `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |\n`,
  );
  const table = /^(\|.*\|\n)+/m;
  expect(text).toMatch(table);
  const written = text.replace(table, () => lines.join(''));
  await expect(written).toMatchFileSnapshot(fileURLToPath(new URL(path, root)));
}
