import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lead } from '../support/harness.ts';
import { operate } from '../support/operate.ts';
import { makeFolder, type RunningServer, startServer } from '../support/server.ts';

const page = readFileSync('docs/crm.md', 'utf8');
/**
 * The guide's programs. `leads` are added before each. The shell's comes first, while there are few leads, because it
 * asks for them one by one.
 */
const programs = [
  { language: 'sh', file: 'pull.sh', command: 'sh', leads: 3, needs: ['curl', '--version'] },
  { language: 'ts', file: 'pull.ts', command: process.execPath, leads: 201 },
  { language: 'python', file: 'pull.py', command: 'python3', leads: 1, needs: ['python3', '--version'] },
];
/** The programs that this machine can run. Python and curl may be missing; Node never is. */
const runnable = programs.filter(({ needs }) => !needs || spawnSync(needs[0]!, needs.slice(1)).status === 0);

const codeOf = (language: string) => new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\``, 'm').exec(page)![1]!;

const { folder, remove } = makeFolder();
let server: RunningServer;
let database: string;
beforeAll(async () => {
  server = await startServer(folder, { BOT_CHECK: 'off', FORM_LIMIT_PER_MINUTE: '0' });
  database = `file:${join(folder, 'leads.db')}`;
});
afterAll(async () => {
  await server?.stop();
  remove();
});

/**
 * Makes stand-ins for the sleep of each language, which write down for how many seconds they were to wait, and wait for
 * none. The programs run as they are written.
 *
 * @returns The environment in which the stand-ins are found.
 */
function standIns() {
  const bin = join(folder, 'stand-ins');
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, 'sleep'), '#!/bin/sh\necho "$1" >> waits\n', { mode: 0o755 });
  writeFileSync(
    join(bin, 'sitecustomize.py'),
    'import time\ntime.sleep = lambda seconds: print(seconds, file=open("waits", "a"))\n',
  );
  writeFileSync(
    join(bin, 'timers.mjs'),
    `import { appendFileSync } from 'node:fs';
    import { syncBuiltinESMExports } from 'node:module';
    import timers from 'node:timers/promises';
    timers.setTimeout = async ms => appendFileSync('waits', ms / 1000 + '\\n');
    syncBuiltinESMExports();`,
  );
  const NODE_OPTIONS = `--import=${pathToFileURL(join(bin, 'timers.mjs'))}`;
  return { PATH: `${bin}:${process.env.PATH}`, PYTHONPATH: bin, NODE_OPTIONS };
}

async function makeToken(role: string) {
  const made = await operate(['token', 'create', '--holder', 'CRM', '--role', role], {
    DATABASE_URL: database,
  });
  return made.stdout.trim();
}

async function submit(changes: object) {
  const current = (await (await fetch(`${server.url}/policies/current`)).json()) as { version: string };
  const response = await fetch(`${server.url}/forms/mini-ai-experience`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ ...lead, policy_version: current.version, ...changes }),
  });
  expect(response.status).toBe(201);
  return (await response.json()) as { id: string; receipt_code: string };
}

/** A failure of a proxy: its status, and what it says of when to come back. */
interface Failure {
  status: number;
  retry_after?: string;
}

/** Opens a proxy before the server. It answers the first requests with failures and passes the others on. */
async function openFront(failures: Failure[]): Promise<{ url: string; asked: string[]; front: Server }> {
  const asked: string[] = [];
  const front = createServer(async (request, response) => {
    asked.push(request.url!);
    const failure = failures.shift();
    if (failure) {
      const { status, retry_after } = failure;
      return response.writeHead(status, retry_after === undefined ? {} : { 'Retry-After': retry_after }).end('{}');
    }
    const headers = { Authorization: request.headers.authorization ?? '' };
    const answer = await fetch(server.url + request.url, { headers });
    response.writeHead(answer.status, { 'Content-Type': answer.headers.get('Content-Type')! });
    response.end(await answer.text());
  }).listen(0, '127.0.0.1');
  await once(front, 'listening');
  return { url: `http://127.0.0.1:${(front.address() as AddressInfo).port}`, asked, front };
}

it('the programs fit on a screen', () => {
  for (const { language } of programs) expect(codeOf(language).trimEnd().split('\n').length).toBeLessThanOrEqual(27);
});

it('TypeScript can be tried everywhere', () => {
  const missing = programs.filter(program => !runnable.includes(program)).map(({ language }) => language);
  if (missing.length > 0) console.warn(`docs/crm.md: not tried here, for want of what runs them: ${missing}`);
  expect(missing).not.toContain('ts');
});

describe.each(runnable)('the loop in $language, as written', ({ language, file, command, leads }) => {
  const here = join(folder, language);
  const copies = () =>
    readdirSync(join(here, 'crm'))
      .map(name => JSON.parse(readFileSync(join(here, 'crm', name), 'utf8')) as Record<string, string>)
      .sort((a, b) => (a.id! < b.id! ? -1 : 1));

  async function pull(LEADS: string, TOKEN: string) {
    const env = { ...standIns(), LEADS, TOKEN };
    const child = spawn(command, [file], { cwd: here, env, stdio: 'pipe' });
    let said = '';
    child.stderr.on('data', chunk => {
      said += chunk;
    });
    const [code] = (await once(child, 'close')) as [number];
    return { code, said };
  }

  /** Returns the leads that the server itself shows, without erased ones. */
  async function leadsOf(token: string) {
    const headers = { Authorization: `Bearer ${token}`, Accept: 'application/x-ndjson' };
    const text = await (await fetch(`${server.url}/leads?view=clear`, { headers })).text();
    const leads = text
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line) as Record<string, string>);
    return leads.sort((a, b) => (a.id! < b.id! ? -1 : 1));
  }

  it('gets all, waits where it is told to, goes on from its cursor, and erases what was erased', {
    timeout: 120_000,
  }, async () => {
    mkdirSync(here);
    writeFileSync(join(here, file), codeOf(language));
    const token = await makeToken('sales');
    const date = (seconds: number) => new Date(Date.now() + 1_000 * seconds).toUTCString();
    const { url, asked, front } = await openFront([
      { status: 503 },
      { status: 429 },
      { status: 503, retry_after: '7' },
      { status: 429, retry_after: '08' },
      { status: 503, retry_after: '0' },
      { status: 503, retry_after: 'soon' },
      { status: 429, retry_after: date(-60) },
      { status: 503, retry_after: date(600) },
    ]);
    const nasty = await submit({ name: 'O"Brien\\', company: '"],"next_cursor":"x","has_more":true},{"id":"7' });
    for (let count = 0; count < leads; count++) await submit({ email: `user${count}@example.com` });

    expect(await pull(url, token)).toMatchObject({ code: 0 });
    expect(copies()).toEqual(await leadsOf(token));
    expect(copies().find(({ id }) => id === nasty.id)).toMatchObject({ name: 'O"Brien\\', phone: '+8613800138078' });
    expect(asked.slice(0, 9)).toEqual(Array(9).fill(asked[0]));
    const waits = readFileSync(join(here, 'waits'), 'utf8').trim().split('\n').map(Number);
    expect(waits.slice(0, -1)).toEqual([30, 30, 7, 8, 1, 30, 1]);
    expect(waits.at(-1)).toBeGreaterThan(500);
    expect(waits.at(-1)).toBeLessThanOrEqual(600);
    const kept = readFileSync(join(here, 'cursor'), 'utf8').trim();

    const later = await submit({ name: '韩梅梅' });
    const gone = { receipt_code: nasty.receipt_code };
    const headers = { 'Content-Type': 'application/json' };
    await fetch(`${server.url}/withdrawals`, { method: 'POST', headers, body: JSON.stringify(gone) });
    asked.length = 0;
    expect(await pull(url, token)).toMatchObject({ code: 0 });
    expect(asked[0]).toContain(`cursor=${kept}`);
    expect(existsSync(join(here, 'crm', `${nasty.id}.json`))).toBe(false);
    expect(copies()).toContainEqual(expect.objectContaining({ id: later.id, name: '韩梅梅' }));
    expect(copies()).toEqual(await leadsOf(token));

    const before = copies();
    asked.length = 0;
    expect(await pull(url, token)).toMatchObject({ code: 0 });
    expect({ copies: copies(), asked: asked.length }).toEqual({ copies: before, asked: 1 });
    front.close();
  });

  it('stops with an error where it may not, and keeps its cursor', async () => {
    const kept = readFileSync(join(here, 'cursor'), 'utf8');
    const { code, said } = await pull(server.url, await makeToken('viewer'));
    expect(code).not.toBe(0);
    expect(said).toMatch(/403|forbidden/);
    expect(readFileSync(join(here, 'cursor'), 'utf8')).toBe(kept);
  });
});
