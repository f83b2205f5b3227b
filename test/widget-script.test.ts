import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { openAssets } from '../worker/node/assets.ts';
import { start } from './support/harness.ts';

const findAsset = openAssets();

async function startWidget(settings: Record<string, string> = {}) {
  const started = await start(settings);
  started.services.findAsset = findAsset;
  return started;
}

/** What the server has written into the script. */
const readWritten = async (response: Response) => {
  const script = await response.text();
  const [, written] = /\}\)\((\{.*\}|0)\);\s*$/.exec(script)!;
  return JSON.parse(written!);
};

const day_ms = 86_400_000;

it('before the first publication the script holds no policy, afterwards the one in force and the next, in both languages', async () => {
  const { get, publish, advance, services } = await startWidget();
  expect(await readWritten(await get('/widget.js'))).toMatchObject({ current: null, next: null });
  await publish('2026-01');
  const later = new Date(services.now().getTime() + 2 * day_ms).toISOString();
  await publish('2026-12', { effective_at: later });
  advance(30_000);
  const { current, next, cookie } = await readWritten(await get('/widget.js'));
  expect(cookie).toEqual({ name: 'consent', domain: null, max_age_days: 182 });
  expect(current).toMatchObject({ version: '2026-01', choices_hold_since: '2026-01-01T00:00:00.000Z' });
  expect(next).toMatchObject({ version: '2026-12', effective_at: later, choices_hold_since: later });
  for (const locale of ['zh-CN', 'en']) {
    const { purposes, agreements } = (await (await get(`/policies/current?lang=${locale}`)).json()) as never;
    expect(current.texts[locale]).toEqual({ purposes, agreements });
  }
  advance(2 * day_ms);
  expect(await readWritten(await get('/widget.js'))).toMatchObject({ current: { version: '2026-12' }, next: null });
});

it('a version that another process publishes is in the script within 30 seconds, one of this process at once', async () => {
  const { get, publish, advance, services, ask } = await startWidget();
  await publish('2026-01');
  const version = async () => (await readWritten(await get('/widget.js'))).current.version;
  expect(await version()).toBe('2026-01');
  await publish('2026-02', { effective_at: '2026-02-01T00:00:00.000Z' });
  advance(30_000);
  expect(await version()).toBe('2026-02');
  const documents = ['zh-CN', 'en'].map(locale =>
    readFileSync(`worker/demo/policy.${locale}.md`, 'utf8')
      .replace(/^version:.*$/m, 'version: 2026-03')
      .replace(/^effective_at:.*$/m, 'effective_at: 2026-03-01'),
  );
  expect((await ask('POST', '/policies', { documents }, 'admin')).status).toBe(201);
  expect(await version()).toBe('2026-03');
  expect(services.settings.widget_stale_hours).toBe(24);
});

it('a notice that is given on this process is in the script at once', async () => {
  const { get, publish, ask, services } = await startWidget();
  await publish('2026-01');
  expect(await readWritten(await get('/widget.js'))).not.toHaveProperty('announcement');
  const at = services.now().toISOString();
  const recorded = await ask('POST', '/incidents', { from: at, to: at, cause: 'A lost laptop', scope: { all: true } });
  const { id } = (await recorded.json()) as { id: string };
  const told = { situation: '事件', impact: '影响', measures: '措施', advice: '建议', remedies: '补救' };
  const notice = { contact: 'privacy@example.com', texts: { 'zh-CN': told } };
  expect((await ask('POST', `/incidents/${id}/notice`, notice)).status).toBe(200);
  expect(await readWritten(await get('/widget.js'))).toMatchObject({ announcement: { id: `incident-${id}` } });
});

it('the script is readable from any origin without credentials, has an ETag, and may be used stale as long as the setting says', async () => {
  const { get, publish } = await startWidget({ WIDGET_STALE_HOURS: '6' });
  await publish('2026-01');
  const answer = await get('/widget.js', { Origin: 'https://evil.example' });
  expect(answer.headers.get('Access-Control-Allow-Origin')).toBe('*');
  expect(answer.headers.get('Access-Control-Allow-Credentials')).toBe(null);
  expect(answer.headers.get('Cache-Control')).toBe('public, max-age=60, stale-while-revalidate=21600');
  const etag = answer.headers.get('ETag')!;
  for (const known of [etag, `"other", W/${etag}`, '*'])
    expect((await get('/widget.js', { 'If-None-Match': known })).status).toBe(304);
  expect((await get('/widget.js', { 'If-None-Match': '"other"' })).status).toBe(200);
  const asks = await startWidget({ WIDGET_STALE_HOURS: '0' });
  const other = await asks.get('/widget.js');
  expect(other.headers.get('Cache-Control')).toBe('public, no-cache');
  expect(other.headers.get('ETag')).not.toBe(etag);
});

it('while the database is away the script holds what was read last, and before anything was read it is the built file, which asks', async () => {
  const { get, publish, advance, db } = await startWidget();
  await publish('2026-01');
  const read = db.read;
  const fail = async () => {
    throw new Error('away');
  };
  Object.assign(db, { read: fail });
  expect(await readWritten(await get('/widget.js'))).toBe(0);
  Object.assign(db, { read });
  expect((await readWritten(await get('/widget.js'))).current.version).toBe('2026-01');
  Object.assign(db, { read: fail });
  advance(60_000);
  expect((await readWritten(await get('/widget.js'))).current.version).toBe('2026-01');
});

it('POST /policies warns of a significant version that is nearer than the oldest copies, and publishes it', async () => {
  const { ask, publish, services } = await startWidget();
  await publish('2026-01');
  const post = async (version: string, effective_at: Date, change_class: string) => {
    const documents = ['zh-CN', 'en'].map(locale =>
      readFileSync(`worker/demo/policy.${locale}.md`, 'utf8')
        .replace(/^version:.*$/m, `version: ${version}`)
        .replace(/^change_class:.*$/m, `change_class: ${change_class}`)
        .replace(/^effective_at:.*$/m, `effective_at: ${effective_at.toISOString()}`),
    );
    const answer = await ask('POST', '/policies', { documents }, 'admin');
    return [answer.status, ((await answer.json()) as { warning?: string }).warning];
  };
  const inHours = (hours: number) => new Date(services.now().getTime() + hours * 3_600_000);
  expect(await post('a', inHours(23), 'significant')).toEqual([201, expect.stringContaining('WIDGET_STALE_HOURS')]);
  expect(await post('b', inHours(25), 'significant')).toEqual([201, undefined]);
  expect(await post('c', inHours(1), 'minor')).toEqual([201, undefined]);
});
