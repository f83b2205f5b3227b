import { describe, expect, it } from 'vitest';
import { lead, readProblem, startPublished } from '../support/harness.ts';

const form = '/forms/mini-ai-experience';

/** Starts an app that stores a lead and shows what staff see of it. */
async function startTyping() {
  const started = await startPublished();
  const { post, pull } = started;
  return {
    ...started,
    async store(typed: Partial<typeof lead>): Promise<string> {
      const response = await post(form, { ...lead, ...typed });
      expect(response.status, JSON.stringify(typed)).toBe(201);
      return ((await response.json()) as { id: string }).id;
    },
    async show(id: string) {
      return (await (await pull(`/leads/${id}?view=clear`)).json()) as typeof lead & { earlier_lead_id: string | null };
    },
    async search(filter: Record<string, string>) {
      const found = await pull(`/leads?order=desc&${new URLSearchParams(filter)}`);
      expect(found.status).toBe(200);
      return ((await found.json()) as { leads: { id: string }[] }).leads.map(({ id }) => id);
    },
  };
}

describe('an e-mail address', () => {
  it('is one address in every spelling that reaches the same mailbox, and is shown as typed', async () => {
    const { store, show, search } = await startTyping();
    const spellings = [
      'shop@例子.中国',
      'Shop@xn--fsqu00a.xn--fiqs8s',
      'SHOP＠例子。中国',
      '\u200bshop@XN--FSQU00A.中国 ',
    ];
    const ids: string[] = [];
    for (const [n, email] of spellings.entries()) ids.unshift(await store({ email, phone: `1380013800${n}` }));
    for (const email of spellings) expect(await search({ email }), email).toEqual(ids);
    const [newest, ...earlier] = ids;
    expect((await show(newest!)).earlier_lead_id).toBe(earlier[0]);
    const shown = await Promise.all(ids.reverse().map(async id => (await show(id)).email));
    expect(shown).toEqual(['shop@例子.中国', 'Shop@xn--fsqu00a.xn--fiqs8s', 'SHOP@例子.中国', 'shop@XN--FSQU00A.中国']);
  });

  it.each([
    ['straße.example', 'xn--strae-oqa.example'],
    ['faß.例え.jp', 'xn--fa-hia.xn--r8jz45g.jp'],
    ['BÜCHER.example', 'bücher.EXAMPLE'],
  ])('at %s is that at %s', async (one, other) => {
    const { store, search } = await startTyping();
    const id = await store({ email: `user@${one}` });
    expect(await search({ email: `User@${other}` })).toEqual([id]);
  });

  it.each(['a@b.123', `a@${'b'.repeat(64)}.cn`, 'a@xn--a.cn', 'user@例子.com/a.cn'])(
    'at a host that none can have is refused, as JSON, on the page and from staff (%s)',
    async email => {
      const { store, post, submit, ask } = await startTyping();
      const refused = { status: 422, errors: ['email invalid'] };
      expect(await readProblem(await post(form, { ...lead, email }))).toMatchObject(refused);
      const page = await submit(`${form}?lang=en`, { ...lead, email, locale: 'en' });
      expect(page.status).toBe(422);
      expect(await page.text()).toMatch(/id="email-error"[^>]*>Please enter one valid email address/);
      expect(await readProblem(await ask('PATCH', `/leads/${await store({})}`, { email }))).toMatchObject(refused);
    },
  );

  it('is stored as it can be delivered to, and refused with characters inside that nobody sees', async () => {
    const { store, show, post } = await startTyping();
    for (const email of [
      'ｕｓｅｒ@ｅｘａｍｐｌｅ.ｃｏｍ',
      'user＠example.com',
      'user@example。com',
      '\u200buser@example.com\u2060',
    ])
      expect((await show(await store({ email }))).email).toBe('user@example.com');
    for (const email of ['us\u200ber@example.com', 'user@exam\u00adple.com']) {
      const refused = await post(form, { ...lead, email });
      expect(await refused.json()).toMatchObject({
        status: 422,
        errors: [{ field: 'email', code: 'invalid', message: expect.stringMatching(/\S/) }],
      });
    }
  });

  it('is corrected by staff under the same rule', async () => {
    const { store, show, ask, search } = await startTyping();
    const id = await store({});
    expect((await ask('PATCH', `/leads/${id}`, { email: ' ｓhop＠例子。中国\u200b' })).status).toBe(200);
    expect((await show(id)).email).toBe('shop@例子.中国');
    expect(await search({ email: 'shop@xn--fsqu00a.xn--fiqs8s' })).toEqual([id]);
  });
});

it('a name keeps its joiners', async () => {
  const { store, show } = await startTyping();
  expect((await show(await store({ name: 'می\u200cخواهم 👩\u200d💻' }))).name).toBe('می\u200cخواهم 👩\u200d💻');
});

it('a phone is found in any spelling, with its extension and without a trunk zero', async () => {
  const { store, show, search } = await startTyping();
  const line = await store({ phone: '02558801024,802' });
  for (const phone of ['025-58801024;802', '(025)58801024 内线802', '025 5880 1024（802）', '+86 25 58801024 转 802'])
    expect(await search({ phone }), phone).toEqual([line]);
  expect((await show(line)).phone).toBe('+862558801024;ext=802');
  const taipei = await store({ phone: '+886 2 2345 6789 內線 802' });
  expect((await show(taipei)).phone).toBe('+886223456789;ext=802');
  const moscow = await store({ phone: '+7 8 (495) 123-45-67' });
  expect((await show(moscow)).phone).toBe('+74951234567');
  expect(await search({ phone: '+7 495 1234567' })).toEqual([moscow]);
  const abroad = await store({ phone: '+886 0912 345 678' });
  expect((await show(abroad)).phone).toBe('+886912345678');
  expect(await search({ phone: '+886 912345678' })).toEqual([abroad]);
});

describe('a receipt code', () => {
  it.each([
    (code: string) => `回执码：${code}`,
    (code: string) => `回执码\n${code}`,
    (code: string) => `Receipt code: ${code}`,
    (code: string) => `receipt code ${code.toLowerCase()}`,
    (code: string) => `Receipt code\r\n${code}.`,
    (code: string) => `${code}。`,
    (code: string) => `。${code}.`,
    (code: string) => `回执码。\n${code}`,
    (code: string) => `\u200b${code}\u200b`,
    (code: string) => ` ${code.replaceAll('-', '\u200b')} `,
    (code: string) => code.replace(/[A-Z0-9]/g, sign => String.fromCharCode(sign.charCodeAt(0) + 0xfee0)),
  ])('is read with what is copied along with it (%#)', async write => {
    const { post } = await startPublished();
    const { receipt_code } = (await (await post(form, lead)).json()) as { receipt_code: string };
    expect((await post('/withdrawals', { receipt_code: write(receipt_code) })).status).toBe(200);
  });

  it('is not read out of other texts', async () => {
    const { post } = await startPublished();
    const { receipt_code } = (await (await post(form, lead)).json()) as { receipt_code: string };
    for (const typed of [
      `code ${receipt_code}`,
      `${receipt_code} ${receipt_code}`,
      `${' '.repeat(300)}${receipt_code}`,
    ])
      expect((await post('/withdrawals', { receipt_code: typed })).status, typed).toBe(404);
    expect((await post('/withdrawals', { receipt_code })).status).toBe(200);
  });
});

describe('Content-Type', () => {
  it.each([
    'application/json; profile="x"',
    'application/json; charset=utf-8; profile="a; charset=gbk"',
    'application/json;v=2;charset="UTF-8"',
    'APPLICATION/JSON ; Charset=utf8',
    'application/json;',
  ])('%s is read as JSON', async type => {
    const { post } = await startPublished();
    expect((await post(form, lead, { 'Content-Type': type })).status).toBe(201);
  });

  it.each([
    'application/json; charset=gbk',
    'application/json; profile=x; charset="iso-8859-1"',
    'application/jsonp; charset=utf-8',
  ])('%s is refused', async type => {
    const { post } = await startPublished();
    expect((await post(form, lead, { 'Content-Type': type })).status).toBe(415);
  });
});

describe('a name that staff type', () => {
  it('is stored trimmed and found so', async () => {
    const { store, ask, search } = await startTyping();
    const id = await store({});
    const changed = await ask('PATCH', `/leads/${id}`, { assigned_to: ' 王芳 ' });
    expect(await changed.json()).toMatchObject({ assigned_to: '王芳' });
    for (const assigned_to of ['王芳', ' 王芳']) expect(await search({ assigned_to })).toEqual([id]);
    const made = await ask('POST', '/tokens', { holder: ' 王芳 ', role: 'sales' }, 'admin');
    expect(await made.json()).toMatchObject({ holder: '王芳' });
  });

  it.each([
    ...['\u202e王芳', '王\u200f芳', '王芳\u2066', '\u061c王芳', 'a\u0007'].map(typed => [typed, 'invalid'] as const),
    ...[' ', '\u3000'].map(typed => [typed, 'required'] as const),
    ['x'.repeat(101), 'too_long'] as const,
  ])('%j is refused as %s', async (typed, code) => {
    const { store, ask } = await startTyping();
    const id = await store({});
    const changed = await ask('PATCH', `/leads/${id}`, { assigned_to: typed });
    expect(await readProblem(changed)).toMatchObject({ status: 422, errors: [`assigned_to ${code}`] });
    const made = await ask('POST', '/tokens', { holder: typed, role: 'sales' }, 'admin');
    expect(await readProblem(made)).toMatchObject({ status: 422, errors: [`holder ${code}`] });
  });
});

describe('an Idempotency-Key whose lead was erased', () => {
  const Key = { 'Idempotency-Key': 'one' };
  const others: [string, object | string][] = [
    ['the same', lead],
    ['another name', { ...lead, name: 'Ada' }],
    ['a wrong phone', { ...lead, phone: '12' }],
    ['nothing', {}],
    ['an unknown field', { ...lead, source: 'x' }],
    ['another policy', { ...lead, policy_version: '2020' }],
    ['a website to return to that is not allowed', { ...lead, return_to: 'https://evil.example' }],
  ];

  it.each(['withdrawn', 'erased by staff'])('answers 410 for 24 hours, whatever is sent with it (%s)', async how => {
    const { post, ask, db, advance } = await startPublished();
    const first = (await (await post(form, lead, Key)).json()) as { id: string; receipt_code: string };
    if (how === 'withdrawn') await post('/withdrawals', { receipt_code: first.receipt_code });
    else await ask('DELETE', `/leads/${first.id}`);
    const count = async () => (await db.selectFrom('leads').select('id').execute()).length;
    advance(24 * 3_600_000 - 1);
    for (const [what, sent] of others)
      for (const path of [form, '/forms/ecological-cooperation'])
        expect(await readProblem(await post(path, sent, Key)), what).toMatchObject({ slug: 'gone', status: 410 });
    const unreadable = { ...lead, company: 'x'.repeat(20_000) };
    expect((await post(form, unreadable, Key)).status).toBe(410);
    expect((await post(form, lead, { ...Key, 'Content-Type': 'text/plain' })).status).toBe(410);
    expect((await post(form, lead, { ...Key, 'Content-Type': 'text/plain', Accept: 'text/html' })).status).toBe(410);
    expect(await count()).toBe(1);
    expect((await post(form, unreadable, { 'Idempotency-Key': 'two' })).status).toBe(413);
    expect((await post(form, {}, { 'Idempotency-Key': 'two' })).status).toBe(422);
    advance(1);
    expect((await post(form, lead, Key)).status).toBe(201);
  });
});
