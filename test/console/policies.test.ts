import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compareParagraphs } from '../../worker/console/policies/compare.ts';
import { startConsole } from '../support/console.ts';
import { browser_accept, origin } from '../support/harness.ts';

const home = '/console/policies';

const write = (version: string, text: string, more: Record<string, string> = {}) => {
  const fields = { version, locale: 'en', effective_at: '2026-12-30', change_class: 'minor', ...more };
  const cookies = more.cookies ?? '[]';
  const lines = Object.entries(fields)
    .filter(([key]) => key !== 'cookies')
    .map(([key, value]) => `${key}: ${value}`);
  return `---\n${lines.join('\n')}
purposes:
  - { id: necessary, name: Necessary, description: Keeps your choice., required: "true", cookies: ${cookies} }
---
${text}`;
};
const extra = '[{ name: extra, provider: us, lifetime: 1 day, purpose: counts }]';

/**
 * Starts a console in which an administrator is signed in.
 *
 * @param days By how many days the clock is moved before.
 */
async function startDesk(days = 0) {
  const started = await startConsole();
  started.advance(days * 86_400_000);
  const admin = await started.open('admin');
  /** Sends files as a browser without a script does, and returns the page to which that leads. */
  async function choose(files: [name: string, content: string | Uint8Array][]) {
    const form = new FormData();
    for (const [name, content] of files)
      form.append('files', new File([content as string], name, { type: 'text/markdown' }));
    const encoded = new Response(form);
    const posted = await started.app.request(origin + home, {
      method: 'POST',
      headers: {
        Accept: browser_accept,
        'Accept-Language': 'en',
        'Sec-Fetch-Site': 'same-origin',
        'Content-Type': encoded.headers.get('Content-Type')!,
        Cookie: admin.cookie,
      },
      body: await encoded.arrayBuffer(),
    });
    const { location, response } = await started.follow(posted, admin.cookie);
    const page = await response.text();
    return { location, status: response.status, page, seen: /name="seen" value="(\w+)"/.exec(page)?.[1] ?? '' };
  }
  const versions = async () =>
    ((await (await started.get('/policies')).json()) as { policies: { version: string }[] }).policies.map(
      ({ version }) => version,
    );
  const publish = async (location: string, fields: Record<string, string>) => {
    const sent = await admin.send(location, fields);
    return { location: sent.location, status: sent.response.status, page: await sent.response.text() };
  };
  return { ...started, admin, choose, versions, publish };
}

describe('GET /console/policies', () => {
  it('lists each version with its state and its documents, for administrators alone', async () => {
    const { admin, open, choose, publish } = await startDesk();
    const chosen = await choose([['p.md', write('2026-next', '# Next')]]);
    await publish(chosen.location, { seen: chosen.seen, sure: 'yes' });
    const page = await (await admin.get(home)).text();
    const rows = page.split('<tr role="row">').slice(2);
    expect(rows.map(row => [/<b>(.*?)<\/b>/.exec(row)![1], /chip \w+">(.*?)</.exec(row)![1]])).toEqual([
      ['2026-next', 'Upcoming'],
      ['2026-01', 'In force'],
    ]);
    expect(rows[1]).toContain('href="/policies/2026-01?lang=zh-CN"');
    expect(await (await admin.get('/console/tokens')).text()).toContain(`<a href="${home}">Policies</a>`);
    for (const role of ['viewer', 'sales', 'privacy_officer', 'auditor'] as const)
      expect([role, (await (await open(role)).get(home)).status]).toEqual([role, 403]);
  });
});

describe('POST /console/policies', () => {
  it('shows a preview of the files, with their digests, and publishes nothing', async () => {
    const { choose, versions } = await startDesk();
    const files = ['zh-CN', 'en'].map((lang): [string, string] => [
      `policy.${lang}.md`,
      readFileSync(`worker/demo/policy.${lang}.md`, 'utf8').replace('version: 2026-01', 'version: 2026-12'),
    ]);
    const { status, page } = await choose(files);
    expect(status).toBe(200);
    for (const [name, text] of files) {
      expect(page).toContain(name);
      expect(page).toContain(createHash('sha256').update(text).digest('hex'));
    }
    expect(page).toContain('Chengguan AI privacy policy</ins>');
    expect(page).toContain('necessary: __Host-receipt-* (cookie)');
    expect(await versions()).toEqual(['2026-01']);
  });

  it('warns of a first version that has one language', async () => {
    const { choose } = await startDesk(-400);
    const first = (locale: string): [string, string] => [
      `${locale}.md`,
      write('2025-11', '# First', { locale, effective_at: '2025-11-01' }),
    ];
    const doubt = 'There is a file in one language only';
    const { page } = await choose([first('en')]);
    expect(page).toContain('The first version');
    expect(page).toContain(doubt);
    expect((await choose([first('en'), first('zh-CN')])).page).not.toContain(doubt);
  });

  it('names each mistake as POST /policies does, and asks for the files again', async () => {
    const { choose, token, app } = await startDesk();
    const wrong = '---\nversion: current\n---\n';
    const { status, page } = await choose([['a <b>.md', wrong]]);
    expect(status).toBe(422);
    const api = await app.request(`${origin}/policies`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${await token('admin')}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ documents: [wrong] }),
    });
    const { errors } = (await api.json()) as { errors: { message: string }[] };
    expect(errors.length).toBeGreaterThan(3);
    for (const { message } of errors)
      expect(page).toContain(`<li>a &lt;b&gt;.md: ${message.replaceAll('"', '&quot;')}</li>`);
    expect(page).toContain('type="file"');
  });

  it('keeps the files of the last three previews of a session', async () => {
    const { admin, choose } = await startDesk();
    const kept = [];
    for (let n = 0; n < 5; n++) kept.push((await choose([['p.md', write(`2026-${n}-next`, '# Next')]])).location);
    const statuses = await Promise.all(kept.map(async address => (await admin.get(address)).status));
    expect(statuses).toEqual([404, 404, 200, 200, 200]);
  });

  it('names mistakes in Chinese where the page is in Chinese', async () => {
    const { choose, admin } = await startDesk();
    const { location } = await choose([['a.md', '---\nversion: current\nlocale: de\n---\n']]);
    const page = await (await admin.get(`${location}?lang=zh-CN`)).text();
    const items = [...page.matchAll(/<li>(a\.md.*?)<\/li>/g)].map(([, item]) => item);
    expect(items.slice(0, 4)).toEqual([
      'a.md：没有正文',
      'a.md：version“current”应为 1 至 32 个字母、数字或 -，且不能是 current',
      'a.md：locale“de”应为以下之一：zh-CN、en',
      'a.md：缺少 effective_at',
    ]);
    expect(page).not.toMatch(/<li lang="en">/);
  });

  it('names a file that is not UTF-8, one that its name calls something else, and a version that exists', async () => {
    const { choose, admin } = await startDesk();
    const html = await choose([['p.md.html', write('2026-12', '# Page')]]);
    expect(html.status).toBe(422);
    expect(html.page).toContain('p.md.html: the name does not end in .md, .markdown or .txt');
    expect(await (await admin.get(`${html.location}?lang=zh-CN`)).text()).toContain(
      'p.md.html：文件名应以 .md、.markdown 或 .txt 结尾',
    );
    const gbk = await choose([['gbk.md', new Uint8Array([0xd2, 0xfe, 0xcb, 0xbd])]]);
    expect([gbk.status, gbk.page.includes('gbk.md: the file is not UTF-8')]).toEqual([422, true]);
    const taken = await choose([['p.md', write('2026-01', '# Again')]]);
    expect([taken.status, taken.page.includes('Version 2026-01 is published already')]).toEqual([422, true]);
  });

  it.each([
    ['no file', [['', '']], 422, 'Choose the files of the version'],
    [
      'three files',
      [
        ['a', 'a'],
        ['b', 'b'],
        ['c', 'c'],
      ],
      422,
      'Choose the files of the version',
    ],
    ['too much', [['a', 'x'.repeat(512 * 1024)]], 413, 'role="alert"'],
  ] as [string, [string, string][], number, string][])('refuses %s, and says so', async (_, files, status, words) => {
    const { choose } = await startDesk();
    const refused = await choose(files);
    expect([refused.location, refused.status]).toEqual([home, status]);
    expect(refused.page).toContain(words);
  });

  it('shows what changes against the version that it follows', async () => {
    const { choose, publish } = await startDesk();
    const first = await choose([['p.md', write('2026-12', '# Title\n\nStays.\n\nGoes [away](https://a.example).\n')]]);
    await publish(first.location, { seen: first.seen, sure: 'yes' });
    const later = { effective_at: '2027-02-01', cookies: extra, retention_months: '{ mini-ai-experience: 12 }' };
    const { page } = await choose([['p.md', write('2027-02', '# Title\n\nStays.\n\nComes.\n', later)]]);
    expect(page).toContain('Compared with version 2026-12');
    expect(page).toContain('<del lang="en">Goes away (https://a.example) .</del>');
    expect(page).toContain('<ins lang="en">Comes.</ins>');
    expect(page).not.toMatch(/<(ins|del)[^>]*>Stays/);
    expect(page).toContain('Paragraphs: 2 added, 1 removed, 5 unchanged.');
    expect(page).toContain('<code>necessary: extra (cookie)</code>');
    expect(page).toMatch(/24 months → 12 months/);
  });

  it.each([
    ['at once', { effective_at: '2026-11-01' }, 'It takes effect at once'],
    ['far off', { effective_at: '2062-12-30' }, 'It takes effect in more than a year. Is the date right?'],
    ['that never comes into force', { effective_at: '2025-01-01' }, 'It never comes into force'],
    [
      'too near',
      { effective_at: '2026-11-23T13:00:00Z', change_class: 'significant', summary: 's' },
      'WIDGET_STALE_HOURS',
    ],
    ['that asks nobody although it adds a cookie', { cookies: extra }, 'It is minor'],
    ['in fewer languages', {}, 'A language of the version before has no file'],
  ])('warns of a version %s', async (_, more, words) => {
    const { choose } = await startDesk();
    expect((await choose([['p.md', write('2026-12', '# T', more)]])).page).toContain(words);
  });

  it('warns of a significant version that changes words alone', async () => {
    const { choose, publish } = await startDesk();
    const first = await choose([['p.md', write('2026-12', '# T')]]);
    expect(first.page).not.toContain('Is that needed?');
    await publish(first.location, { seen: first.seen, sure: 'yes' });
    const more = { effective_at: '2027-02-01', change_class: 'significant', summary: 'Words' };
    expect((await choose([['p.md', write('2027-02', '# T2', more)]])).page).toContain('Is that needed?');
  });
});

describe('POST /console/policies/{id}', () => {
  it('publishes exactly what the preview showed, once, on record', async () => {
    const { choose, publish, versions, get, readEvents, admin } = await startDesk();
    const { location, seen } = await choose([['p.md', write('2026-12', '# Title\r\n\r\nWords.\r\n')]]);
    const unsure = await publish(location, { seen });
    expect([unsure.location, unsure.status]).toEqual([location, 422]);
    expect(unsure.page).toContain('tick the box first');
    expect(unsure.page).toContain(seen);
    expect(await versions()).toEqual(['2026-01']);
    const done = await publish(location, { seen, sure: 'yes' });
    expect([done.status, done.page.includes('Version 2026-12 is published.')]).toEqual([200, true]);
    expect(await versions()).toEqual(['2026-12', '2026-01']);
    expect(await (await get('/policies/2026-12')).text()).toContain('<p>Words.</p>');
    expect(await readEvents('action=policy.published')).toMatchObject([
      { fields: '2026-01', role: 'operator' },
      { fields: '2026-12', role: 'admin' },
    ]);
    const back = await admin.get(location);
    expect([back.status, back.headers.get('Location')]).toEqual([303, '/console/policies?published=2026-12']);
  });

  it('shows the preview anew where another version was published since, and loses no file', async () => {
    const { choose, publish, versions } = await startDesk();
    const mine = await choose([['p.md', write('2026-12', '# Mine')]]);
    const other = await choose([['o.md', write('2026-11', '# Other', { effective_at: '2026-12-01' })]]);
    await publish(other.location, { seen: other.seen, sure: 'yes' });
    const again = await publish(mine.location, { seen: mine.seen, sure: 'yes' });
    expect(again.location).toBe(`${mine.location}?changed`);
    expect(again.page).toContain('has changed since the preview');
    expect(again.page).toContain('Compared with version 2026-11');
    expect(await versions()).toEqual(['2026-11', '2026-01']);
    const seen = /name="seen" value="(\w+)"/.exec(again.page)![1]!;
    await publish(mine.location, { seen, sure: 'yes' });
    expect(await versions()).toEqual(['2026-12', '2026-11', '2026-01']);
  });

  it('leads a second click to the version that the first one published, at once or a moment later', async () => {
    const { choose, publish, versions } = await startDesk();
    const { location, seen } = await choose([['p.md', write('2026-12', '# Title')]]);
    const press = () => publish(location, { seen, sure: 'yes' });
    for (const { status, page } of [...(await Promise.all([press(), press()])), await press()])
      expect([status, page.includes('Version 2026-12 is published.')]).toEqual([200, true]);
    expect(await versions()).toEqual(['2026-12', '2026-01']);
  });

  it('opens a preview to no other session', async () => {
    const { choose, open } = await startDesk();
    const { location, seen } = await choose([['p.md', write('2026-12', '# Mine')]]);
    const other = await open('admin');
    expect((await other.get(location)).status).toBe(404);
    expect((await other.send(location, { seen, sure: 'yes' })).response.status).toBe(404);
  });
});

describe('compareParagraphs', () => {
  it('keeps a longest common subsequence, and compares long texts as sets', () => {
    const runs = compareParagraphs(['a', 'b', 'c', 'd'], ['a', 'c', 'x', 'd']);
    expect(runs.map(({ is, paragraphs }) => `${is} ${paragraphs}`)).toEqual([
      'kept a',
      'removed b',
      'kept c',
      'added x',
      'kept d',
    ]);
    const long = (mark: string) => Array.from({ length: 2_000 }, (_, n) => (n % 2 ? `${mark}${n}` : `same${n}`));
    const sizes = Object.groupBy(compareParagraphs(['o', ...long('a')], ['n', ...long('b'), 'z']), ({ is }) => is);
    const count = (is: 'kept' | 'added' | 'removed') => sizes[is]!.flatMap(({ paragraphs }) => paragraphs).length;
    expect([count('kept'), count('added'), count('removed')]).toEqual([1_000, 1_002, 1_001]);
  });
});
