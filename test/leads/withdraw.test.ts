import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Conflict, Unavailable } from '../../db/database.ts';
import * as sqlite from '../../db/dialects/sqlite.ts';
import { createLead } from '../../db/leads/create.ts';
import { eraseLeads } from '../../db/leads/erase.ts';
import { findLeadConsent } from '../../db/leads/history.ts';
import { withdrawLead } from '../../db/leads/withdraw.ts';
import { engines } from '../support/engines.ts';
import { lead, noon, readProblem, type start, startPublished } from '../support/harness.ts';

const form = 'mini-ai-experience';
const path = `/forms/${form}`;
type Started = Awaited<ReturnType<typeof start>>;

async function sendLead({ post }: Started, headers = {}) {
  return (await (await post(path, lead, headers)).json()) as { id: string; receipt_code: string };
}

describe('POST /withdrawals', () => {
  it('[C5] [R5] erases the lead: its key, its values, and what its idempotency key was for; a tombstone, the consent and an event stay', async () => {
    const started = await startPublished();
    const { db, post, pull, advance } = started;
    const { id, receipt_code } = await sendLead(started, { 'Idempotency-Key': 'k' });
    const { next_cursor } = (await (await pull('/leads')).json()) as { next_cursor: string };
    advance(60_000);
    const response = await post('/withdrawals', { receipt_code });
    expect(response.status).toBe(200);
    expect(response.headers.get('Cache-Control')).toBe('no-store');
    expect(await response.json()).toEqual({ withdrawn_at: '2026-11-23T04:01:00.000Z', erased: true });
    const tombstone = { id, erased_at: '2026-11-23T04:01:00.000Z' };
    expect(await (await pull(`/leads?cursor=${next_cursor}`)).json()).toMatchObject({ leads: [tombstone] });
    expect(await (await pull(`/leads/${id}`)).json()).toEqual(tombstone);
    expect(await (await pull(`/leads?phone=${lead.phone}`)).json()).toMatchObject({ leads: [] });
    expect(await db.selectFrom('keys').selectAll().execute()).toEqual([]);
    expect(await db.selectFrom('once').select(['fingerprint', 'subject_id']).execute()).toEqual([
      { fingerprint: null, subject_id: null },
    ]);
    expect(await db.selectFrom('leads').select(['sealed', 'changed_at']).execute()).toEqual([
      { sealed: null, changed_at: '2026-11-23T04:01:00.000Z' },
    ]);
    expect(await findLeadConsent(db, id)).toEqual({
      form,
      policy_version: '2026-01',
      policy_sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      locale: 'zh-CN',
      received_at: '2026-11-23T04:00:00.000Z',
      withdrawn_at: tombstone.erased_at,
    });
    const events = await db.selectFrom('audit_events').selectAll().where('action', '=', 'lead.withdrawn').execute();
    expect(events).toMatchObject([{ actor: 'visitor', purpose: form, lead_id: id }]);
  });

  it('takes a code as people type it, and form posts', async () => {
    const started = await startPublished();
    const spellings = [
      (code: string) => code.toLowerCase(),
      (code: string) => code.replaceAll('-', ''),
      (code: string) => ` ${code.replaceAll('-', ' – ')} `,
      (code: string) => code.replaceAll('0', 'o').replaceAll('1', 'l'),
      (code: string) => code.replaceAll('0', 'O').replaceAll('1', 'I'),
      (code: string) =>
        [...code].map(letter => (letter === '-' ? '－' : String.fromCharCode(letter.charCodeAt(0) + 0xfee0))).join(''),
    ];
    for (const spell of spellings) {
      const { receipt_code } = await sendLead(started);
      expect((await started.post('/withdrawals', { receipt_code: spell(receipt_code) })).status).toBe(200);
    }
    const { receipt_code } = await sendLead(started);
    const urlencoded = { 'Content-Type': 'application/x-www-form-urlencoded' };
    expect((await started.post('/withdrawals', `receipt_code=${receipt_code}`, urlencoded)).status).toBe(200);
  });

  it('answers a wrong code and a used one alike', async () => {
    const started = await startPublished();
    const { receipt_code } = await sendLead(started);
    await started.post('/withdrawals', { receipt_code });
    const answers = [];
    for (const code of [receipt_code, 'AAAAA-AAAAA-AAAAA-AAAAA', 'nonsense', 'x'.repeat(10_000)]) {
      const response = await started.post('/withdrawals', { receipt_code: code });
      expect(response.status).toBe(404);
      answers.push((await response.text()).replace(/urn:uuid:[\w-]+/, ''));
    }
    expect(new Set(answers).size).toBe(1);
    expect(JSON.parse(answers[0]!).detail).toContain('回执码');
    const asked = { 'Accept-Language': 'en' };
    const { detail } = (await (await started.post('/withdrawals', { receipt_code: 'x' }, asked)).json()) as {
      detail: string;
    };
    expect(detail).toMatch(/^Nothing belongs to this receipt code/);
    expect(detail).not.toContain('address');
  });

  it('refuses other fields, none, other websites, and too many guesses', async () => {
    const { post, submit } = await startPublished({ FORM_LIMIT_PER_MINUTE: '5' });
    expect((await readProblem(await post('/withdrawals', {}))).errors).toEqual(['receipt_code required']);
    expect((await readProblem(await post('/withdrawals', { receipt_code: ' ' }))).errors).toEqual([
      'receipt_code required',
    ]);
    expect((await readProblem(await post('/withdrawals', { receipt_code: 'x', id: 1 }))).errors).toEqual([
      'id unknown_field',
    ]);
    expect((await post('/withdrawals', { receipt_code: 'x' }, { Origin: 'https://evil.example' })).status).toBe(403);
    for (let guess = 0; guess < 5; guess++)
      expect((await post('/withdrawals', { receipt_code: 'x' })).status).toBe(404);
    expect(await readProblem(await post('/withdrawals', { receipt_code: 'x' }))).toMatchObject({
      slug: 'too-many-requests',
    });
    const page = await submit('/withdrawals', { receipt_code: 'kept-code', locale: 'en' });
    expect(page.status).toBe(429);
    expect(page.headers.get('Retry-After')).toBe('12');
    expect(await page.text()).toMatch(/wait 12 seconds[\s\S]*value="kept-code"/);
  });

  it('keeps the code that was typed while the database is away, and erases nothing', async () => {
    const started = await startPublished();
    const { receipt_code } = await sendLead(started);
    started.db.atomic = () => Promise.reject(new Unavailable(new Error('disk I/O error')));
    const refused = await started.submit('/withdrawals', { receipt_code, locale: 'en' });
    expect([refused.status, refused.headers.get('Retry-After')]).toEqual([503, '5']);
    expect(await refused.text()).toContain(`value="${receipt_code}"`);
    expect(await started.db.selectFrom('leads').select('erased_at').execute()).toEqual([{ erased_at: null }]);
  });

  it('works as a page: asks, says what is wrong and keeps it, confirms', async () => {
    const started = await startPublished();
    const { get, submit } = started;
    const asked = await get('/withdrawals?lang=en');
    expect(asked.status).toBe(200);
    expect(await asked.text()).toContain('<label for="receipt_code">Receipt code</label>');
    const empty = await submit('/withdrawals', { receipt_code: '', locale: 'zh-CN' });
    expect(empty.status).toBe(422);
    expect(await empty.text()).toMatch(/href="#receipt_code"[\s\S]*aria-invalid="true"/);
    const wrong = await submit('/withdrawals', { receipt_code: '"><b>typed', locale: 'en' });
    expect(wrong.status).toBe(404);
    const text = await wrong.text();
    expect(text).toContain('value="&quot;&gt;&lt;b&gt;typed"');
    expect(text).toContain('We found nothing for this receipt code.');
    const { receipt_code } = await sendLead(started);
    const done = await submit('/withdrawals', { receipt_code, locale: 'zh-CN' });
    expect(done.status).toBe(200);
    expect(await done.text()).toMatch(/您的信息已删除[\s\S]*2026年11月23日 北京时间 12:00</);
  });
});

describe.each(engines)('on $engine', ({ open }) => {
  it('of withdrawals at once one counts, and so it is with erasures, proofs and quotas', async () => {
    const { db, close } = await open();
    const started = await startPublished({}, db);
    const { services } = started;
    const actor = { id: 'visitor', role: 'visitor', request_id: null };
    const { receipt_code } = await sendLead(started);
    const seqNow = async () => (await db.selectFrom('changes').select('seq').executeTakeFirstOrThrow()).seq;
    const before = await seqNow();
    const now = services.now();
    const withdrawn = await Promise.all(Array.from({ length: 8 }, () => withdrawLead(db, receipt_code, actor, now)));
    expect(withdrawn.filter(Boolean)).toHaveLength(1);
    expect(await seqNow()).toBe(before + 1);
    expect(await db.selectFrom('leads').select('withdrawn_at').execute()).toEqual([
      { withdrawn_at: now.toISOString() },
    ]);

    const { policy_version, ...values } = lead;
    const submission = {
      form,
      values: { ...values, phone: '+8613800138078' },
      policy_version,
      policy_sha256: '',
      locale: 'en',
    };
    const proof = { proof: 'p', expires_at: now };
    const send = (terms: object) =>
      createLead(services, submission, terms, actor, now).then(
        () => 'stored',
        error => (error instanceof Conflict ? error.table : error),
      );
    const proofs = await Promise.all(Array.from({ length: 8 }, () => send({ proof })));
    expect(proofs.sort()).toEqual([...Array(7).fill('once'), 'stored']);
    const quotas = await Promise.all(Array.from({ length: 8 }, () => send({ quota: 3 })));
    expect(quotas.sort()).toEqual([...Array(5).fill('quotas'), ...Array(3).fill('stored')]);
    expect(await seqNow()).toBe(before + 5);

    const { id } = await sendLead(started);
    const erase = async (lead_id: string) =>
      (
        await eraseLeads(
          db,
          [{ id: lead_id, form, received_at: now.toISOString() }],
          { action: 'lead.withdrawn' },
          actor,
          now,
        )
      ).length > 0;
    const erased = await Promise.all(Array.from({ length: 8 }, () => erase(id)));
    expect(erased.filter(Boolean)).toHaveLength(1);
    expect(await erase('no-such-lead')).toBe(false);
    expect(await seqNow()).toBe(before + 7);
    await close();
  });
});

it('many leads are erased with one overwriting of the file, and none of them can be read after it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lead-consent-erase-'));
  const db = await sqlite.open(join(folder, 'leads.db'));
  const started = await startPublished({}, db);
  for (let n = 0; n < 30; n++) await sendLead(started);
  const leads = await db.selectFrom('leads').select(['id', 'form', 'received_at', 'sealed']).execute();
  let overwritten = 0;
  const { scrub } = db;
  db.scrub = () => {
    overwritten++;
    return scrub();
  };
  const actor = { id: 'operator', role: 'operator', request_id: null };
  const erased = await eraseLeads(db, leads, { action: 'lead.erased' }, actor, noon);
  expect(erased).toEqual(leads.map(({ id }) => id));
  expect(overwritten).toBe(1);
  const files = Buffer.concat(readdirSync(folder).map(name => readFileSync(join(folder, name))));
  expect(leads.filter(({ sealed }) => files.includes(sealed!))).toEqual([]);
  await db.destroy();
  rmSync(folder, { recursive: true });
});
