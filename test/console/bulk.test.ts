import { describe, expect, it } from 'vitest';
import { Unavailable } from '../../db/database.ts';
import { clear, startConsole } from '../support/console.ts';

type Console = Awaited<ReturnType<typeof startConsole>>;
type Browser = Awaited<ReturnType<Console['open']>>;

/** Reads the boxes of a list as a page without a script sends them. */
function readBoxes(page: string): string[] {
  return [...page.matchAll(/name="lead" value="([^"]+)"/g)].map(([, value]) => value!).filter(value => value !== '');
}

/** Ticks every box of a list and presses a button. */
async function pressAll(browser: Browser, list: string, fields: Record<string, string>) {
  const boxes = readBoxes(await (await browser.get(`/console${list}`)).text());
  return press(browser, boxes, { list, ...fields });
}

async function press(browser: Browser, boxes: string[], fields: Record<string, string>) {
  const ticked = boxes.map((box): [string, string] => ['lead', box]);
  const { response, location } = await browser.send('/console/bulk', [...ticked, ...Object.entries(fields)]);
  const page = await response.text();
  const [, undo = ''] = /action="(\/console\/bulk\/[\w-]+\/undo)"/.exec(page) ?? [];
  return { status: response.status, location, page, undo };
}

const statesOf = async ({ pull }: Console, ids: string[]) => {
  const leads = await Promise.all(ids.map(async id => (await pull(`/leads/${id}`)).json()));
  return leads.map(({ status, assigned_to, closed_reason }) => [status, assigned_to, closed_reason]);
};

const changesOf = async ({ readEvents }: Console) =>
  (await readEvents('action=lead.changed')).map(({ fields, lead_ids }) => [fields, lead_ids.length]);

describe('several leads at once', () => {
  it('get a status or a holder, or are closed as spam, each with an event that names them all', async () => {
    const started = await startConsole();
    const ids = [await started.submitLead(), await started.submitLead({ phone: '13900139000' })];
    const partner = await started.submitLead({ phone: '13700137000' }, 'ecological-cooperation');
    const sales = await started.open('sales');
    const first = await pressAll(sales, '?form=mini-ai-experience', { act: 'status', status: 'contacted' });
    expect(first.location).toMatch(/^\/console\?form=mini-ai-experience&done=[\w-]{36}$/);
    expect(first.page).toContain('2 leads: Contacted.');
    for (const value of clear) expect(first.page).not.toContain(value);
    expect(await statesOf(started, [...ids, partner])).toEqual([
      ['contacted', null, null],
      ['contacted', null, null],
      ['new', null, null],
    ]);
    await pressAll(sales, '', { act: 'assign', assigned_to: 'sales' });
    const spam = await pressAll(sales, '', { act: 'spam' });
    expect(spam.page).toContain('3 leads: Closed (Spam).');
    expect((await pressAll(sales, '', { act: 'spam' })).page).toContain('0 leads: Closed (Spam). 3 were so already.');
    expect(await statesOf(started, [...ids, partner])).toEqual(Array(3).fill(['closed', 'sales', 'spam']));
    const changes = await changesOf(started);
    expect(changes[0]).toEqual(['status:new>contacted', 2]);
    expect(changes.slice(1, 3).sort()).toEqual([
      ['assigned_to', 1],
      ['assigned_to', 2],
    ]);
    expect(changes.slice(3).sort()).toEqual([
      ['status:contacted>closed,closed_reason', 2],
      ['status:new>closed,closed_reason', 1],
    ]);
    const feed = (await (await started.pull('/leads?order=asc&limit=10')).json()) as { leads: { id: string }[] };
    expect(feed.leads.map(({ id }) => id).sort()).toEqual([...ids, partner].sort());
  });

  it('are undone for ten seconds, once, by an act of its own that leaves nothing of the change', async () => {
    const started = await startConsole();
    const [one, other] = [await started.submitLead(), await started.submitLead({ phone: '13900139000' })];
    await started.ask(
      'PATCH',
      `/leads/${one}`,
      { status: 'closed', closed_reason: 'won', assigned_to: 'sales' },
      'sales',
    );
    const columns = ['status', 'closed_reason', 'assigned_to', 'status_changed_at'] as const;
    const dates = ['contacted_at', 'qualified_at', 'closed_at'] as const;
    const read = () =>
      started.db
        .selectFrom('leads')
        .select(['id', ...columns, ...dates])
        .orderBy('id')
        .execute();
    const before = await read();
    started.advance(60_000);
    const sales = await started.open('sales');
    const { undo, page } = await pressAll(sales, '', { act: 'spam' });
    expect(page).toContain('2 leads: Closed (Spam).');
    expect(await read()).not.toEqual(before);
    started.advance(10_000);
    const undone = await sales.send(undo, { list: '' });
    expect(await undone.response.text()).toContain('Undone: 2 leads are as before.');
    expect(await read()).toEqual(before);
    const [, ...changes] = await changesOf(started);
    expect([changes.slice(0, 2).sort(), changes.slice(2).sort()]).toEqual([
      [
        ['closed_reason', 1],
        ['status:new>closed,closed_reason', 1],
      ],
      [
        ['closed_reason', 1],
        ['status:closed>new,closed_reason', 1],
      ],
    ]);
    const again = await sales.send(undo, { list: '' });
    expect(await again.response.text()).toContain('This was undone already: 2 leads were set back.');
    expect(await changesOf(started)).toHaveLength(5);
    expect(await read()).toEqual(before);

    const late = await pressAll(sales, '', { act: 'status', status: 'qualified' });
    started.advance(15_001);
    expect(await (await sales.get(late.location)).text()).not.toContain('/undo"');
    expect(await (await sales.send(late.undo, { list: '' })).response.text()).toContain('ten seconds are over');
    expect(await statesOf(started, [one, other])).toEqual([
      ['qualified', 'sales', null],
      ['qualified', null, null],
    ]);
  });

  it('are changed and undone once where a form is sent twice at once, and both are told the same', async () => {
    const started = await startConsole();
    const ids = [await started.submitLead(), await started.submitLead({ phone: '13900139000' })];
    const sales = await started.open('sales');
    const twice = <Sent>(send: () => Promise<Sent>) => Promise.all([send(), send()]);
    const spam = () =>
      press(
        sales,
        ids.map(id => `${id}/new/`),
        { act: 'spam' },
      );
    for (const events of [2, 4]) {
      const [one, other] = await twice(spam);
      expect(other.location).toBe(one.location);
      expect(other.page).toContain('2 leads: Closed (Spam).');
      const [first, second] = await twice(() => sales.send(other.undo, { list: '' }));
      const said = await Promise.all([first, second].map(({ response }) => response.text()));
      const texts = said.map(page => /role="status"[^>]*><p>(.*?)<\/p>/.exec(page)?.[1]).sort();
      expect(texts).toEqual(['This was undone already: 2 leads were set back.', 'Undone: 2 leads are as before.']);
      expect(await statesOf(started, ids)).toEqual(Array(2).fill(['new', null, null]));
      expect(await changesOf(started)).toHaveLength(events);
      // The page of the change offers nothing that was done already.
      expect(await (await sales.get(one.location)).text()).not.toContain('/undo"');
    }
  });

  it('are undone as far as they were written where the database fails midway, and the rest is named', async () => {
    const started = await startConsole({ FORM_QUOTA_PER_MINUTE: '200' });
    const ids: string[] = [];
    for (let n = 0; n < 52; n++) ids.push(await started.submitLead({ phone: `139001390${10 + n}` }));
    const sales = await started.open('sales');
    const { db } = started;
    const { atomic } = db;
    const boxes = ids.map(id => `${id}/new/`);
    /** Lets units that change leads through, as many as are left. */
    const failAfter = (left: number) => {
      db.atomic = async unit => {
        if (unit.some(({ sql }) => sql.startsWith('update "leads"')) && left-- === 0)
          throw new Unavailable(new Error('away'));
        return atomic(unit);
      };
    };
    failAfter(0);
    expect((await press(sales, boxes, { act: 'spam' })).status).toBe(503);
    failAfter(1);
    const { page, undo } = await press(sales, boxes, { act: 'assign', assigned_to: 'sales' });
    db.atomic = atomic;
    expect(page).toContain('50 leads: Assigned to sales.');
    expect(page).toContain('2 leads were left as they are:');
    expect(page.match(/it could not be saved: try again/g)).toHaveLength(2);
    expect(started.lines.filter(line => line.includes('"event":"unavailable"'))).toHaveLength(2);
    const owners = async () => (await statesOf(started, ids)).filter(([, owner]) => owner === 'sales').length;
    expect(await owners()).toBe(50);
    await sales.send(undo, { list: '' });
    expect(await owners()).toBe(0);
  });

  it('are left as they are where one is held or erased or somebody changed it meanwhile, and each is told with why', async () => {
    const started = await startConsole();
    const phones = ['13900139000', '13900139001', '13900139002', '13900139003'];
    const ids: string[] = [];
    for (const phone of phones) ids.push(await started.submitLead({ phone }));
    const [held, erased, changed, free] = ids as [string, string, string, string];
    const sales = await started.open('sales');
    const boxes = readBoxes(await (await sales.get('/console')).text());
    const hold = { ground: 'court', reference: '7', review_on: '2027-05-23' };
    await started.ask('POST', `/leads/${held}/holds`, hold);
    await started.ask('DELETE', `/leads/${erased}`);
    await started.ask('PATCH', `/leads/${changed}`, { status: 'qualified' }, 'sales');
    const { page, undo } = await press(sales, boxes, { act: 'status', status: 'contacted' });
    expect(page).toContain('1 lead: Contacted.');
    expect(page).toContain('3 leads were left as they are:');
    const told = [...page.matchAll(/<li><a href="\/console\/leads\/([\w-]+)">(.*?)<\/a>: (.*?)<\/li>/g)];
    expect(new Map(told.map(([, id, name, why]) => [id, [name, why]]))).toEqual(
      new Map([
        [held, [`<code>${held.slice(-12)}</code>`, 'it is held or restricted']],
        [erased, [`<code>${erased.slice(-12)}</code>`, 'it was erased']],
        [changed, ['欧阳**', 'somebody has changed it meanwhile']],
      ]),
    );
    expect(await statesOf(started, [changed, free])).toEqual([
      ['qualified', null, null],
      ['contacted', null, null],
    ]);

    await started.ask('PATCH', `/leads/${free}`, { note: 'called' }, 'sales');
    const refused = await (await sales.send(undo, { list: '' })).response.text();
    expect(refused).toContain('Undone: 0 leads are as before.');
    expect(refused).toContain(`<li><a href="/console/leads/${free}">欧阳**</a>: somebody has changed it meanwhile`);
    expect(await statesOf(started, [free])).toEqual([['contacted', null, null]]);
  });

  it('are two hundred at most and one at least, none that is no lead, and not for who may only read', async () => {
    const started = await startConsole();
    const id = await started.submitLead();
    const sales = await started.open('sales');
    const box = `${id}/new/`;
    const many = Array.from({ length: 201 }, (_, n) => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}/new/`);
    for (const boxes of [[], many, [`${id}/lost/`], ['x']]) {
      const { status, page } = await press(sales, boxes, { act: 'status', status: 'closed' });
      expect([status, page.includes('Tick 1 to 200 leads first.')]).toEqual([422, true]);
    }
    const most = await press(sales, [box, ...many.slice(0, 199)], { act: 'status', status: 'contacted' });
    expect(most.page).toContain('1 lead: Contacted.');
    expect(most.page).toContain('199 leads were left as they are:');
    const viewer = await started.open('viewer');
    expect(await viewer.statusOf('/console/bulk', { lead: box, act: 'spam' })).toBe(403);
    expect(await (await viewer.get('/console')).text()).not.toContain('name="act"');
  });

  it('tell channels of a new holder, and hold no more than 50 to an event', async () => {
    const started = await startConsole({ FORM_QUOTA_PER_MINUTE: '200', OUTBOUND_HOSTS: '127.0.0.1' });
    const channel = { kind: 'webhook', name: 'x', events: ['lead.assigned'], address: 'http://127.0.0.1:1/' };
    expect((await started.ask('POST', '/channels', channel, 'admin')).status).toBe(201);
    const boxes: string[] = [];
    for (let n = 0; n < 52; n++) boxes.push(`${await started.submitLead({ phone: `139001390${10 + n}` })}/new/`);
    const sales = await started.open('sales');
    const { page } = await press(sales, boxes, { act: 'assign', assigned_to: 'sales' });
    expect(page).toContain('52 leads: Assigned to sales.');
    const subjects = started.db.selectFrom('audit_subjects').select(({ fn }) => fn.countAll<number>().as('count'));
    expect((await subjects.groupBy('seq').orderBy('seq').execute()).map(({ count }) => count)).toEqual([50, 2]);
    const told = await started.db
      .selectFrom('deliveries')
      .select('lead_id')
      .where('event', '=', 'lead.assigned')
      .execute();
    expect(new Set(told.map(({ lead_id }) => lead_id)).size).toBe(52);
  });

  it('are exported: the form counts them, the file holds no others, a clear one is in the access log', async () => {
    const started = await startConsole();
    const id = await started.submitLead();
    const erased = await started.submitLead({ phone: '13900139001' });
    const other = await started.submitLead({ phone: '13900139002' });
    const sales = await started.open('sales');
    const ticked = [id, erased].map((one): [string, string] => ['lead', `${one}/new/`]);
    const { response, location } = await sales.send('/console/export/chosen', [...ticked, ['list', '?status=new']]);
    await started.ask('DELETE', `/leads/${erased}`);
    expect(location).toMatch(/^\/console\/export\?chosen=[\w-]{36}$/);
    const form = await response.text();
    expect(form).toContain('The selected leads · 2 leads<');
    expect(form).toContain('href="/console?status=new"');
    const chosen = new URL(location, 'https://x').searchParams.get('chosen')!;
    const asked = { chosen, format: 'text/csv', view: 'clear' };
    const again = await sales.send('/console/export', asked);
    expect([again.response.status, again.location]).toEqual([422, `/console/export?chosen=${chosen}`]);
    const file = await (await sales.send('/console/export', { ...asked, purpose: 'handover' })).response.text();
    expect(file).toContain(id);
    for (const one of [erased, other]) expect(file).not.toContain(one);
    expect(await started.readEvents('action=lead.revealed')).toMatchObject([{ purpose: 'handover', lead_ids: [id] }]);
    expect(await started.readEvents('action=lead.exported')).toMatchObject([{ fields: 'csv:1' }]);
    const stranger = await started.open('sales');
    expect((await stranger.get(location)).headers.get('Location')).toBe('/console/export');
  });
});

describe('the counts of the tabs', () => {
  const countsOf = (page: string) =>
    Object.fromEntries([...page.matchAll(/data-tab="(\w+)">([^<]*)</g)].map(([, tab, count]) => [tab, count]));

  it('follow the other filters, stop at 99, stand in the title, and are told to the script', async () => {
    const started = await startConsole({ FORM_QUOTA_PER_MINUTE: '200' });
    const first = await started.submitLead();
    await started.submitLead({ phone: '13700137000' }, 'ecological-cooperation');
    await started.ask('PATCH', `/leads/${first}`, { status: 'contacted', assigned_to: 'sales' }, 'sales');
    const sales = await started.open('sales');
    const page = await (await sales.get('/console')).text();
    expect(countsOf(page)).toEqual({ today: '', new: '1', contacted: '1', qualified: '0', closed: '0', mine: '1' });
    expect(page).toContain('<title>(1) Leads ·');
    const ofForm = await (await sales.get('/console?form=mini-ai-experience&status=closed')).text();
    expect(countsOf(ofForm)).toMatchObject({ new: '0', contacted: '1' });
    expect(ofForm).toContain('<title>Leads ·');
    const { id: _, ...row } = (await started.db
      .selectFrom('leads')
      .selectAll()
      .where('id', '=', first)
      .executeTakeFirst())!;
    const rows = Array.from({ length: 120 }, (_, n) => ({
      ...{ ...row, id: `01900000-0000-7000-8000-${String(n).padStart(12, '0')}`, receipt_hash: `${n}` },
      ...{ status: 'new', assigned_to: null },
    }));
    for (let at = 0; at < rows.length; at += 10)
      await started.db.atomic([
        started.db
          .insertInto('leads')
          .values(rows.slice(at, at + 10))
          .compile(),
      ]);
    const told = await (await sales.get('/console/arrivals?status=closed', { Accept: 'application/json' })).json();
    expect(told).toEqual({
      rows: [],
      counts: { today: '', new: '99+', contacted: '1', qualified: '0', closed: '0', mine: '0' },
    });
  });

  it('say nothing where none is found among some; a thousand that wait are a thousand, and one more says so', async () => {
    const started = await startConsole();
    const first = await started.submitLead();
    await started.db.updateTable('leads').set({ status: 'new' }).where('id', '=', first).execute();
    const row = (await started.db.selectFrom('leads').selectAll().where('id', '=', first).executeTakeFirst())!;
    const insert = (from: number, to: number) =>
      started.db.atomic(
        Array.from({ length: to - from }, (_, n) => ({
          ...row,
          ...{ id: `01900000-0000-7000-8000-${String(from + n).padStart(12, '0')}`, receipt_hash: `${from + n}` },
        })).map(one => started.db.insertInto('leads').values(one).compile()),
      );
    await insert(0, 1_000);
    const sales = await started.open('sales');
    const waiting = async () =>
      /class="figure alarm"><a[^>]*>([^<]*)/.exec(await (await sales.get('/console/overview')).text())![1];
    expect(await waiting()).toBe('1000');
    await insert(1_000, 1_001);
    expect(await waiting()).toBe('1000+');
    await insert(1_001, 2_001);
    const page = await (await sales.get('/console?form=ecological-cooperation')).text();
    expect(countsOf(page)).toMatchObject({ new: '', qualified: '0' });
  });
});
