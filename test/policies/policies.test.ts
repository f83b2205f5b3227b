import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Conflict } from '../../db/database.ts';
import { browser_accept, draft, lead, origin, readProblem, site, start, startPublished } from '../support/harness.ts';

describe('GET /policies/current', () => {
  it('says in one language what the widget needs', async () => {
    const { get } = await startPublished({ COOKIE_DOMAIN: 'example.com' });
    const response = await get('/policies/current?lang=en');
    expect(await response.json()).toEqual({
      version: '2026-01',
      locale: 'en',
      published_at: '2026-11-23T04:00:00.000Z',
      effective_at: '2026-01-01T00:00:00.000Z',
      change_class: 'significant',
      choices_hold_since: '2026-01-01T00:00:00.000Z',
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      url: `${origin}/policies/2026-01?lang=en`,
      cookie: { name: 'consent', domain: 'example.com', max_age_days: 182 },
      purposes: draft('2026-01').documents[1]!.purposes,
      agreements: Object.fromEntries(
        draft('2026-01').documents[1]!.forms.map(({ form, agreement }) => [form, agreement]),
      ),
    });
  });

  it('goes by lang, then by Accept-Language, and is readable by the allowed websites', async () => {
    const { get } = await startPublished();
    const locale = async (path: string, language: string) =>
      ((await (await get(path, { 'Accept-Language': language })).json()) as { locale: string }).locale;
    expect(await locale('/policies/current?lang=en', 'zh-CN')).toBe('en');
    expect(await locale('/policies/current', 'en-US')).toBe('en');
    expect(await locale('/policies/current', 'zh-TW,en;q=0.5')).toBe('zh-CN');
    expect((await get('/policies/current', { Origin: site })).headers.get('Access-Control-Allow-Origin')).toBe(site);
  });

  it('before the first publication answers 404, and a lead and a choice are refused', async () => {
    const { get, post } = await start();
    expect(await readProblem(await get('/policies/current'))).toMatchObject({ slug: 'not-found', status: 404 });
    expect((await readProblem(await post('/forms/mini-ai-experience', lead))).errors).toEqual([
      'policy_version invalid',
    ]);
  });

  it('[V2] a version becomes current when it takes effect; only a significant one asks again', async () => {
    const { get, publish, advance } = await startPublished();
    await publish('2026-minor', { effective_at: '2026-11-23T05:00:00.000Z', change_class: 'minor' });
    await publish('2027-big', { effective_at: '2026-11-23T06:00:00.000Z' });
    const current = async () =>
      (await (await get('/policies/current')).json()) as { version: string; choices_hold_since: string };
    expect((await current()).version).toBe('2026-01');
    advance(3_600_000);
    expect(await current()).toMatchObject({ version: '2026-minor', choices_hold_since: '2026-01-01T00:00:00.000Z' });
    advance(3_600_000);
    expect(await current()).toMatchObject({ version: '2027-big', choices_hold_since: '2026-11-23T06:00:00.000Z' });
  });
});

describe('whoever prefers HTML', () => {
  const person = { Accept: browser_accept };

  it.each([
    ['zh-CN', '隐私政策的全部版本', '版本 2026-01', '2026年1月1日 北京时间 08:00'],
    ['en', 'All versions of the privacy policy', 'Version 2026-01', '1 January 2026, 08:00 Beijing time'],
  ])('gets the versions as a page in %s, each language a link', async (lang, title, version, day) => {
    const { get, publish } = await startPublished();
    await publish('2027-big', { effective_at: '2027-01-01T00:00:00.000Z' });
    const response = await get(`/policies?lang=${lang}`, person);
    const page = await response.text();
    expect(response.headers.get('Content-Type')).toBe('text/html; charset=UTF-8');
    expect(page).toContain(`<h1>${title}</h1>`);
    expect(page).toContain(version);
    expect(page).toContain(`<time datetime="2026-01-01T00:00:00.000Z">${day}</time>`);
    expect([...page.matchAll(/href="(\/policies[^"]+)"/g)].map(([, href]) => href)).toEqual([
      '/policies/2027-big?lang=zh-CN',
      '/policies/2027-big?lang=en',
      '/policies/2026-01?lang=zh-CN',
      '/policies/2026-01?lang=en',
    ]);
  });

  it('is led from the current policy to its document, and from none to a page with a way on', async () => {
    const { get } = await startPublished();
    const led = await get('/policies/current?lang=en', person);
    expect([led.status, led.headers.get('Location')]).toEqual([302, '/policies/2026-01?lang=en']);
    const { get: ask } = await start();
    const none = await ask('/policies?lang=en', person);
    expect(await none.text()).toContain('No privacy policy has been published yet.');
    expect((await ask('/policies/current', person)).headers.get('Content-Type')).toBe('text/html; charset=UTF-8');
  });

  it('shares no cached answer with a program', async () => {
    const { get } = await startPublished();
    for (const path of ['/policies', '/policies/current'])
      for (const accept of [person, {}])
        expect((await get(path, accept)).headers.get('Vary')).toMatch(/(^|, )Accept(,|$)/);
  });
});

describe('GET /policies/:version', () => {
  it('[V1] serves the same bytes for ever, and their digest', async () => {
    const { get, publish } = await startPublished();
    await publish('2026-02', { effective_at: '2026-02-01T00:00:00.000Z' });
    const { policies } = (await (await get('/policies')).json()) as {
      policies: { version: string; documents: { locale: string; sha256: string; url: string }[] }[];
    };
    expect(policies.map(({ version }) => version)).toEqual(['2026-02', '2026-01']);
    for (const { sha256, url, locale } of policies.flatMap(({ documents }) => documents)) {
      const response = await get(url.slice(origin.length));
      expect(response.headers.get('Content-Language')).toBe(locale);
      expect(
        createHash('sha256')
          .update(Buffer.from(await response.arrayBuffer()))
          .digest('hex'),
      ).toBe(sha256);
      expect((await get(url.slice(origin.length), { 'If-None-Match': `"${sha256}"` })).status).toBe(304);
    }
  });

  it('answers 404 for a version that is not there', async () => {
    const { get } = await startPublished();
    expect((await get('/policies/1999')).status).toBe(404);
  });
});

it('[V1] publishing a version that exists fails and changes nothing', async () => {
  const { get, publish } = await startPublished();
  const before = await (await get('/policies')).text();
  await expect(publish('2026-01', { change_class: 'minor' })).rejects.toEqual(
    expect.objectContaining({ table: 'policies' } satisfies Partial<Conflict>),
  );
  expect(await (await get('/policies')).text()).toBe(before);
});
