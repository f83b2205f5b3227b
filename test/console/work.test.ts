import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createToken, revokeToken } from '../../db/staff/tokens.ts';
import { script, startConsole } from '../support/console.ts';
import { noon, operator } from '../support/harness.ts';

const day_ms = 86_400_000;

/** Starts an app with one lead, and somebody of sales who sees it. */
async function startWithLead() {
  const started = await startConsole();
  const id = await started.submitLead();
  const sales = await started.open('sales');
  const path = `/console/leads/${id}`;
  const read = async (query = '') => (await sales.get(`${path}${query}`)).text();
  const reveal = () => sales.send(`${path}/reveal`, { purpose: 'follow_up' });
  const shown = async () => (await (await started.pull(`/leads/${id}?view=clear`)).json()) as Record<string, unknown>;
  return { ...started, id, sales, path, read, reveal, shown };
}

/** Reads the value of a hidden field. */
const seenIn = (page: string) => /name="seen" value="([^"]*)"/.exec(page)![1]!;

describe('the day of a follow-up', () => {
  it('is chosen by one click or by date, shows in lead and list, and can be taken away', async () => {
    const { sales, path, read, pull, id } = await startWithLead();
    const before = await read();
    for (const day of ['2026-11-24', '2026-11-26', '2026-11-30'])
      expect(before).toMatch(new RegExp(`name="follow_up_on" value="${day}"[^>]* aria-pressed="false"`));
    const { location, response } = await sales.send(`${path}/follow-up`, { follow_up_on: '2026-11-24' });
    expect(location).toBe(`${path}?done=followUp`);
    const page = await response.text();
    expect(page).toContain('Follow-up saved.');
    expect(page).toMatch(/value="2026-11-24"[^>]* aria-pressed="true"/);
    expect(page).toContain('Tue 24 Nov');
    expect(await (await sales.get('/console')).text()).toContain('<span class="follow">follow up Tue 24 Nov</span>');
    expect(await sales.statusOf(`${path}/follow-up`, { follow_up_on: '24.11.' })).toBe(422);
    await sales.send(`${path}/follow-up`, { follow_up_on: '' });
    expect(await (await pull(`/leads/${id}`)).json()).toMatchObject({ follow_up_on: null });
  });

  it('has its year where that is another one than where the company is', async () => {
    const { id, ask, advance, open } = await startWithLead();
    const write = async (day: string) => {
      expect((await ask('PATCH', `/leads/${id}`, { follow_up_on: day })).status).toBe(200);
      return (await (await open('sales')).get('/console')).text();
    };
    expect(await write('2026-12-30')).toContain('<span class="follow">follow up Wed 30 Dec</span>');
    expect(await write('2027-01-04')).toContain('<span class="follow">follow up Mon, 4 Jan 2027</span>');
    // New Year in Shanghai, eight hours before that in UTC.
    advance(Date.parse('2026-12-31T16:00:20Z') - noon.getTime());
    expect(await write('2027-01-04')).toContain('<span class="follow">follow up Mon 4 Jan</span>');
    expect(await write('2026-12-31')).toContain('overdue: Thu, 31 Dec 2026</span>');
  });

  it('puts the lead on the list of today on its day, the longest overdue first, until it is closed', async () => {
    const { sales, path, advance, submitLead, ask, open } = await startWithLead();
    const other = await submitLead({ phone: '13900139000', name: 'Ann Other' });
    // A session of the first day has ended by the next.
    const list = async (query = 'due=today') => (await (await open('sales')).get(`/console?${query}`)).text();
    const ids = (page: string) => [...page.matchAll(/<li data-id="([^"]+)"/g)].map(([, id]) => id);
    const tab = (page: string) => /due=today"[^>]*>Today <b data-tab="today">(\d*)<\/b>/.exec(page)![1];
    expect([ids(await list()), tab(await list())]).toEqual([[], '']);
    expect(await list()).toContain('Nothing to follow up');
    await sales.send(`${path}/follow-up`, { follow_up_on: '2026-11-25' });
    await ask('PATCH', `/leads/${other}`, { follow_up_on: '2026-11-24', assigned_to: 'sales' });
    // Monday 12:00 in Shanghai, to Tuesday 0:00.
    advance(12 * 3_600_000 - 1);
    expect(tab(await list(''))).toBe('');
    advance(1);
    expect([tab(await list('')), ids(await list())]).toEqual(['1', [other]]);
    advance(3 * day_ms);
    const id = path.split('/').at(-1);
    expect([tab(await list('')), ids(await list())]).toEqual(['2', [other, id]]);
    // A late follow-up says so, in the list and on its page.
    expect(await list()).toContain('<span class="to">sales</span><span class="follow late">overdue: Tue 24 Nov</span>');
    const page = async () => (await (await open('sales')).get(path)).text();
    expect(await page()).toContain('<span class="follow late">overdue: Wed 25 Nov</span>');
    expect(await page()).toContain('<dt>Shown in</dt><dd><span lang="zh-CN">简体中文</span></dd>');
    expect([tab(await list('assigned_to=sales')), ids(await list('due=today&assigned_to=sales'))]).toEqual([
      '1',
      [other],
    ]);
    expect(ids(await list('due=today&form=ecological-cooperation'))).toEqual([]);
    // An export from there holds the same leads.
    const { response } = await (await open('sales')).send('/console/export', {
      due: 'today',
      format: 'text/csv',
      view: 'masked',
      assigned_to: 'sales',
    });
    expect((await response.text()).trim().split('\r\n')).toHaveLength(2);
    await (await open('sales')).send(`${path}/status`, { status: 'closed' });
    expect([tab(await list('')), ids(await list())]).toEqual(['1', [other]]);
  });
});

it('the list of today has what is longest overdue first on every page, and so has its export', async () => {
  const { submitLead, ask, open, advance } = await startConsole();
  const days: Record<string, string> = {};
  for (let n = 0; n < 110; n++) {
    const id = await submitLead({ phone: `1390000${1_000 + n}` });
    days[id] = `2026-11-${24 + ((n * 5) % 7)}`;
    await ask('PATCH', `/leads/${id}`, { follow_up_on: days[id], ...(n % 2 && { assigned_to: 'sales' }) });
  }
  advance(10 * day_ms);
  const sales = await open('sales');
  const walk = async (query: string) => {
    const pages = [];
    for (let path: string | undefined = `/console?due=today${query}`; path; ) {
      const page = await (await sales.get(path)).text();
      pages.push([...page.matchAll(/<li data-id="([^"]+)"/g)].map(([, id]) => id!));
      path = /rel="next" href="([^"]+)"/.exec(page)?.[1]?.replaceAll('&amp;', '&');
    }
    return pages;
  };
  const inOrder = Object.keys(days).sort((one, other) => (`${days[one]} ${one}` < `${days[other]} ${other}` ? -1 : 1));
  const pages = await walk('');
  expect(pages.map(page => page.length)).toEqual([50, 50, 10]);
  expect(pages.flat()).toEqual(inOrder);
  const own = (await walk('&assigned_to=sales&from=2026-11-23')).flat();
  expect([own.length, own]).toEqual([55, inOrder.filter(id => own.includes(id))]);
  const asked = { due: 'today', format: 'application/x-ndjson', view: 'masked' };
  const lines = (await (await sales.send('/console/export', asked)).response.text()).trim().split('\n');
  expect(lines.map(line => (JSON.parse(line) as { id: string }).id)).toEqual(inOrder);
});

describe('why a lead is closed', () => {
  it('is asked for once it is, by one click, and refused before', async () => {
    const { sales, path, read, shown } = await startWithLead();
    expect(await read()).toMatch(/<form [^>]*data-why hidden>/);
    expect(await sales.statusOf(`${path}/reason`, { closed_reason: 'won' })).toBe(422);
    const { response } = await sales.send(`${path}/status`, { status: 'closed' });
    expect(await response.text()).toMatch(/<form [^>]*data-why><fieldset><legend>Why closed/);
    const said = await (await sales.send(`${path}/reason`, { closed_reason: 'no_budget' })).response.text();
    expect(said).toContain('Reason saved.');
    expect(said).toMatch(/value="no_budget" aria-pressed="true">No budget/);
    expect(await shown()).toMatchObject({ closed_reason: 'no_budget' });
    await sales.send(`${path}/reason`, { closed_reason: '' });
    expect(await shown()).toMatchObject({ closed_reason: null });
    await sales.send(`${path}/reason`, { closed_reason: 'won' });
    const quiet = await sales.post(`${path}/status`, { status: 'new' }, script);
    expect(await quiet.json()).toMatchObject({ status: 'new' });
    expect(await shown()).toMatchObject({ closed_reason: null });
  });
});

describe('[P3] a note in the console', () => {
  it('shows with the values alone, and is replaced as it was shown', async () => {
    const { sales, path, read, reveal, shown } = await startWithLead();
    expect(await read()).not.toContain('<textarea id="note"');
    const page = await (await reveal()).response.text();
    const note = 'Wants <two>.\r\nSoon.';
    const { response } = await sales.send(`${path}/note`, { note, seen: seenIn(page) });
    const saved = await response.text();
    expect(saved).toContain('Note saved.');
    expect(saved).toContain('\nWants &lt;two&gt;.\nSoon.</textarea>');
    expect(await shown()).toMatchObject({ note: 'Wants <two>.\nSoon.' });
    await sales.send(`${path}/reveal/end`);
    expect(await read()).not.toContain('Wants');
  });

  it('loses nothing when two people write at once, or when it is refused', async () => {
    const { sales, path, reveal, shown, open, ask, id, db } = await startWithLead();
    const before = seenIn(await (await reveal()).response.text());
    const officer = await open('privacy_officer');
    await officer.send(`${path}/note`, { note: 'Theirs', seen: before });
    const { response } = await sales.send(`${path}/note`, { note: 'Mine', seen: before });
    expect(response.status).toBe(422);
    const page = await response.text();
    expect(page).toContain('Somebody has changed the note meanwhile.');
    expect(page).toContain('<p class="theirs">Theirs</p>');
    expect(page).toContain('\nMine</textarea>');
    expect(await shown()).toMatchObject({ note: 'Theirs' });
    await sales.send(`${path}/note`, { note: 'Both', seen: seenIn(page) });
    expect(await shown()).toMatchObject({ note: 'Both' });

    const guess = createHash('sha256').update('Both').digest('hex');
    expect(page).not.toContain(guess);
    await sales.send(`${path}/note`, { note: 'Guessed', seen: guess });
    expect(await shown()).toMatchObject({ note: 'Both' });
    const long = 'x'.repeat(501);
    const refused = await (await sales.send(`${path}/note`, { note: long, seen: '' })).response.text();
    expect(refused).toContain('data-field-error="note"');
    expect(refused).toContain(`\n${long}</textarea>`);
    expect(JSON.stringify(await db.selectFrom('session_notes').selectAll().execute())).not.toContain('xxx');
    expect(await shown()).toMatchObject({ note: 'Both' });
    // A reader whose sight of the values has ended keeps what they typed, and sees nothing of the other's.
    await ask('PATCH', `/leads/${id}`, { note: 'Zebra' });
    await sales.send(`${path}/reveal/end`);
    const masked = await (await sales.send(`${path}/note`, { note: 'Typed', seen: before })).response.text();
    expect(masked).toContain('\nTyped</textarea>');
    expect(masked).not.toContain('Zebra');
    await ask('DELETE', `/leads/${id}`);
    expect(await sales.statusOf(`${path}/note`, { note: 'x', seen: '' })).toBe(404);
  });
});

describe('what was done with a lead', () => {
  it('[A1] is there for those who work on it, without who saw it; an auditor of access sees both', async () => {
    const { sales, path, read, reveal, open } = await startWithLead();
    await reveal();
    await sales.send(`${path}/status`, { status: 'contacted' });
    await sales.send(`${path}/follow-up`, { follow_up_on: '2026-11-24' });
    const page = await read();
    const part = page.slice(page.indexOf('What was done'));
    for (const told of ['Lead received', 'Status: New → Contacted', 'Follow up on']) expect(part).toContain(told);
    expect(part).not.toContain('Values shown');
    expect(page).not.toContain('/console/audit');
    const seen = await (await (await open('privacy_officer')).get(path)).text();
    expect(seen.slice(seen.indexOf('Access to this lead'))).toContain('Values shown');
    expect(await (await (await open('viewer')).get(path)).text()).not.toContain('What was done');
  });
});

describe('whose leads may be asked for', () => {
  it('are those of everybody who has one, also of who has left; given to can be who is there', async () => {
    const { sales, read, ask, id, db } = await startWithLead();
    const token = await createToken(db, { holder: 'Left Long Ago', role: 'sales', days: 90 }, operator, noon);
    await ask('PATCH', `/leads/${id}`, { assigned_to: 'Left Long Ago' });
    await revokeToken(db, token.split('_')[1]!, operator, noon);
    await ask('PATCH', `/leads/${id}`, { status: 'closed' });
    const option = '<option value="Left Long Ago"';
    expect(await (await sales.get('/console')).text()).toContain(option);
    await ask('PATCH', `/leads/${id}`, { assigned_to: 'sales' });
    expect(await (await sales.get('/console')).text()).not.toContain(option);
    expect(await read()).not.toContain(option);
  });
});
