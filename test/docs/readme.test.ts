import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const readme = read('README.md');
const manifest = JSON.parse(read('package.json')) as { license: string; engines: { node: string } };

describe('the README', () => {
  it('is short, and its lines are', () => {
    const lines = readme.split('\n');
    expect(lines.length).toBeLessThanOrEqual(200);
    expect(lines.filter(line => line.length > 120)).toEqual([]);
  });

  it('says in its badges what package.json says, and fetches nothing from elsewhere', () => {
    expect(read('docs/pictures/badges/licence.svg')).toContain(`>${manifest.license}</text>`);
    expect(read('docs/pictures/badges/node.svg')).toContain(`>${manifest.engines.node.replace('>=', '≥ ')}</text>`);
    const shown = readme.replace(/^```.*?^```$/gms, '');
    expect(shown.match(/(src|srcset)="https?:|!\[[^\]]*\]\(https?:/g)).toBe(null);
  });

  it('shows each picture, in light and in dark, and together they are small', () => {
    const pictures = readdirSync(join(root, 'docs/pictures')).filter(name => name.endsWith('.webp'));
    expect(pictures.length).toBeGreaterThan(3);
    for (const name of pictures) expect(readme).toContain(`docs/pictures/${name}`);
    const bytes = pictures.map(name => statSync(join(root, 'docs/pictures', name)).size);
    expect(bytes.reduce((sum, size) => sum + size)).toBeLessThan(300_000);
  });
});
