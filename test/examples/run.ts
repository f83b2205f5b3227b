/**
 * Installs and builds the websites in `examples/`, and visits each in a browser: `npm run test:examples -- [NAME…]`.
 * It needs npm's registry.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { openBrowser } from '../support/browser.ts';
import { makeFolder, startServer } from '../support/server.ts';
import { visitExample } from './visit.ts';

const folder_of_all = join(import.meta.dirname, '../../examples');

/** The builders of websites report to their makers unless told otherwise. */
const quiet = { NEXT_TELEMETRY_DISABLED: '1', ASTRO_TELEMETRY_DISABLED: '1', NODE_OPTIONS: '' };
/** What npm sets for its scripts would hold in the examples too. */
const inherited = Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name));
const environment = { ...Object.fromEntries(inherited), ...quiet };

const chosen = process.argv.slice(2);
const names = readdirSync(folder_of_all, { withFileTypes: true })
  .filter(entry => entry.isDirectory() && (chosen.length === 0 || chosen.includes(entry.name)))
  .map(({ name }) => name);
if (names.length === 0) throw new Error(`no example is called ${chosen}`);

const { folder, remove } = makeFolder();
// The examples name the address of `npm start`.
const server = await startServer(folder, { PORT: '8787' });
const browser = await openBrowser();
for (const name of names) {
  const begun = performance.now();
  try {
    await checkExample(name);
    console.info(`passed: ${name}, ${Math.round((performance.now() - begun) / 1000)} s`);
  } catch (error) {
    process.exitCode = 1;
    console.error(`failed: ${name}:`, error);
  }
}
await browser.close();
await server.stop();
remove();
process.exit();

async function checkExample(name: string) {
  const cwd = join(folder_of_all, name);
  runNpm(cwd, ['ci', '--ignore-scripts', '--no-audit', '--no-fund']);
  const { scripts } = JSON.parse(readFileSync(join(cwd, 'package.json'), 'utf8')) as { scripts: object };
  if ('build' in scripts) runNpm(cwd, ['run', 'build']);
  const port = await findPort();
  const site = spawn('npm', ['start', '--', '--port', String(port)], { cwd, env: environment, detached: true });
  try {
    const url = `http://127.0.0.1:${port}/`;
    await waitFor(url, site);
    await visitExample(browser, url, server);
  } finally {
    // The group holds npm and what it has started.
    if (site.exitCode === null) process.kill(-site.pid!);
  }
}

function runNpm(cwd: string, args: string[]) {
  const { status, stdout, stderr } = spawnSync('npm', args, { cwd, env: environment, encoding: 'utf8' });
  if (status !== 0) throw new Error(`npm ${args.join(' ')} ended with ${status}:\n${stdout}${stderr}`);
}

async function findPort(): Promise<number> {
  const listener = createServer().listen(0, '127.0.0.1');
  await new Promise(done => listener.once('listening', done));
  const { port } = listener.address() as { port: number };
  await new Promise(done => listener.close(done));
  return port;
}

/** Waits until a website answers. @throws When it ends, or does not answer within half a minute. */
async function waitFor(url: string, site: ChildProcess) {
  let printed = '';
  for (const stream of [site.stdout!, site.stderr!])
    stream.on('data', chunk => {
      printed += chunk;
    });
  for (let tries = 0; tries < 300 && site.exitCode === null; tries++) {
    if (await fetch(url).catch(() => undefined)) return;
    await wait(100);
  }
  throw new Error(`${url} does not answer:\n${printed}`);
}
