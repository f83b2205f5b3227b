import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listPages } from '../../docs/site/chapters.ts';
import { server_chunk } from '../../worker/node/build-server.ts';
import { lead, unguarded } from '../support/harness.ts';
import { makeFolder, run, startProcess } from '../support/server.ts';

const root = join(import.meta.dirname, '../..');
const { folder, remove } = makeFolder();
const place = join(folder, 'lib/node_modules/lead-consent');
const command = join(place, 'dist/server/lead-consent.js');
const home = join(folder, 'home');
beforeAll(installPackage);
afterAll(remove);

/**
 * Packs what `npm test` has built, and unpacks it where npm would install it. Because no test asks a registry, the packages
 * that it depends on are those of this checkout.
 */
function installPackage() {
  const packed = execFileSync('npm', ['pack', root, '--ignore-scripts', '--pack-destination', folder, '--silent']);
  for (const path of [join(place, 'node_modules'), home]) mkdirSync(path, { recursive: true });
  execFileSync('tar', ['xzf', join(folder, packed.toString().trim()), '--strip-components=1'], { cwd: place });
  for (const name of Object.keys(readAbout().dependencies)) {
    mkdirSync(join(place, 'node_modules', name, '..'), { recursive: true });
    symlinkSync(join(root, 'node_modules', name), join(place, 'node_modules', name));
  }
}

const readAbout = () => JSON.parse(readFileSync(join(place, 'package.json'), 'utf8'));

const submit = (url: string, policy_version: string) =>
  fetch(`${url}/forms/mini-ai-experience`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Origin: url },
    body: JSON.stringify({ ...lead, policy_version }),
  });

describe('the package', () => {
  it('leaves out the parts of earlier builds, which stay beside the checkout for a server that runs there', () => {
    const server = join(root, 'dist/server');
    const [present] = JSON.parse(readFileSync(join(server, 'builds.json'), 'utf8')) as string[][];
    const parts = (path: string) => readdirSync(path).filter(name => server_chunk.test(name));
    expect(parts(join(place, 'dist/server')).sort()).toEqual(present!.sort());
    expect(parts(server)).toEqual(expect.arrayContaining(present!));
    expect(existsSync(join(place, 'dist/server/builds.json'))).toBe(false);
  });

  it('holds what runs, and neither sources nor tests', () => {
    const paths = execFileSync('tar', ['tzf', join(folder, `lead-consent-${readAbout().version}.tgz`)]).toString();
    const rooms = new Set([...paths.matchAll(/^package\/([\w.-]+(?:\/[\w.-]+)?)/gm)].map(([, path]) => path!));
    for (const needed of ['LICENSE', 'README.md', 'CHANGELOG.md', 'docs/operations.md', 'dist/assets', 'dist/server'])
      expect([...rooms]).toContain(needed);
    expect(
      [...rooms].filter(path => !/^(docs|dist)\/|^(LICENSE|README\.md|CHANGELOG\.md|package\.json)$/.test(path)),
    ).toEqual([]);
    expect(paths).not.toMatch(/\.ts$/m);
  });

  it('holds each file that its pages name, or they say that it stands in a checkout', () => {
    const operations = readFileSync(join(place, 'docs/operations.md'), 'utf8');
    const [rooms] = /these pages name, in [^.]*, stands\s+in\s+a\s+checkout\s+alone/.exec(operations)!;
    const lacking = listPages(place).flatMap(({ source, chapter, text }) =>
      text.split('\n\n').flatMap(part => {
        const named = part.matchAll(/`((?:db|worker|widget|test|docs|examples|dist\/server)\/[\w./@-]*)`/g);
        const missing = [...named].map(([, path]) => path!).filter(path => !existsSync(join(place, path)));
        const isForOperators = ['Run it', 'Work with leads'].includes(chapter);
        const isSaid = (path: string) =>
          isForOperators ? part.includes('checkout') : rooms.includes(`\`${path.split('/')[0]}/\``);
        return missing.filter(path => !isSaid(path)).map(path => `${source}: ${path}`);
      }),
    );
    expect(lacking).toEqual([]);
  });

  it('tells who imports it what to import', async () => {
    const { code, stderr } = await run(
      ['--input-type=module', '-e', "import 'lead-consent'"],
      {},
      join(place, '../..'),
    );
    expect(code).toBe(1);
    expect(stderr).toContain('`init` from "lead-consent-widget"');
  });

  it('runs in an empty folder: takes a lead, tells its tokens to the operator, keeps both in ./data', async () => {
    const server = await startProcess(
      [command, 'start'],
      { ...unguarded, PORT: '0', DRAIN_SECONDS: '0' },
      /Ctrl-C/,
      home,
    );
    const { version } = (await (await fetch(`${server.url}/policies/current`)).json()) as { version: string };
    expect((await submit(server.url, version)).status).toBe(201);
    expect((await fetch(`${server.url}/widget.js`)).headers.get('Content-Type')).toMatch(/javascript/);
    expect((await fetch(`${server.url}/docs`)).status).toBe(200);
    const pulled = await fetch(`${server.url}/leads?view=clear`, {
      headers: { Authorization: `Bearer ${server.token}` },
    });
    expect(await pulled.json()).toMatchObject({ leads: [{ name: lead.name }] });
    const listed = await run([command, 'ops', 'token', 'list'], {}, home);
    expect(JSON.parse(listed.stdout)).toMatchObject([{ holder: 'development' }]);
    expect(await server.stop()).toBe(0);
    expect(existsSync(join(home, 'data/leads.db'))).toBe(true);
  });

  it('runs in one process, with the flags that fit its memory, unless the operator has set his own', async () => {
    const show = [
      '--import',
      'data:text/javascript,process.on("exit",()=>console.log(process.pid,process.execArgv,process.env.MALLOC_ARENA_MAX))',
    ];
    const child = spawn(process.execPath, [...show, '--max-semi-space-size=3', command, 'ops', '--help']);
    let printed = '';
    child.stdout.on('data', text => (printed += text));
    await once(child, 'close');
    expect(printed).toMatch(new RegExp(`^${child.pid} \\[`));
    expect(printed.indexOf('--max-semi-space-size=2')).toBeGreaterThan(0);
    expect(printed.indexOf('--max-semi-space-size=3')).toBeGreaterThan(printed.indexOf('--max-semi-space-size=2'));
    expect(printed.trim().endsWith('1')).toBe(true);
  });

  it.each([
    [['--version'], 0, /^\d+\.\d+\.\d+\n$/, /^$/],
    [['--help'], 0, /start .*ops COMMAND/s, /^$/],
    [['ops', '--help'], 0, /^$/, /token list/],
    [['start', '--help'], 0, /start .*ops COMMAND/s, /^$/],
    [[], 2, /^$/, /^Usage/],
    [['dance'], 2, /^$/, /^lead-consent: unknown command: dance\n/],
    [['start', 'now'], 2, /^$/, /takes no arguments.*now/],
    [['ops', 'dance'], 1, /^$/, /^unknown command: dance\n/],
    [['ops', 'migrate', '--target', 'd1'], 1, /^$/, /^--target d1 needs wrangler/],
  ])('%j is answered', async (args, code, stdout, stderr) => {
    expect(await run([command, ...args], {}, home)).toEqual({
      code,
      stdout: expect.stringMatching(stdout),
      stderr: expect.stringMatching(stderr),
    });
  });

  it('names the Node that it needs to an older one', () => {
    const old =
      "Object.defineProperty(process, 'versions', { value: { node: '22.17.9' } }); process.argv.splice(1, 0, 'x')";
    const asked = run(['--import', `data:text/javascript,${encodeURIComponent(old)}`, command, 'start'], {}, home);
    return expect(asked).resolves.toEqual({
      code: 2,
      stdout: '',
      stderr: 'lead-consent needs Node 22.18 or later; this is 22.17.9.\n',
    });
  });
});

describe('the server that npm started', () => {
  const project = join(folder, 'project');
  beforeAll(() => {
    mkdirSync(join(project, 'node_modules/.bin'), { recursive: true });
    writeFileSync(join(project, 'package.json'), JSON.stringify({ scripts: { start: 'lead-consent start' } }));
    chmodSync(command, 0o755);
    symlinkSync(command, join(project, 'node_modules/.bin/lead-consent'));
  });

  /** Starts npm, and returns the processes from it to the server. */
  async function startByNpm(environment: Record<string, string>) {
    const { PATH, HOME } = process.env;
    const env = { PATH, HOME, ...unguarded, PORT: '0', DRAIN_SECONDS: '0', ...environment };
    const npm = spawn('npm', ['start'], { cwd: project, env, stdio: ['ignore', 'pipe', 'inherit'] });
    let printed = '';
    npm.stdout.on('data', text => (printed += text));
    while (!/Ctrl-C/.test(printed)) await wait(10);
    const childOf = (pid: number) => Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ')[0]);
    const shell = childOf(npm.pid!);
    return { npm: npm.pid!, shell, server: childOf(shell), url: /"url":"([^"]+)"/.exec(printed)![1]! };
  }

  it.runIf(process.platform === 'linux').for([
    ['SIGKILL', 'npm'],
    ['SIGTERM', 'npm'],
    ['SIGKILL', 'shell'],
  ] as const)(
    '%s to the %s: it stops, what it has acknowledged is stored, and the port is free',
    async ([signal, to]) => {
      const path = join(project, `${signal}-${to}.db`);
      const { url, ...processes } = await startByNpm({ DATABASE_URL: `file:${path}` });
      const { version } = (await (await fetch(`${url}/policies/current`)).json()) as { version: string };
      let acknowledged = 0;
      const visitors = Array.from({ length: 4 }, async () => {
        for (;;) {
          const { status } = await submit(url, version).catch(() => ({ status: 0 }));
          if (status !== 201) return;
          acknowledged++;
        }
      });
      while (acknowledged < 20) await wait(10);
      process.kill(processes[to], signal);
      await Promise.all(visitors);
      await expect(fetch(url)).rejects.toThrow();
      while (existsSync(`/proc/${processes.server}`)) await wait(10);
      const stored = new Sqlite(path).prepare('select count(*) from leads').pluck().get();
      expect(stored).toBeGreaterThanOrEqual(acknowledged);
    },
  );
});
