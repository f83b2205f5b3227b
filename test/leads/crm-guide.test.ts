import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lead } from '../support/harness.ts';
import { makeFolder, type RunningServer, run, startServer } from '../support/server.ts';

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

async function makeToken(role: string) {
  const made = await run(['worker/ops.ts', 'token', 'create', '--holder', 'CRM', '--role', role], {
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

/** Opens a proxy before the server. It answers the first requests with failures and passes the others on. */
async function openFront(failures: number[]): Promise<{ url: string; asked: string[]; front: Server }> {
  const asked: string[] = [];
  const front = createServer(async (request, response) => {
    asked.push(request.url!);
    const failure = failures.shift();
    if (failure) return response.writeHead(failure, { 'Retry-After': '1' }).end('{}');
    const headers = { Authorization: request.headers.authorization ?? '' };
    const answer = await fetch(server.url + request.url, { headers });
    response.writeHead(answer.status, { 'Content-Type': answer.headers.get('Content-Type')! });
    response.end(await answer.text());
  }).listen(0, '127.0.0.1');
  await once(front, 'listening');
  return { url: `http://127.0.0.1:${(front.address() as AddressInfo).port}`, asked, front };
}

it('the programs have 15 lines each', () => {
  for (const { language } of programs) expect(codeOf(language).trimEnd().split('\n').length).toBeLessThanOrEqual(15);
});

it('TypeScript can be tried everywhere', () => {
  expect(runnable.map(({ language }) => language)).toContain('ts');
});

describe.each(runnable)('the loop in $language, as written', ({ language, file, command, leads }) => {
  const here = join(folder, language);
  const copies = () =>
    readdirSync(join(here, 'crm'))
      .map(name => JSON.parse(readFileSync(join(here, 'crm', name), 'utf8')) as Record<string, string>)
      .sort((a, b) => (a.id! < b.id! ? -1 : 1));

  async function pull(LEADS: string, TOKEN: string) {
    const child = spawn(command, [file], { cwd: here, env: { PATH: process.env.PATH, LEADS, TOKEN }, stdio: 'pipe' });
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
    const { url, asked, front } = await openFront([503, 429]);
    const nasty = await submit({ name: 'O"Brien\\', company: '"],"next_cursor":"x","has_more":true},{"id":"7' });
    for (let count = 0; count < leads; count++) await submit({ email: `user${count}@example.com` });

    expect(await pull(url, token)).toMatchObject({ code: 0 });
    expect(copies()).toEqual(await leadsOf(token));
    expect(copies().find(({ id }) => id === nasty.id)).toMatchObject({ name: 'O"Brien\\', phone: '+8613800138078' });
    expect(asked.slice(0, 3)).toEqual([asked[0], asked[0], asked[0]]);
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
