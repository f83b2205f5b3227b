import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Role } from '../../worker/guards/roles.ts';
import { agreements } from '../../worker/policies/agreements.ts';
import type { Form } from '../../worker/shared/fields.ts';
import { origin, readProblem, start } from '../support/harness.ts';

const sample = ['zh-CN', 'en'].map(locale => readFileSync(`worker/demo/policy.${locale}.md`, 'utf8'));

const front = `version: 2026-09
locale: en
effective_at: 2026-01-01
change_class: minor
purposes:
  - { id: necessary, name: Necessary, description: Keeps your choice., required: "true", cookies: [] }
`;
const write = (text: string, yaml = front) => `---\n${yaml}---\n${text}`;

async function startPublisher(role: Role = 'admin', overrides = {}) {
  const started = await start(overrides);
  const headers = { Authorization: `Bearer ${await started.token(role)}`, 'Content-Type': 'application/json' };
  const publish = (documents: unknown) =>
    started.app.request(`${origin}/policies`, { method: 'POST', headers, body: JSON.stringify({ documents }) });
  const list = async () => ((await (await started.get('/policies')).json()) as { policies: unknown[] }).policies;
  return { ...started, publish, list };
}

it('[C4] stores of each form and language the sentence beside the box with its SHA-256, and how long its leads are kept', async () => {
  const { publish, db } = await startPublisher('admin', { LEAD_RETENTION_MONTHS: '30' });
  const kept = `${front}retention_months: { mini-ai-experience: 12 }\n`;
  expect((await publish([write('# A policy', kept)])).status).toBe(201);
  const rows = await db.selectFrom('policy_forms').selectAll().orderBy('form').execute();
  expect(rows.map(({ form, locale, retention_months }) => [form, locale, retention_months])).toEqual([
    ['ecological-cooperation', 'en', 30],
    ['mini-ai-experience', 'en', 12],
  ]);
  for (const { form, agreement, agreement_sha256 } of rows) {
    expect(agreement).toBe(agreements.en[form as Form]);
    expect(agreement_sha256).toBe(createHash('sha256').update(agreement).digest('hex'));
  }
});

/** Reads the errors of a 422, with their messages. */
async function readErrors(response: Response) {
  expect(response.status).toBe(422);
  const { errors } = (await response.json()) as { errors: { field: string; code: string; message: string }[] };
  return errors.map(({ field, code, message }) => `${field} ${code}: ${message}`);
}

describe('POST /policies', () => {
  it('publishes a version in all its languages, on record, and answers with its entry of the list', async () => {
    const { publish, list, get, db } = await startPublisher();
    const response = await publish(sample);
    expect(response.status).toBe(201);
    const made = (await response.json()) as { version: string; documents: { locale: string; url: string }[] };
    expect(made.documents.map(({ locale }) => locale).sort()).toEqual(['en', 'zh-CN']);
    expect(response.headers.get('Location')).toBe(`${origin}/policies/${made.version}`);
    expect(await list()).toEqual([made]);
    for (const { url } of made.documents) expect((await get(url.slice(origin.length))).status).toBe(200);
    expect((await get('/policies/current')).status).toBe(200);
    expect(await db.selectFrom('audit_events').selectAll().where('role', '=', 'admin').execute()).toMatchObject([
      { action: 'policy.published', fields: made.version },
    ]);
  });

  it('[V1] refuses a version that exists, and changes nothing', async () => {
    const { publish, list, get } = await startPublisher();
    await publish([write('# One')]);
    const before = [await list(), await (await get('/policies/2026-09')).text()];
    expect(await readErrors(await publish([write('# Two')]))).toEqual([
      expect.stringMatching(/^version not_allowed: 这个版本已经发布/),
    ]);
    expect([await list(), await (await get('/policies/2026-09')).text()]).toEqual(before);
  });

  it('warns of a version in fewer languages, and of one that never comes into force, and publishes both', async () => {
    const { publish, list } = await startPublisher();
    const minor = sample.map(text => text.replace(/^change_class:.*$/m, 'change_class: minor'));
    expect(await (await publish(minor)).json()).not.toHaveProperty('warning');
    const next = minor[1]!.replace(/^version:.*$/m, 'version: next');
    expect(await (await publish([next])).json()).toMatchObject({
      warning: 'A language of the version before has no file.',
    });
    const early = sample.map(text =>
      text.replace(/^version:.*$/m, 'version: early').replace(/^effective_at:.*$/m, 'effective_at: 2025-12-01'),
    );
    expect(await (await publish(early)).json()).toMatchObject({
      change_class: 'significant',
      warning: 'It never comes into force, because the version in force took effect later.',
    });
    expect(await list()).toHaveLength(3);
  });

  it('names everything that is missing, in every document', async () => {
    const { publish, list } = await startPublisher();
    const errors = await readErrors(await publish(['---\nversion: current\n---\n', write('# Text', 'locale: fr\n')]));
    for (const key of ['locale', 'effective_at', 'change_class', 'purposes'])
      expect(errors).toContain(`documents[0] invalid: ${key} is missing`);
    expect(errors).toContain('documents[0] invalid: there is no text');
    expect(errors).toContain('documents[1] invalid: version is missing');
    expect(errors.filter(error => error.startsWith('documents[1] invalid: locale "fr"'))).toHaveLength(1);
    expect(await list()).toEqual([]);
  });

  it.each([
    [undefined, 'documents required'],
    ['text', 'documents wrong_type'],
    [[], 'documents invalid'],
    [[7], 'documents wrong_type'],
    [['a', 'b', 'c'], 'documents too_long'],
  ])('refuses documents: %j', async (documents, error) => {
    const { publish } = await startPublisher();
    expect(await readProblem(await publish(documents))).toMatchObject({ slug: 'invalid-fields', errors: [error] });
  });

  it('reads up to 512 KiB, and no more', async () => {
    const { publish, app, token } = await startPublisher();
    expect((await publish(['一'.repeat(150_000)])).status).toBe(422);
    expect(await readProblem(await publish(['x'.repeat(512 * 1024)]))).toMatchObject({ slug: 'payload-too-large' });
    const headers = { Authorization: `Bearer ${await token('admin')}`, 'Content-Type': 'application/json' };
    const holder = 'x'.repeat(20_000);
    const large = await app.request(`${origin}/tokens`, { method: 'POST', headers, body: JSON.stringify({ holder }) });
    expect(await readProblem(large)).toMatchObject({ slug: 'payload-too-large', status: 413 });
  });

  it.each([
    [
      'aliases that multiply',
      write(
        '# x',
        `a: &a [x,x,x,x]\n${'bcdefghijkl'.replace(/./g, key => `${key}: &${key} [${Array(9).fill(`*${String.fromCharCode(key.charCodeAt(0) - 1)}`)}]\n`)}`,
      ),
    ],
    ['an alias of itself', write('# x', 'version: &a\n  b: *a\n')],
    ['deep lists', write('# x', '['.repeat(19_000))],
    ['too much front matter', write('# x', `a: ${'b'.repeat(20_000)}\n`)],
    ['too much text', write('x'.repeat(100_000))],
    ['deep quotes', write('>'.repeat(50_000))],
    ['emphasis that never ends', write('*a_'.repeat(32_000))],
    ['an address that never ends', write(`${'a'.repeat(98_000)}@`)],
    [
      'a table that is as wide as it is long',
      write(`${'|a'.repeat(9_000)}\n${'|-'.repeat(9_000)}\n${'|b\n'.repeat(19_000)}`),
    ],
    ['a table that is longer than any', write(`|a|b|\n|-|-|\n${'|c\n'.repeat(20_000)}`)],
    ['a character that is none', write('a\0b')],
    ['half a character', write('a\ud800b')],
    ['a key of the prototype', write('# x', '__proto__: { version: x }\nconstructor: y\n')],
  ])('refuses %s within seconds, as a mistake', { timeout: 10_000 }, async (_, document) => {
    const { publish, list } = await startPublisher();
    const response = await publish([document]);
    expect(await readProblem(response)).toMatchObject({ slug: 'invalid-fields', status: 422 });
    expect(await list()).toEqual([]);
  });

  it('publishes nothing that could run: markup is text, and the page allows no script', async () => {
    const { publish, get } = await startPublisher();
    const text = `# Title <script>alert(1)</script>

<script src="https://evil.example/x.js"></script>

<img src=x onerror=alert(1)> [a](javascript:alert(1)) [b](JaVaScRiPt&colon;alert(1)) <javascript:alert(1)> [c][r]
![d](x "onload=alert(1)") \`<svg onload=alert(1)>\` [e](/x "&quot; onclick=alert(1) x=&quot;")

| <iframe src=//evil.example> |
|---|
| <style>*{}</style> |

[r]: data:text/html,<script>alert(1)</script>
`;
    expect((await publish([write(text)])).status).toBe(201);
    const response = await get('/policies/2026-09');
    const html = await response.text();
    expect([...html.matchAll(/<(?!\/)(\w+)/g)].map(([, tag]) => tag)).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/^(script|img|svg|iframe|style|object|base|form|input)$/)]),
    );
    for (const [tag] of html.matchAll(/<[a-z][^>]*>/g)) expect(tag.replace(/"[^"]*"/g, '""')).not.toMatch(/\son\w+=/);
    expect(html).not.toMatch(/href="(?:javascript|data):/i);
    const policy = response.headers.get('Content-Security-Policy')!;
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/script-src|unsafe/);
  });

  it.each(['viewer', 'sales', 'privacy_officer', 'auditor'] as const)('is not for %s', async role => {
    const { publish, list } = await startPublisher(role);
    expect((await publish(sample)).status).toBe(403);
    expect(await list()).toEqual([]);
  });
});
