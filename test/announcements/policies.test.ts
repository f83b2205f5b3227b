import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { queueChanges } from '../../db/notices/mailings.ts';
import { listChanges } from '../../db/policies/force.ts';
import { publishPolicy } from '../../db/policies/publish.ts';
import { listPolicies } from '../../db/policies/read.ts';
import { openAssets } from '../../worker/node/assets.ts';
import { draft, lead, operator, start } from '../support/harness.ts';

const html = { Accept: 'text/html' };
const day_ms = 86_400_000;

async function startAnnouncing() {
  const started = await start();
  started.services.findAsset = openAssets();
  const read = async (path: string) => (await (await started.get(path)).json()) as never;
  const list = async (lang = 'en') => (await read(`/announcements?lang=${lang}`)) as { announcements: never[] };
  /** The announcement that is in the widget's script. */
  const written = async () => {
    const text = await (await started.get('/widget.js')).text();
    return JSON.parse(/\}\)\((\{.*\}|0)\);\s*$/.exec(text)![1]!);
  };
  return { ...started, read, list, written };
}

it('[V2] a significant change is announced from its publication until thirty days after it takes effect; the first version is none', async () => {
  const { publish, list, read, written, advance, services, get } = await startAnnouncing();
  await publish('2026-01');
  expect(await list()).toEqual({ announcements: [] });
  await publish('2026-02', { effective_at: '2026-02-01T00:00:00.000Z', change_class: 'minor' });
  const effective_at = new Date(services.now().getTime() + 10 * day_ms).toISOString();
  await publish('2026-12', { effective_at });
  const announcement = {
    ...{ id: 'policy-2026-12', kind: 'policy', version: '2026-12', effective_at },
    published_at: services.now().toISOString(),
    until: new Date(services.now().getTime() + 40 * day_ms).toISOString(),
    ...{ title: 'Our privacy policy has changed', text: 'What 2026-12 changes (en)' },
    url: 'https://leads.example.com/announcements?lang=en#policy-2026-12',
  };
  expect(await list()).toEqual({ announcements: [announcement] });
  advance(60_000);
  const { id, until, title, text, url } = announcement;
  const shown = { id, until, title, text, more: 'Read more', close: 'Got it' };
  expect((await written()).announcement).toEqual({
    ...{ id, until },
    texts: {
      en: { title, text, more: 'Read more', close: 'Got it' },
      'zh-CN': expect.objectContaining({ title: '隐私政策有重大更新', text: 'What 2026-12 changes (zh-CN)' }),
    },
  });
  expect(await read('/policies/current?lang=en')).toMatchObject({ announcement: { ...shown, url } });
  advance(41 * day_ms);
  expect((await written()).announcement).toBeUndefined();
  expect((await written()).current).toMatchObject({ texts: { en: { summary: 'What 2026-12 changes (en)' } } });
  expect(await read('/policies/current?lang=en')).toMatchObject({ summary: text });
  expect((await list()).announcements).toHaveLength(1);
  const page = await get('/announcements?lang=zh-CN', html);
  expect(page.headers.get('Content-Type')).toContain('text/html');
  const drawn = await page.text();
  expect(drawn).toContain('<html lang="zh-CN">');
  expect(drawn).toContain('id="policy-2026-12"');
  expect(drawn).toContain('What 2026-12 changes (zh-CN)');
});

it('[V2] a significant version published over HTTP is announced at once, with the summary of its files', async () => {
  const { publish, list, written, ask } = await startAnnouncing();
  await publish('2026-01');
  expect((await written()).announcement).toBeUndefined();
  const documents = ['zh-CN', 'en'].map(locale =>
    readFileSync(`worker/demo/policy.${locale}.md`, 'utf8')
      .replace(/^version:.*$/m, 'version: 2026-03')
      .replace(/^effective_at:.*$/m, 'effective_at: 2026-03-01')
      .replace(/^summary:.*$/m, `summary: |\n  Kept for less long (${locale}),\n  and <b>seen</b> by fewer.`),
  );
  expect((await ask('POST', '/policies', { documents }, 'admin')).status).toBe(201);
  const text = 'Kept for less long (en), and <b>seen</b> by fewer.';
  expect((await list()).announcements).toMatchObject([{ version: '2026-03', text }]);
  expect((await written()).announcement.texts.en.text).toBe(text);
});

it('[V2] a significant version that is dated before the one in force never comes into force: nobody is told, or asked again', async () => {
  const { db, publish, list, written, read, advance, services, post } = await startAnnouncing();
  await publish('2026-01');
  expect((await post('/forms/mini-ai-experience', lead)).status).toBe(201);
  advance(day_ms);
  await publish('2026-11', { effective_at: services.now().toISOString(), change_class: 'minor' });
  const before = await read('/policies/current?lang=en');
  expect(before).toMatchObject({ version: '2026-11', choices_hold_since: '2026-01-01T00:00:00.000Z' });
  advance(day_ms);
  await publish('mistyped', { effective_at: '2026-02-15T00:00:00.000Z' });
  await publish('mistyped-too', { effective_at: '2025-12-15T00:00:00.000Z' });
  expect(await list()).toEqual({ announcements: [] });
  expect((await written()).announcement).toBeUndefined();
  expect(await read('/policies/current?lang=en')).toEqual(before);
  expect(await queueChanges(db, listChanges(await listPolicies(db)), services.now(), () => true)).toBe(0);
});

it('a version that was published while the clock was ahead goes on being served once another one is to come', async () => {
  const { publish, read, written, advance } = await startAnnouncing();
  advance(10 * day_ms);
  await publish('2026-01');
  advance(-10 * day_ms);
  await publish('2026-12', { effective_at: '2026-11-26T00:00:00.000Z' });
  const held = { version: '2026-01', choices_hold_since: '2026-01-01T00:00:00.000Z' };
  expect(await read('/policies/current?lang=en')).toMatchObject(held);
  expect((await written()).current).toMatchObject(held);
});

it('of two versions for the same date the widget takes along the one that comes into force', async () => {
  const { publish, read, written, advance } = await startAnnouncing();
  await publish('2026-01');
  const effective_at = '2026-12-01T00:00:00.000Z';
  await publish('2026-12', { effective_at });
  advance(1_000);
  await publish('2026-12-corrected', { effective_at });
  advance(60_000);
  expect((await written()).next).toMatchObject({ version: '2026-12-corrected', effective_at });
  advance(10 * day_ms);
  expect(await read('/policies/current?lang=en')).toMatchObject({ version: '2026-12-corrected' });
});

it('a summary cannot break out of the page', async () => {
  const { db, publish, get, services } = await startAnnouncing();
  await publish('2026-01');
  const { documents, ...facts } = draft('2026-02');
  const summary = '<script>alert(1)</script>';
  const told = documents.map(document => ({ ...document, summary }));
  await publishPolicy(
    db,
    { ...facts, effective_at: '2026-02-01T00:00:00.000Z', documents: told },
    operator,
    services.now(),
  );
  const drawn = await (await get('/announcements', html)).text();
  expect(drawn).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
});
