import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { asWritten } from '../../worker/settings/views.ts';
import { settings_table } from '../../worker/settings.ts';
import { startReceiver } from '../notices/receiver.ts';
import { lead, test_keys, unguarded } from '../support/harness.ts';
import { operate } from '../support/operate.ts';
import { makeFolder, run, startServer } from '../support/server.ts';

const { folder, remove } = makeFolder();
afterAll(() => remove());

const production = {
  ...unguarded,
  NODE_ENV: 'production',
  PUBLIC_URL: 'https://leads.example.com',
  SITE_ORIGINS: 'https://www.example.com',
  DATA_REGION: 'CN',
  CONTROLLER_NAME: 'Example',
  CONTROLLER_CONTACT: 'privacy@example.com',
};

/** Writes a file, and returns its path. */
function write(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** Writes secrets into files, and returns the variables that name them. */
const inFiles = (secrets: Record<string, string>, end = '\n') =>
  Object.fromEntries(Object.entries(secrets).map(([name, text]) => [`${name}_FILE`, write(name, `${text}${end}`)]));

it('a server and the commands for it read every secret from the file that NAME_FILE names', async () => {
  const collector = await startReceiver(() => 200);
  const METRICS_TOKEN = 'a-token-of-the-metrics';
  const environment = {
    ...production,
    ...inFiles({ ...test_keys, METRICS_TOKEN, DATABASE_URL: `file:${join(folder, 'leads.db')}` }, '\r\n'),
    ...inFiles({ OTEL_EXPORTER_OTLP_HEADERS: 'x-key=hush' }),
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collector.port}`,
  };
  const files = ['zh-CN', 'en'].map(locale => `worker/demo/policy.${locale}.md`);
  expect(await operate(['policy', 'publish', ...files], environment)).toMatchObject({ code: 0 });
  const server = await startServer(folder, { ...environment, DATABASE_URL: '', INDEX_KEY: '' });
  const url = `http://127.0.0.1:${/"port":(\d+)/.exec(server.output())![1]}`;
  const { version } = (await (await fetch(`${url}/policies/current`)).json()) as { version: string };
  const sent = await fetch(`${url}/forms/mini-ai-experience`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Origin: production.SITE_ORIGINS },
    body: JSON.stringify({ ...lead, policy_version: version }),
  });
  expect(sent.status).toBe(201);
  const asked = (token: string) => fetch(`${url}/metrics`, { headers: { Authorization: `Bearer ${token}` } });
  expect((await asked(METRICS_TOKEN)).status).toBe(200);
  expect((await asked('another-token')).status).toBe(404);
  expect(await server.stop()).toBe(0);
  expect(collector.received[0]).toMatchObject({ headers: { 'x-key': 'hush' } });
  await collector.close();

  const status = await operate(['keys', 'status'], environment);
  expect(JSON.parse(status.stdout)[0]).toMatchObject({ setting: 'ENCRYPTION_KEYS', leads: 1 });
  const checked = JSON.parse((await operate(['check'], environment)).stdout) as { check: string; state: string }[];
  for (const subject of ['settings', 'keys', 'database'])
    expect(checked.find(({ check }) => check === subject)).toMatchObject({ state: 'ok' });
  const backups = join(folder, 'backups');
  expect(await operate(['backup', backups], environment)).toMatchObject({ code: 0 });
  expect(await operate(['backup', 'verify', backups], environment)).toMatchObject({ code: 0 });
  const restored = { ...environment, DATABASE_URL_FILE: write('other', `file:${join(folder, 'restored.db')}`) };
  expect(JSON.parse((await operate(['restore', backups], restored)).stdout)).toMatchObject({ leads: 1 });
});

mkdirSync(join(folder, 'a-folder'));
execFileSync('mkfifo', [join(folder, 'a-pipe')]);
it.each([
  ['that is not there', join(folder, 'nowhere'), 'cannot be read (ENOENT)'],
  ['that is a folder', join(folder, 'a-folder'), 'is not a file'],
  ['that is a pipe nobody writes to', join(folder, 'a-pipe'), 'is not a file'],
  ['that is empty', write('empty', '\n'), 'is empty'],
  ['that is larger than 64 KiB', write('large', 'x'.repeat(64 * 1024 + 1)), 'larger than 64 KiB'],
  ['that is not UTF-8', write('latin', Buffer.from([0xe4, 0x0a])), 'not UTF-8'],
])(
  'neither a start nor a command goes on with a file %s: each says which, and neither path nor content',
  async (_, path, why) => {
    const { INDEX_KEY, ...keys } = test_keys;
    const environment = { ...production, ...keys, INDEX_KEY_FILE: path, DATABASE_URL: `file:${join(folder, 'no.db')}` };
    const told = new RegExp(`^(lead-consent cannot start:\n +)?INDEX_KEY_FILE: .*${why.replace(/[()]/g, '\\$&')}\n$`);
    const started = await run(['worker/node.ts'], environment);
    expect(started).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(told) });
    for (const command of ['token list', 'keys status', 'expire', 'policy publish README.md'])
      expect(await operate(command.split(' '), environment)).toMatchObject({
        ...{ code: 1, stdout: '' },
        stderr: expect.stringMatching(told),
      });
    const checked = await operate(['check'], environment);
    const lines = (JSON.parse(checked.stdout) as { check: string; found: string }[]).filter(
      ({ check }) => check === 'settings',
    );
    expect(lines).toEqual([expect.objectContaining({ state: 'wrong', found: expect.stringContaining(why) })]);
    for (const { stderr, stdout } of [started, checked]) expect(stderr + stdout).not.toContain(path);
  },
);

it('a secret that stands in both places is refused, and so is each of several', async () => {
  const both = { ...production, ...test_keys, ...inFiles({ ...test_keys, SMTP_URL: 'smtp://127.0.0.1' }) };
  const { code, stderr } = await run(['worker/node.ts'], both);
  expect(code).toBe(1);
  for (const name of Object.keys(test_keys))
    expect(stderr).toContain(`${name}_FILE: ${name} is set too; leave one of them out`);
  expect(stderr).not.toContain('SMTP_URL');
});

it('a file is read for a secret alone: PORT_FILE is as unknown as any other name', async () => {
  const server = await startServer(folder, {
    ...production,
    ...test_keys,
    PORT_FILE: join(folder, 'nowhere'),
    MAIL_FROM_FILE: join(folder, 'nowhere'),
  });
  expect(await server.stop()).toBe(0);
});

it('docs/settings.md names every setting that may stand in a file', () => {
  const [, section] = readFileSync('docs/settings.md', 'utf8').split('## Secrets in files');
  const secrets = Object.entries(settings_table).filter(([, row]) => !('view' in row) || row.view !== asWritten);
  expect(secrets.length).toBeGreaterThan(5);
  for (const [name] of secrets) expect(section).toContain(`\`${name}\``);
});
