import { describe, expect, it } from 'vitest';
import { publishPolicy } from '../../db/policies/publish.ts';
import { draft, lead, operator, origin, readProblem, site, start, startPublished } from '../support/harness.ts';

const path = '/forms/mini-ai-experience';
const urlencoded = { 'Content-Type': 'application/x-www-form-urlencoded' };

describe('POST /forms/:form stores', () => {
  it('[C1] a Mini AI inquiry: 201 with a receipt and nothing of what was sent', async () => {
    const { post } = await startPublished();
    const response = await post(path, lead);
    expect(response.status).toBe(201);
    const text = await response.text();
    expect(JSON.parse(text)).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
      form: 'mini-ai-experience',
      received_at: '2026-11-23T04:00:00.000Z',
      receipt_code: expect.stringMatching(/^([0-9A-HJKMNP-TV-Z]{5}-){3}[0-9A-HJKMNP-TV-Z]{5}$/),
    });
    for (const value of [lead.name, '13800138078', lead.email, lead.company]) expect(text).not.toContain(value);
  });

  it('[C2] a cooperation inquiry as its own purpose, urlencoded too', async () => {
    const { app, db } = await startPublished();
    const response = await app.request(`${origin}/forms/ecological-cooperation`, {
      method: 'POST',
      headers: { ...urlencoded, Origin: site },
      body: new URLSearchParams(lead).toString(),
    });
    expect(response.status).toBe(201);
    expect(await db.selectFrom('leads').select('form').execute()).toEqual([{ form: 'ecological-cooperation' }]);
  });

  it('[C4] lead, consent record and audit event together, with the digest of the text shown', async () => {
    const { db, post, get } = await startPublished();
    const { id } = (await (await post(path, { ...lead, locale: 'en' })).json()) as { id: string };
    const { sha256 } = (await (await get('/policies/current?lang=en')).json()) as { sha256: string };
    expect(await db.selectFrom('leads').selectAll().execute()).toEqual([
      expect.objectContaining({
        id,
        withdrawn_at: null,
        policy_version: '2026-01',
        policy_sha256: sha256,
        locale: 'en',
      }),
    ]);
    const { seq } = await db.selectFrom('leads').select('seq').executeTakeFirstOrThrow();
    expect(await db.selectFrom('audit_events').selectAll().where('seq', '=', seq).execute()).toEqual([
      expect.objectContaining({ actor: 'visitor', action: 'lead.created', purpose: 'mini-ai-experience', lead_id: id }),
    ]);
  });

  it('[C3] nothing but the values, what was agreed to and when', async () => {
    const { db, post } = await startPublished();
    await post(path, lead, {
      'User-Agent': 'Visitor/1.0',
      Referer: 'https://www.example.com/secret-page',
      'X-Forwarded-For': '203.0.113.9',
    });
    const rows = await Promise.all(
      (['leads', 'keys', 'audit_events'] as const).map(table => db.selectFrom(table).selectAll().execute()),
    );
    expect(JSON.stringify(rows)).not.toMatch(/Visitor\/1|secret-page|203\.0\.113/);
  });

  it('the normal form of a phone, the trimmed name, and the e-mail in its own case', async () => {
    const { post, pull } = await startPublished();
    await post(path, { ...lead, name: '  李雷 ', phone: '(010) 1234 5678 转 802', email: ' Li.Lei@Example.com ' });
    const { leads } = (await (await pull('/leads?view=clear')).json()) as { leads: object[] };
    expect(leads).toMatchObject([{ name: '李雷', phone: '+861012345678;ext=802', email: 'Li.Lei@Example.com' }]);
  });

  it('the earlier lead of the same person and form, by phone or by e-mail', async () => {
    const { post, pull } = await startPublished();
    const send = async (form: string, more: object) =>
      ((await (await post(`/forms/${form}`, { ...lead, ...more })).json()) as { id: string }).id;
    const first = await send('mini-ai-experience', {});
    await send('ecological-cooperation', {});
    const samePhone = await send('mini-ai-experience', { email: 'other@example.com' });
    await send('mini-ai-experience', { phone: '+44 20 7946 0018', email: 'OTHER@example.com' });
    const { leads } = (await (await pull('/leads')).json()) as { leads: { earlier_lead_id: string | null }[] };
    expect(leads.map(({ earlier_lead_id }) => earlier_lead_id)).toEqual([null, null, first, samePhone]);
  });
});

describe('POST /forms/:form refuses', () => {
  it.each([
    ['a missing name', { name: undefined }, ['name required']],
    ['an empty name', { name: '   ' }, ['name required']],
    ['a name of invisible characters', { name: '\u200b\u2060' }, ['name required']],
    ['a name of 101 code points', { name: '𠮷'.repeat(101) }, ['name too_long']],
    ['a list for a name', { name: ['a'] }, ['name wrong_type']],
    ['a number for a phone', { phone: 13800138000 }, ['phone wrong_type']],
    ['an object for an e-mail', { email: {} }, ['email wrong_type']],
    ['null for a company', { company: null }, ['company wrong_type']],
    ['a phone that is none', { phone: '12800138000' }, ['phone invalid']],
    ['a landline without area code', { phone: '58801024' }, ['phone invalid']],
    ['two addresses', { email: 'a@example.com,b@example.com' }, ['email invalid']],
    ['an e-mail without a domain', { email: 'a@localhost' }, ['email invalid']],
    ['an e-mail with a dot too many', { email: '.a@b.cn' }, ['email invalid']],
    ['an e-mail with two dots', { email: 'a..b@b.cn' }, ['email invalid']],
    ['an e-mail of a domain that begins with a dash', { email: 'a@-b.cn' }, ['email invalid']],
    ['a name that is drawn as nothing', { name: '\u2800\u3164' }, ['name required']],
    ['an e-mail with an empty label', { email: 'a@b..cn' }, ['email invalid']],
    ['an e-mail that is too long', { email: `${'a'.repeat(60)}@${'b'.repeat(200)}.com` }, ['email too_long']],
    ['NUL', { name: 'a\u0000b' }, ['name invalid']],
    ['a control character', { company: 'a\u0007b' }, ['company invalid']],
    ['a lone surrogate', { name: 'a\ud800b' }, ['name invalid']],
    ['a right-to-left override', { company: 'a\u202eb' }, ['company invalid']],
    ['a company of 201 code points', { company: 'x'.repeat(201) }, ['company too_long']],
    ['no agreement', { policy_version: undefined }, ['policy_version required']],
    ['an unticked box', { policy_version: '' }, ['policy_version required']],
    ['true for an agreement', { policy_version: true }, ['policy_version wrong_type']],
    ['a policy never published', { policy_version: '1999' }, ['policy_version invalid']],
    ['another language', { locale: 'fr' }, ['locale invalid']],
    ['a fifth field', { message: 'hello' }, ['message unknown_field']],
    ['a field with a number', { line2: 'hello' }, ['line2 unknown_field']],
    ['a phone number for a name', { a13800138000: 1 }, ['(other) unknown_field']],
    ['several at once', { name: '', email: 'x' }, ['name required', 'email invalid']],
  ])('%s: 422, nothing stored', async (_, change, errors) => {
    const { db, post } = await startPublished();
    const response = await post(path, { ...lead, ...change });
    expect(response.headers.get('Content-Type')).toBe('application/problem+json');
    expect(await readProblem(response)).toEqual({ slug: 'invalid-fields', status: 422, errors });
    expect(await db.selectFrom('leads').selectAll().execute()).toEqual([]);
  });

  it('name and company at their very limit are accepted', async () => {
    const { post } = await startPublished();
    expect((await post(path, { ...lead, name: '𠮷'.repeat(100), company: 'x'.repeat(200) })).status).toBe(201);
  });

  it('[C4] records the language of the policy that was shown, where the form has another', async () => {
    const { db, post, services } = await start();
    const { documents, ...policy } = draft('2026-01');
    await publishPolicy(db, { ...policy, documents: documents.slice(0, 1) }, operator, services.now());
    expect((await post(path, { ...lead, locale: 'en' })).status).toBe(201);
    expect(await db.selectFrom('leads').select('locale').execute()).toEqual([{ locale: 'zh-CN' }]);
  });

  it.each(['en; q=0.9, zh;q=0.1', 'EN-us', 'fr, en;Q=0.5'])('speaks English to %s', async language => {
    const { post } = await startPublished();
    const response = await post(path, { ...lead, name: '' }, { 'Accept-Language': language });
    expect(response.headers.get('Content-Language')).toBe('en');
  });

  it('[C4] a policy that is no longer current as outdated, one not yet in force as invalid', async () => {
    const { post, publish, advance } = await startPublished();
    await publish('2026-02', { effective_at: '2026-11-24T00:00:00.000Z' });
    expect((await readProblem(await post(path, { ...lead, policy_version: '2026-02' }))).errors).toEqual([
      'policy_version invalid',
    ]);
    advance(24 * 3_600_000);
    expect((await readProblem(await post(path, lead))).errors).toEqual(['policy_version outdated']);
    expect((await post(path, { ...lead, policy_version: '2026-02' })).status).toBe(201);
  });

  it.each([
    ['{"name":', 'malformed-json', 400],
    ['', 'malformed-json', 400],
    ['[]', 'invalid-fields', 422],
    ['"text"', 'invalid-fields', 422],
    ['null', 'invalid-fields', 422],
    ['['.repeat(8_000), 'malformed-json', 400],
    [`{"__proto__":1,"name":"${'x'.repeat(16_400)}"}`, 'payload-too-large', 413],
  ])('the body %#', async (sent, slug, status) => {
    const { post } = await startPublished();
    expect(await readProblem(await post(path, sent))).toMatchObject({ slug, status });
  });

  it('text that is no UTF-8, JSON or form', async () => {
    const { app } = await startPublished();
    const broken = Buffer.concat([Buffer.from('{"name":"'), Buffer.from([0xff]), Buffer.from('"}')]);
    const request = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: broken };
    expect(await readProblem(await app.request(origin + path, request))).toMatchObject({
      slug: 'malformed-json',
      status: 400,
    });
    const form = { method: 'POST', headers: urlencoded, body: `${new URLSearchParams(lead)}&name=%FF` };
    expect((await app.request(origin + path, form)).status).toBe(422);
    const replaced = {
      method: 'POST',
      headers: urlencoded,
      body: String(new URLSearchParams(lead)).replace(/name=[^&]*/, 'name=%FF'),
    };
    expect((await readProblem(await app.request(origin + path, replaced))).errors).toEqual(['name invalid']);
  });

  it('[C1] __proto__ and constructor as unknown fields', async () => {
    const { post } = await startPublished();
    const sent = JSON.stringify(lead).replace('{', '{"__proto__":{"policy_version":"x"},"constructor":1,');
    expect((await readProblem(await post(path, sent))).errors).toEqual([
      '__proto__ unknown_field',
      'constructor unknown_field',
    ]);
  });

  it('a field that stands twice in a form', async () => {
    const { app } = await startPublished();
    const body = `${new URLSearchParams(lead)}&email=second%40example.com`;
    const response = await app.request(origin + path, { method: 'POST', headers: urlencoded, body });
    expect((await readProblem(response)).errors).toEqual(['email wrong_type']);
  });

  it('more than 16 KiB, also without Content-Length', async () => {
    const { app, post } = await startPublished();
    const large = JSON.stringify({ ...lead, company: 'x'.repeat(17_000) });
    expect(await readProblem(await post(path, large, { 'Content-Length': String(large.length) }))).toMatchObject({
      slug: 'payload-too-large',
      status: 413,
    });
    const stream = new Blob([large]).stream();
    const init = {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: stream,
      duplex: 'half',
    } as RequestInit;
    expect(await readProblem(await app.request(origin + path, init))).toMatchObject({
      slug: 'payload-too-large',
      status: 413,
    });
    const small = new Blob([JSON.stringify(lead)]).stream();
    expect((await app.request(origin + path, { ...init, body: small } as RequestInit)).status).toBe(201);
  });

  it.each(['text/plain', 'multipart/form-data', 'application/json; charset=gbk', ''])(
    'the content type %s',
    async type => {
      const { post } = await startPublished();
      expect(await readProblem(await post(path, lead, { 'Content-Type': type }))).toMatchObject({
        slug: 'unsupported-media-type',
        status: 415,
      });
    },
  );

  it('a form that does not exist, and other methods', async () => {
    const { app, post, get } = await startPublished();
    expect(await readProblem(await post('/forms/newsletter', lead))).toMatchObject({
      slug: 'unknown-form',
      status: 404,
    });
    expect(await readProblem(await get('/forms/newsletter'))).toMatchObject({ slug: 'unknown-form', status: 404 });
    const wrong = await app.request(origin + path, { method: 'PUT' });
    expect(wrong.headers.get('Allow')).toBe('GET, HEAD, POST');
    expect(await readProblem(wrong)).toMatchObject({ slug: 'method-not-allowed', status: 405 });
  });

  it('another website', async () => {
    const { db, post, app } = await startPublished();
    for (const evil of [
      'https://evil.example',
      'null',
      'https://www.example.com.evil.example',
      'http://www.example.com',
    ]) {
      const response = await post(path, lead, { Origin: evil });
      expect(response.headers.get('Access-Control-Allow-Origin')).toBeNull();
      expect(await readProblem(response)).toMatchObject({ slug: 'origin-not-allowed', status: 403 });
    }
    const cross = {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Sec-Fetch-Site': 'cross-site' },
      body: JSON.stringify(lead),
    };
    expect((await app.request(origin + path, cross)).status).toBe(403);
    expect(await db.selectFrom('leads').selectAll().execute()).toEqual([]);
  });

  it('never repeats what was sent, as a value or as a field name', async () => {
    const { post } = await startPublished();
    const response = await post(path, {
      ...lead,
      email: 'not-an-address',
      'zhang.san@example.com': '1',
      '13800138000': '2',
    });
    const text = await response.text();
    expect(response.status).toBe(422);
    expect(text).not.toMatch(/欧阳|138 ?0013|not-an-address|zhang\.san/i);
  });

  it('in the language of the form, else of the browser', async () => {
    const { post } = await startPublished();
    const title = async (sent: object, language: string) =>
      ((await (await post(path, sent, { 'Accept-Language': language })).json()) as { title: string }).title;
    expect(await title({ ...lead, name: '' }, 'en-GB,en;q=0.9')).toBe('Something needs correcting');
    expect(await title({ ...lead, name: '' }, 'fr;q=1, zh;q=0.5, en;q=0.4')).toBe('有内容需要更正');
    expect(await title({ ...lead, name: '', locale: 'en' }, 'zh-CN')).toBe('Something needs correcting');
    expect(await title({ ...lead, name: '', locale: 7 }, 'en')).toBe('Something needs correcting');
  });
});
