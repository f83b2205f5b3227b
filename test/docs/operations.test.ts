import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { lead } from '../support/harness.ts';
import { makeFolder, type RunningServer, startProcess } from '../support/server.ts';

const root = process.cwd();
const { folder, remove } = makeFolder();

/** The blocks of the page, with the paths of a machine led into a folder. */
const blocks = [...readFileSync('docs/operations.md', 'utf8').matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, text]) =>
  text!.replaceAll(' /mnt/', ` ${folder}/mnt/`).replaceAll('=/mnt/', `=${folder}/mnt/`),
);
/** The package's own test does the first, and the standby's has addresses like those of the sixth. */
const [, first_start, publish, calendar, backups, restore, , turn] = blocks;

/** What `npm run -s ops --` and `npm start` are on a machine; the test starts the server itself. */
const npm = `#!/bin/sh
[ "$1" = start ] && exit
shift 4
exec ${process.execPath} ${root}/worker/ops.ts "$@"
`;

let environment: Record<string, string> = { PATH: `${folder}/bin:${process.env.PATH}`, HOME: folder };
let server: RunningServer;

beforeAll(() => {
  mkdirSync(join(folder, 'bin'));
  mkdirSync(join(folder, 'mnt/backups'), { recursive: true });
  writeFileSync(join(folder, 'bin/npm'), npm, { mode: 0o755 });
  for (const locale of ['zh-CN', 'en'])
    writeFileSync(join(folder, `policy.${locale}.md`), readFileSync(`worker/demo/policy.${locale}.md`));
  const { off, ...year } = JSON.parse(readFileSync('db/calendar/2026.json', 'utf8'));
  const next = (days: string[]) => days.map(day => day.replace('2026', '2027'));
  writeFileSync(join(folder, '2027.json'), JSON.stringify({ ...year, year: 2027, off: next(off), work: [] }));
});
afterAll(async () => {
  await server?.stop('SIGKILL');
  remove();
});

/** Types a block, line by line, and returns the exit code of each line. */
function type(block: string | undefined): (number | null)[] {
  return block!
    .trim()
    .split('\n')
    .map(line => spawnSync('/bin/sh', ['-c', line], { cwd: folder, env: environment }).status);
}

/** Types a block that exports settings, and keeps them. */
function keepSettings(block: string | undefined): void {
  const typed = spawnSync('/bin/sh', ['-ec', `${block}\nenv -0 > settings`], { cwd: folder, env: environment });
  expect(typed.status).toBe(0);
  const lines = readFileSync(join(folder, 'settings'), 'utf8').split('\0').filter(Boolean);
  environment = Object.fromEntries(
    lines.map(line => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
}

async function start(): Promise<void> {
  const settings = { ...environment, PORT: '0', DRAIN_SECONDS: '0', BOT_CHECK: 'off' };
  server = await startProcess([join(root, 'worker/node.ts')], settings, /"listening"/, folder);
}

/** Asks the server, and returns the JSON of its answer. */
async function ask(path: string, options: RequestInit = {}): Promise<Record<string, unknown>> {
  const port = /"port":(\d+)/.exec(server.output())![1];
  return (await (await fetch(`http://127.0.0.1:${port}${path}`, options)).json()) as Record<string, unknown>;
}

it('the commands of docs/operations.md do what it says, from the first start to a restore under turned keys', {
  timeout: 300_000,
}, async () => {
  expect(blocks).toHaveLength(8);
  keepSettings(first_start);
  keepSettings(backups);
  await start();
  expect(type(publish)).toEqual([0, 0]);
  expect(type(calendar)).toEqual([0]);
  const { version } = await ask('/policies/current');
  const headers = { 'Content-Type': 'application/json', Origin: environment.SITE_ORIGINS! };
  const { receipt_code } = await ask('/forms/mini-ai-experience', {
    ...{ method: 'POST', headers },
    body: JSON.stringify({ ...lead, policy_version: version }),
  });
  expect(type('npm run -s ops -- check')).toEqual([0]);

  const added = type(`echo "2027-01:$(openssl rand -base64 32)" > added`);
  expect(added).toEqual([0]);
  environment.ENCRYPTION_KEYS += `,${readFileSync(join(folder, 'added'), 'utf8').trim()}`;
  expect(await server.stop()).toBe(0);
  await start();
  await expect.poll(() => type(turn).slice(1), { timeout: 60_000, interval: 500 }).toEqual([0, 0]);
  // The server may be making one of its own.
  const tried = () => type('npm run -s ops -- backup "$BACKUP_DIR"\nnpm run -s ops -- backup verify "$BACKUP_DIR"');
  await expect.poll(tried, { timeout: 60_000, interval: 500 }).toEqual([0, 0]);
  environment.ENCRYPTION_KEYS = environment.ENCRYPTION_KEYS!.split(',')[1]!;

  expect(await server.stop()).toBe(0);
  rmSync(join(folder, 'data'), { recursive: true });
  expect(type(restore)).toEqual([0]);
  await start();
  expect((await ask('/health')).status).toBe('ok');
  const withdrawn = { method: 'POST', headers, body: JSON.stringify({ receipt_code }) };
  expect(await ask('/withdrawals', withdrawn)).toMatchObject({ erased: true });
});
