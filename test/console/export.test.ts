import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import type { Database } from '../../db/database.ts';
import { startConsole } from '../support/console.ts';
import { browser_accept, lead } from '../support/harness.ts';
import { readSheet } from '../support/xlsx.ts';

type Console = Awaited<ReturnType<typeof startConsole>>;

async function openExport(started: Console) {
  const sales = await started.open('sales');
  const send = async (fields: Record<string, string>) => (await sales.send('/console/export', fields)).response;
  const sheet = async (fields: Record<string, string>) => {
    const response = await send({ format: 'xlsx', ...fields });
    return readSheet(new Uint8Array(await response.arrayBuffer()));
  };
  return { sales, send, sheet };
}

const in_clear = { view: 'clear', purpose: 'handover' };
const texts = (rows: { text: string }[][]) => rows.map(row => row.map(({ text }) => text));

describe('an export of the console', () => {
  it('says first how many leads it holds and what will be logged, then sends what the filters leave', async () => {
    const started = await startConsole();
    const id = await started.submitLead();
    await started.submitLead({}, 'ecological-cooperation');
    const { sales, send } = await openExport(started);
    const form = await (await sales.get('/console/export?form=mini-ai-experience')).text();
    expect(form).toContain('AI trial · 1 lead<');
    expect(form).toContain('one entry is written before they are read');
    expect(form).toContain('name="form" value="mini-ai-experience"');
    const asked = { form: 'mini-ai-experience', order: 'desc', format: 'text/csv' };
    const masked = await (await send({ ...asked, view: 'masked', purpose: 'handover' })).text();
    expect(masked).toContain('138******78');
    expect(await started.readEvents('action=lead.revealed')).toEqual([]);
    const file = await send({ ...asked, ...in_clear });
    expect(file.headers.get('Content-Disposition')).toBe('attachment; filename="leads-2026-11-23.csv"');
    expect((await file.text()).trim().split('\r\n')).toHaveLength(2);
    expect(await started.readEvents('action=lead.revealed')).toMatchObject([{ purpose: 'handover', lead_ids: [id] }]);
    const lines = await (await send({ format: 'application/x-ndjson', view: 'masked' })).text();
    expect(lines.trim().split('\n')).toHaveLength(2);
  });

  it('is a spreadsheet of texts in the language of its reader: words, local times, phones as people dial them', async () => {
    const started = await startConsole();
    const id = await started.submitLead({ phone: '+86 138 0013 8078' });
    const { sales, sheet } = await openExport(started);
    for (const phone of ['(025) 5880 1024 转 802', '+44 20 7946 0018', '400-820-8820'])
      await started.submitLead({ phone });
    const done = {
      status: 'closed',
      closed_reason: 'no_budget',
      follow_up_on: '2026-12-01',
      note: '=对方说年后再联系',
    };
    expect((await started.ask('PATCH', `/leads/${id}`, done, 'sales')).status).toBe(200);
    await sales.post(`/console/leads/${id}/assignee`, { assigned_to: 'sales' });
    const rows = await sheet({ order: 'asc', ...in_clear });
    expect(texts(rows.slice(0, 2))).toEqual([
      [
        'Received (Beijing time)',
        ...['Name', 'Company', 'Phone', 'Email', 'Form', 'Status', 'Assigned to'],
        ...['Follow up on', 'Closed because', 'Note', 'Last change (Beijing time)', 'Privacy policy', 'Lead ID'],
      ],
      [
        '2026-11-23 12:00',
        ...[lead.name, lead.company, '13800138078', 'Zhang.San@example.com', 'AI trial', 'Closed', 'sales'],
        ...['2026-12-01', 'No budget', '=对方说年后再联系', '2026-11-23 12:00', '2026-01', id],
      ],
    ]);
    expect(rows.slice(2).map(row => row[3]!.text)).toEqual(['025-58801024 ext. 802', '+442079460018', '4008208820']);
    await sales.get('/console?lang=zh-CN');
    const Cookie = `${sales.cookie}; __Host-console_language=zh-CN`;
    const posted = await sales.post('/console/export', { format: 'xlsx', ...in_clear }, { Cookie });
    const file = await sales.get(posted.headers.get('Location')!, { Cookie, Accept: browser_accept });
    const chinese = texts(readSheet(new Uint8Array(await file.arrayBuffer())));
    expect(chinese[0]!.slice(0, 8)).toEqual([
      ...['收到时间 (北京时间)', '姓名', '公司', '电话', '邮箱', '表单', '状态', '负责人'],
    ]);
    expect(chinese.map(row => row[3])).toContain('025-58801024 转 802');
    expect(chinese.map(row => row[6])).toContain('已关闭');
    expect(file.headers.get('Content-Type')).toBe('application/vnd.openxmlformats-officedocument.spreadsheetml.sheet');
    expect(file.headers.get('Content-Disposition')).toBe('attachment; filename="leads-2026-11-23.xlsx"');
  });

  it('no cell of a spreadsheet lives, and none breaks the file', async () => {
    const started = await startConsole();
    const { sheet } = await openExport(started);
    const hostile = [
      ...['=1+1', '@SUM(1)', '+8613800138000', '-1+1', "'=1", '=HYPERLINK("http://x","y")', '\u3000=1', 'a\u00a0b'],
      ...['<b>&amp;</b>', ']]>', '_x003D_1', '\uffff=1', '\u{1f600}', '1e5', '00123', 'TRUE', '2026-11-23'],
    ];
    for (const name of hostile) await started.submitLead({ name, company: name });
    const rows = await sheet({ order: 'asc', ...in_clear });
    const stored = hostile.map(name => name.trim().replace('\uffff', '\ufffd'));
    expect(rows.slice(1).map(row => [row[1]!.text, row[2]!.text])).toEqual(stored.map(name => [name, name]));
    for (const { type } of rows.flat()) expect(type).toMatch(/^(inlineStr)?$/);
  });

  it('is written in the same words as CSV', async () => {
    const started = await startConsole();
    await started.submitLead({ name: '=1+1', phone: '025-58801024' });
    const { send } = await openExport(started);
    const bytes = new Uint8Array(await (await send({ format: 'text/csv', ...in_clear })).arrayBuffer());
    const [head, row] = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes).split('\r\n');
    expect(head).toMatch(/^\ufeffReceived \(Beijing time\),Name,Company,Phone,/);
    expect(row).toMatch(/^2026-11-23 12:00,'=1\+1,[^,]+,025-58801024,Zhang\.San@example\.com,AI trial,New,,/);
  });

  it('[A1] says in the access log how many leads went out, also where the log names none of them', async () => {
    const started = await startConsole();
    for (const phone of ['13800138001', '13800138002', '13800138003']) await started.submitLead({ phone });
    const { sheet } = await openExport(started);
    expect(texts(await sheet({ view: 'masked' }))[0]).not.toContain('Note');
    expect(await started.readEvents('action=lead.exported')).toEqual([]);
    expect(await sheet(in_clear)).toHaveLength(4);
    expect(await started.readEvents('action=lead.exported')).toMatchObject([{ fields: 'xlsx:3', purpose: 'handover' }]);
    const auditor = await started.open('auditor');
    for (const action of ['all', 'lead.exported', 'lead.revealed']) {
      const page = await (await auditor.get(`/console/audit?action=${action}`)).text();
      expect([action, page]).toEqual([action, expect.stringMatching(/Exported in clear[\s\S]*3 leads/)]);
    }
  });

  it('in clear is refused without a purpose, which is never preset, and without the scope', async () => {
    const started = await startConsole();
    await started.submitLead();
    const { sales, send } = await openExport(started);
    const asked = { format: 'text/csv', view: 'clear' };
    expect(await (await sales.get('/console/export')).text()).toContain('<option value="" selected>Choose a purpose');
    for (const fields of [asked, { ...asked, purpose: '' }]) {
      const refused = await send(fields);
      const page = await refused.text();
      expect(refused.status).toBe(422);
      expect(page).toMatch(/role="alert"[^>]*>What for/);
      expect(page).toContain('value="text/csv" checked');
      expect(page).toContain('value="clear" checked');
    }
    const viewer = await started.open('viewer');
    expect(await viewer.statusOf('/console/export', { ...asked, purpose: 'handover' })).toBe(403);
    expect(await (await viewer.get('/console/export')).text()).not.toContain('value="clear"');
    expect(await started.readEvents('action=lead.revealed')).toEqual([]);
  });

  it('of more leads than a file may hold is none, and the page says so', async () => {
    const started = await startConsole();
    const { db } = started;
    await started.submitLead();
    await addOldLeads(db, 1, 99_999);
    const { sales } = await openExport(started);
    expect(await (await sales.get('/console/export')).text()).toContain('All leads · 100000 leads');
    await addOldLeads(db, 100_000, 100_000);
    const page = await (await sales.get('/console/export')).text();
    expect(page).toContain('More than 100,000 leads match');
    expect(page).not.toContain('<form method="post" action="/console/export"');
    const { response, location } = await sales.send('/console/export', { format: 'xlsx', view: 'masked' });
    expect(location).toMatch(/^\/console\/export\/[\w-]{36}$/);
    expect([response.status, response.headers.get('Location')]).toEqual([303, '/console/export']);
    expect(await (await sales.get('/console/export?from=2026-11-23')).text()).toContain('1 lead<');
  });
});

describe('a spreadsheet of several pages', () => {
  it('is read as far as its reader takes it, no further once they have gone, and breaks where a page fails', async () => {
    const started = await startConsole();
    const { db, readEvents } = started;
    await Promise.all(
      Array.from({ length: 1_600 }, (_, n) =>
        started.submitLead({ phone: `1390000${1_000 + n}`, email: `visitor${n}@example.com` }),
      ),
    );
    const { send, sheet } = await openExport(started);
    const countReveals = async () => (await readEvents('action=lead.revealed&limit=200')).length;
    const asked = { format: 'xlsx', order: 'asc', ...in_clear };
    const reader = (await send(asked)).body!.getReader();
    await reader.read();
    await reader.read();
    await reader.cancel();
    await new Promise(resolve => setTimeout(resolve, 50));
    const before = await countReveals();
    expect(before).toBeLessThan(4);
    await new Promise(resolve => setTimeout(resolve, 50));
    expect(await countReveals()).toBe(before);
    const auditor = await started.open('auditor');
    const readCounts = async () =>
      (await (await auditor.get('/console/audit?action=all')).text()).match(/(up to )?\b1600 leads/g);
    expect(await readCounts()).toEqual(['up to 1600 leads']);
    const whole = await sheet({ order: 'asc', ...in_clear });
    expect(new Set(whole.map(row => row.at(-1)!.text)).size).toBe(1_601);
    expect(await countReveals()).toBe(before + 4);
    expect(await readCounts()).toEqual(['1600 leads', 'up to 1600 leads']);

    const last = await db.selectFrom('leads').select('id').orderBy('id', 'desc').executeTakeFirstOrThrow();
    await db.atomic([db.deleteFrom('keys').where('subject_id', '=', last.id).compile()]);
    const response = await send(asked);
    expect(response.status).toBe(200);
    await expect(response.arrayBuffer()).rejects.toThrow();
  });
});

/** Adds leads of the year before, by their numbers. Nothing in them opens. */
async function addOldLeads(db: Database, from: number, to: number) {
  const rows = sql`
    with recursive n (n) as (select ${from} union all select n + 1 from n where n < ${to})
    insert into leads (id, form, status, sealed, policy_version, policy_sha256, locale, receipt_hash, received_at, changed_at, created_seq, seq)
    select '01900000-0000-7000-8000-' || printf('%012d', n), 'mini-ai-experience', 'new', 'x', '2025-01', '', 'en', n, '2025-01-01', '2025-01-01', n, n
    from n`;
  await db.atomic([rows.compile(db)]);
}
