import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { server_chunk } from '../../worker/node/build-server.ts';
import { keepEarlierChunks } from '../../worker/node/earlier-builds.ts';
import { fillFolder } from '../../worker/node/fill-folder.ts';

it('a chunk stays for two builds after its own, and a build that changes nothing counts for none', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lead-consent-builds-'));
  const build = (name: string) => {
    const files = new Map([
      ['widget.js', name],
      [`widget/form-${name}.js`, name],
    ]);
    fillFolder(folder, keepEarlierChunks(folder, files, /^widget\//));
    return readdirSync(join(folder, 'widget')).sort();
  };
  expect(build('a')).toEqual(['form-a.js']);
  expect(build('a')).toEqual(['form-a.js']);
  expect(build('b')).toEqual(['form-a.js', 'form-b.js']);
  expect(build('b')).toEqual(['form-a.js', 'form-b.js']);
  expect(build('c')).toEqual(['form-a.js', 'form-b.js', 'form-c.js']);
  expect(build('d')).toEqual(['form-b.js', 'form-c.js', 'form-d.js']);
  rmSync(folder, { recursive: true });
});

it('whatever a server loads once it runs is such a chunk: all of it but programs, migrations and policies', () => {
  const others = readdirSync('dist/server', { withFileTypes: true })
    .filter(entry => entry.isFile() && !server_chunk.test(entry.name))
    .map(({ name }) => name);
  const programs = ['bare-import', 'drill-thread', 'lead-consent', 'sqlite-file-check', 'sqlite-thread'];
  expect(others.sort()).toEqual(['.npmignore', 'builds.json', ...programs.map(name => `${name}.js`)].sort());
});
