import { execFile, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { createGunzip } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');

/** A registry that knows of whatever weaknesses a test wants. */
let known: Record<string, object[]> = {};
let asked: Record<string, string[]>;
const registry = createServer(async (request, response) => {
  response.setHeader('Content-Type', 'application/json');
  if (request.method === 'GET') return void response.writeHead(404).end('{}');
  const isPacked = request.headers['content-encoding'] === 'gzip';
  asked = JSON.parse(await text(isPacked ? request.pipe(createGunzip()) : request));
  response.end(JSON.stringify(known));
});

beforeAll(async () => {
  registry.listen(0, '127.0.0.1');
  await once(registry, 'listening');
});
afterAll(async () => {
  registry.closeAllConnections();
  registry.close();
  await once(registry, 'close');
});

/** Runs the command with a registry of this machine, and returns its exit code and what it says. */
function ask(port = (registry.address() as AddressInfo).port) {
  const env = { ...process.env, npm_config_registry: `http://127.0.0.1:${port}/`, npm_config_fetch_retries: '0' };
  return new Promise<{ code: number; said: string }>(resolve => {
    const child = execFile(process.execPath, ['docs/advisories.ts'], { cwd: root, env }, (_, said) =>
      resolve({ code: child.exitCode!, said }),
    );
  });
}

it('npm run advisories asks about each package that the product ships, and fails where one has a known weakness', async () => {
  expect(await ask()).toEqual({ code: 0, said: expect.stringContaining('found 0 vulnerabilities') });
  const bill = JSON.parse(execFileSync(process.execPath, ['docs/sbom.ts'], { cwd: root, encoding: 'utf8' })) as {
    components: { group?: string; name: string; version: string }[];
  };
  const shipped = bill.components.map(({ group, name, version }) => [group ? `${group}/${name}` : name, [version]]);
  expect(shipped.length).toBeGreaterThan(20);
  expect(asked).toEqual(Object.fromEntries(shipped));

  const weakness = {
    id: 1,
    url: 'https://example.com/1',
    title: 'A weakness',
    severity: 'low',
    vulnerable_versions: '*',
  };
  known = { preact: [weakness] };
  expect(await ask()).toEqual({ code: 1, said: expect.stringContaining('A weakness') });
});

it('npm run advisories fails where the registry cannot be asked', async () => {
  expect((await ask(1)).code).toBe(1);
});
