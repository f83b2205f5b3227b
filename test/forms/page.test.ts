import { sql } from 'kysely';
import { beforeEach, describe, expect, it } from 'vitest';
import { Unavailable } from '../../db/database.ts';
import { browser_accept, lead, origin, readProblem, site, startPublished } from '../support/harness.ts';
import { getPageFields, readPageFields } from '../support/proofs.ts';

const form = 'mini-ai-experience';
const path = `/forms/${form}`;
const receipt_cookie = '__Host-receipt-mini-ai-experience';
const typed = { ...lead, name: '"李雷" <b>', locale: 'en' };

let started: Awaited<ReturnType<typeof startPublished>>;
beforeEach(async () => {
  started = await startPublished({ BOT_CHECK: 'on', FORM_LIMIT_PER_MINUTE: '10' });
});

/** Opens a form's page and returns its fields after the time that a person needs to type. */
async function openPage(form_path = form) {
  const fields = await getPageFields(started, form_path);
  started.advance(30_000);
  return fields;
}
const countLeads = async () => (await started.db.selectFrom('leads').select('id').execute()).length;

describe('GET /forms/:form', () => {
  it('[C4] is a whole form in the language asked for, with an unticked box and a link to the policy', async () => {
    const response = await started.get(`${path}?lang=en`);
    expect(response.status).toBe(200);
    expect(response.headers.get('Content-Type')).toMatch(/^text\/html/);
    expect(response.headers.get('Content-Language')).toBe('en');
    const page = await response.text();
    for (const [name, autocomplete] of [
      ['name', 'name'],
      ['phone', 'tel'],
      ['email', 'email'],
      ['company', 'organization'],
    ])
      expect(page).toMatch(
        new RegExp(
          `<label for="${name}">[\\s\\S]*<input id="${name}" name="${name}" type="\\w+" autocomplete="${autocomplete}"`,
        ),
      );
    expect(page).toMatch(/<input id="policy_version" name="policy_version" type="checkbox" value="2026-01" required>/);
    expect(page).toContain('<a href="/policies/2026-01?lang=en" target="_blank" rel="noopener">');
    expect(page).toContain('<form class="card" method="post" action="/forms/mini-ai-experience" novalidate>');
    expect(await (await started.get(path, { 'Accept-Language': 'zh-CN' })).text()).toContain('<html lang="zh-CN">');
  });

  it('[P1] allows no script, no frame, no cache, and posts that lead to the websites', async () => {
    const { headers } = await started.get(path);
    expect(headers.get('Content-Security-Policy')).toBe(
      `default-src 'none'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self' ${site}; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'`,
    );
    expect(headers.get('Cache-Control')).toBe('no-store');
    expect(headers.get('X-Content-Type-Options')).toBe('nosniff');
    expect(headers.get('Referrer-Policy')).toBe('strict-origin-when-cross-origin');
    expect(headers.get('Strict-Transport-Security')).toBe('max-age=31536000; includeSubDomains');
  });

  it('says so before there is a policy', async () => {
    const { start } = await import('../support/harness.ts');
    const page = await (await (await start()).get(`${path}?lang=en`)).text();
    expect(page).toContain('can’t be used right now');
    expect(page).not.toContain('<form');
  });
});

describe('a post from the page', () => {
  it('leads to the thanks, which show the receipt code once', async () => {
    const answer = await started.submit(path, { ...typed, ...(await openPage()) });
    expect(answer.status).toBe(303);
    expect(answer.headers.get('Location')).toBe(`${path}/thanks?lang=en&sent=1`);
    expect(answer.headers.get('Cache-Control')).toBe('no-store');
    const cookie = answer.headers.get('Set-Cookie')!;
    expect(cookie).toMatch(
      /^__Host-receipt-mini-ai-experience=[0-9A-Z-]{23}; Max-Age=600; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
    const code = /=([^;]+)/.exec(cookie)![1]!;
    const thanks = await started.get(`${path}/thanks?lang=en`, { Cookie: `${receipt_cookie}=${code}` });
    expect(thanks.headers.get('Set-Cookie')).toMatch(/^__Host-receipt-mini-ai-experience=; Max-Age=0; Path=\/;/);
    expect(thanks.headers.get('Cache-Control')).toBe('no-store');
    expect(await thanks.text()).toContain(`value="${code}"`);
    expect(await (await started.get(`${path}/thanks?lang=en`)).text()).not.toContain(code);
    expect((await started.submit('/withdrawals', { receipt_code: code })).status).toBe(200);
  });

  it('brings the receipt over plain http too, where browsers drop a cookie that asks for https', async () => {
    const address = 'http://leads.lan:8787';
    const lan = await startPublished({ PUBLIC_URL: address, NODE_ENV: 'development' });
    const answer = await lan.submit(path, lead, { Origin: address });
    expect(answer.headers.get('Set-Cookie')).toMatch(
      /^receipt-mini-ai-experience=[0-9A-Z-]{23}; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax$/,
    );
    const [Cookie = ''] = answer.headers.get('Set-Cookie')!.split(';');
    const thanks = await (await lan.get(`${path}/thanks`, { Cookie })).text();
    expect(thanks).toContain(`value="${Cookie.split('=')[1]}"`);
  });

  it('says nothing was sent to whoever opens the thanks by themselves, and thanks a browser without cookies', async () => {
    const opened = await (await started.get(`${path}/thanks?lang=en`)).text();
    expect(opened).toMatch(/Nothing has been sent[\s\S]*href="\/forms\/mini-ai-experience\?lang=en"/);
    expect(opened).not.toContain('Thank you');
    const sent = await (await started.get(`${path}/thanks?lang=en&sent=1`)).text();
    expect(sent).toMatch(/Thank you[\s\S]*accept cookies/);
  });

  it('shows nobody’s words for a receipt code', async () => {
    const page = await (await started.get(`${path}/thanks`, { Cookie: `${receipt_cookie}=call-us-at-555` })).text();
    expect(page).not.toContain('555');
  });

  it('takes no receipt from a cookie that another host of the domain could have set, nor from another form', async () => {
    const code = '7Q4M9-XTR2H-KD3VW-A8B5C';
    for (const name of ['receipt', 'receipt-mini-ai-experience', '__Host-receipt-ecological-cooperation'])
      expect(await (await started.get(`${path}/thanks`, { Cookie: `${name}=${code}` })).text()).not.toContain(code);
  });

  it('leads back to a website that is allowed, and to no other', async () => {
    const return_to = `${site}/thanks?from=form`;
    const page = await (await started.get(`${path}?lang=en&return_to=${encodeURIComponent(return_to)}`)).text();
    expect(page).toContain(`<input type="hidden" name="return_to" value="${return_to}">`);
    const fields = { ...typed, return_to, ...(await openPage()) };
    expect((await started.submit(path, fields)).headers.get('Location')).toBe(return_to);
    for (const evil of [
      'https://evil.example/',
      `https://www.example.com@evil.example/`,
      '//evil.example',
      '/x',
      'javascript:alert(1)',
      `${site}.evil.example`,
      'https://user@www.example.com/',
      'null',
      'data:text/html,x',
      'https:\\\\evil.example',
      `https://evil.example/#${site}`,
      'https://evil.example\r\nSet-Cookie: consent=x',
      `blob:${site}/x`,
      `filesystem:${site}/temporary/x`,
    ]) {
      expect(await (await started.get(`${path}?return_to=${encodeURIComponent(evil)}`)).text()).not.toMatch(
        /name="return_to"|evil/,
      );
      const refused = await started.submit(path, { ...fields, return_to: evil });
      expect(refused.status).toBe(422);
      expect(await refused.text()).not.toMatch(/name="return_to"|evil/);
      expect((await readProblem(await started.post(path, { ...lead, return_to: evil }))).errors).toEqual([
        'return_to not_allowed',
      ]);
    }
    expect(await countLeads()).toBe(1);
    const split = `${site}/a\r\nSet-Cookie: consent=x\r\n\r\n<p>`;
    const answer = await started.submit(path, { ...typed, return_to: split, ...(await openPage()) });
    expect(answer.headers.get('Location')).toBe(`${site}/aSet-Cookie:%20consent=x%3Cp%3E`);
    expect(answer.headers.getSetCookie()).toHaveLength(1);
  });

  it('with mistakes gets the form again: all kept, each mistake named at the top and beside its field', async () => {
    const fields = await openPage();
    const response = await started.submit(path, { ...typed, phone: '12345', email: 'no', ...fields, return_to: site });
    expect(response.status).toBe(422);
    expect(response.headers.get('Cache-Control')).toBe('no-store');
    const page = await response.text();
    expect(page).toContain('<title>2 entries need your attention · Mini AI experience request</title>');
    expect(page).toMatch(
      /<div class="notice alarm" role="alert" tabindex="-1" autofocus>[\s\S]*<a href="#phone">[\s\S]*<a href="#email">/,
    );
    expect(page).toContain('value="&quot;李雷&quot; &lt;b&gt;"');
    expect(page).toMatch(/value="12345" required aria-invalid="true" aria-describedby="phone-hint phone-error"/);
    expect(page).toMatch(/<p class="error" id="email-error" data-field-error="email">/);
    expect(page).toMatch(/type="checkbox" value="2026-01" required checked>/);
    expect(page).toContain(`<input type="hidden" name="return_to" value="${site}/">`);
    expect(readPageFields(page)).toEqual(fields);
    expect(page).toContain('<html lang="en">');
    expect((await started.submit(path, { ...typed, ...fields })).status).toBe(303);
  });

  it('[C4] without the tick, or under a policy that has changed, is asked to agree', async () => {
    const { policy_version: _, ...unticked } = typed;
    const fields = await openPage();
    const page = await (await started.submit(path, { ...unticked, ...fields })).text();
    expect(page).toMatch(/<a href="#policy_version">/);
    expect(page).not.toContain('checked');
    await started.publish('2026-02', { effective_at: started.services.now().toISOString() });
    const renewed = await started.submit(path, { ...typed, ...fields });
    expect(renewed.status).toBe(422);
    const text = await renewed.text();
    expect(text).toMatch(/value="2026-02" required aria-invalid="true"/);
    expect(text).toContain(`value="${lead.phone}"`);
    expect(text).not.toContain('checked');
    expect((await started.submit(path, { ...typed, policy_version: '2026-02', ...readPageFields(text) })).status).toBe(
      303,
    );
  });

  it('too fast, too late or as a robot: all kept, and the next press gets through', async () => {
    const fast = await getPageFields(started);
    const early = await started.submit(path, { ...typed, ...fast });
    expect(early.status).toBe(403);
    const again = await early.text();
    expect(again).toContain('faster than we expect');
    expect(again).toContain(`value="${lead.phone}"`);
    expect(readPageFields(again)).toEqual(fast);
    started.advance(3_000);
    expect((await started.submit(path, { ...typed, ...fast })).status).toBe(303);

    const stale = await openPage();
    started.advance(24 * 3_600_000);
    for (const wrong of [stale, { ...stale, website: 'x' }, {}]) {
      const refused = await started.submit(path, { ...typed, ...wrong });
      expect(refused.status).toBe(403);
      const page = await refused.text();
      expect(page).toContain('role="alert"');
      expect(page).toContain('value="&quot;李雷&quot; &lt;b&gt;"');
      const fresh = readPageFields(page);
      expect(fresh).not.toEqual(stale);
      started.advance(60_000);
      expect((await started.submit(path, { ...typed, ...fresh })).status).toBe(303);
    }
  });

  it('by a button pressed twice is one lead, and both answers have its receipt', async () => {
    const fields = { ...typed, ...(await openPage()) };
    const answers = await Promise.all(Array.from({ length: 5 }, () => started.submit(path, fields)));
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 403, 403, 403, 403]);
    const first = answers.find(({ status }) => status === 303)!;
    const code = /=([^;]+)/.exec(first.headers.get('Set-Cookie')!)![1]!;
    for (const answer of answers.filter(({ status }) => status === 403))
      expect(await answer.text()).toContain(`value="${code}"`);
    expect(await countLeads()).toBe(1);
    await started.publish('2026-02', { effective_at: started.services.now().toISOString() });
    expect(await (await started.submit(path, fields)).text()).toContain(`value="${code}"`);
    const other = await (
      await started.submit(path, { ...fields, company: 'Another', policy_version: '2026-02' })
    ).text();
    expect(other).not.toContain(code);
    expect(other).toContain('has been sent once already');
    started.advance(5_000);
    const another = { ...fields, company: 'Another', policy_version: '2026-02', ...readPageFields(other) };
    expect((await started.submit(path, another)).status).toBe(303);
    expect(await countLeads()).toBe(2);
  });

  it('under a key that was sent with other content gets the form again, as a page', async () => {
    const key = { 'Idempotency-Key': 'k' };
    const fields = { ...typed, ...(await openPage()) };
    expect((await started.submit(path, fields, key)).status).toBe(303);
    expect((await started.submit(path, fields, key)).status).toBe(303);
    const refused = await started.submit(path, { ...fields, company: 'Another' }, key);
    expect(refused.status).toBe(422);
    expect(await refused.text()).toMatch(/This Idempotency-Key was used with other content[\s\S]*value="Another"/);
    const [{ id } = { id: '' }] = await started.db.selectFrom('leads').select('id').execute();
    expect((await started.ask('DELETE', `/leads/${id}`)).status).toBe(204);
    const gone = await started.submit(path, fields, key);
    expect(gone.status).toBe(410);
    expect(await gone.text()).toMatch(/Send a new inquiry with a new key[\s\S]*value="Zhang.San@example.com"/);
    expect(await countLeads()).toBe(1);
  });

  it('while the database takes nothing keeps all that was typed, and the same page gets through afterwards', async () => {
    const fields = { ...typed, ...(await openPage()) };
    const limitPages = (pages: number) =>
      started.db.atomic([sql`pragma max_page_count = ${sql.lit(pages)}`.compile(started.db)]);
    await limitPages(1);
    let refused = await started.submit(path, fields);
    for (let n = 0; n < 40 && refused.status === 303; n++)
      refused = await started.submit(path, { ...typed, ...(await openPage()) });
    expect([refused.status, refused.headers.get('Retry-After')]).toEqual([503, '5']);
    const page = await refused.text();
    expect(page).toContain('can’t store this just now');
    expect(page).toContain('value="Zhang.San@example.com"');
    expect(page).toMatch(/value="2026-01" required checked/);
    expect(started.lines.at(-2)).toMatch(/"event":"unavailable".*"code":"SQLITE_FULL"/);
    const stored = await countLeads();
    await limitPages(1_000_000);
    expect((await started.submit(path, { ...typed, ...readPageFields(page) })).status).toBe(303);
    expect(await countLeads()).toBe(stored + 1);
  });

  it('without its token, while the database cannot even be read for the page, keeps all that was typed', async () => {
    started.db.read = () => Promise.reject(new Unavailable(new Error('disk I/O error')));
    const refused = await started.submit(path, typed);
    expect(refused.status).toBe(503);
    expect(await refused.text()).toContain('value="Zhang.San@example.com"');
  });

  it('case L7 with 2,000 Chinese characters as the company gets the form again, with all of them', async () => {
    const company = '司'.repeat(2_000);
    const refused = await started.submit(path, { ...typed, ...(await openPage()), company });
    expect(refused.status).toBe(413);
    const page = await refused.text();
    expect(page).toContain(`value="${company}"`);
    expect(page).toContain('data-field-error="company"');
    expect(page).toContain('value="Zhang.San@example.com"');
    const large = await started.submit(path, { ...typed, company: '', form_token: 'x'.repeat(20_000) });
    expect([large.status, (await large.text()).includes('value="Zhang.San@example.com"')]).toEqual([413, true]);
    const huge = await started.submit(path, { ...typed, company: company.repeat(3) }, { 'Accept-Language': 'en' });
    expect(huge.status).toBe(413);
    expect(await huge.text()).toMatch(/That was too long[\s\S]*href="\/forms\/mini-ai-experience\?lang=en"/);
    const json = await started.submit(path, { ...typed, company }, { Accept: 'application/json' });
    expect(json.headers.get('Content-Type')).toBe('application/problem+json');
    expect(await countLeads()).toBe(0);
  });

  it('case L7 as multipart is read like any other form, without files', async () => {
    const post = (extra?: [string, Blob]) => {
      const form = new FormData();
      for (const [name, value] of Object.entries(typed)) form.append(name, value);
      if (extra) form.append(...extra);
      const request = new Request(`${origin}${path}`, { method: 'POST', body: form });
      return started.app.request(
        new Request(request, {
          headers: { ...Object.fromEntries(request.headers), Origin: origin, Accept: browser_accept },
        }),
      );
    };
    started.services.settings.bot_check = false;
    const stored = await post();
    expect([stored.status, await countLeads()]).toEqual([303, 1]);
    for (const file of [new Blob(['x']), new Blob([new Uint8Array([0xff, 0xfe])])])
      expect((await post(['company', file])).status).toBe(415);
    expect(await countLeads()).toBe(1);
  });

  it('too often gets the form again with the time to wait', async () => {
    const fields = await openPage();
    for (let count = 0; count < 10; count++) await started.submit(path, { ...typed, ...fields, website: 'x' });
    const refused = await started.submit(path, { ...typed, ...fields });
    expect(refused.status).toBe(429);
    expect(refused.headers.get('Retry-After')).toBe('6');
    const page = await refused.text();
    expect(page).toContain('wait 6 seconds');
    expect(page).toContain('value="Zhang.San@example.com"');
    expect(readPageFields(page)).toEqual(fields);
  });

  it('of another website is refused', async () => {
    const fields = { ...typed, ...(await openPage()) };
    expect((await started.submit(path, fields, { Origin: 'https://evil.example' })).status).toBe(403);
    expect((await started.submit(path, fields, { Origin: site })).status).toBe(303);
  });
});

it.each([
  [undefined, 201],
  ['*/*', 201],
  ['application/json', 201],
  ['application/json, text/html', 201],
  ['application/json, text/plain, */*', 201],
  ['text/html;q=0.5, application/json;q=0.6', 201],
  ['text/html;q=0, */*', 201],
  ['application/problem+json, text/html;q=0.9', 201],
  ['text/html;q=oops, application/json;q=0.1', 201],
  [browser_accept, 303],
  ['text/html', 303],
  ['text/*, application/json;q=0.9', 303],
  ['TEXT/HTML ; level=1 ; Q=0.9, application/json;q=0.8', 303],
  ['application/json;q=0, */*;q=0.1', 303],
])('Accept: %s is answered with %i', async (accept, status) => {
  const { app } = await startPublished();
  const headers = { 'Content-Type': 'application/json', ...(accept && { Accept: accept }) };
  const answer = await app.request(origin + path, { method: 'POST', headers, body: JSON.stringify(lead) });
  expect(answer.status).toBe(status);
});
