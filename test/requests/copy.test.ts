import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import type { Database } from '../../db/database.ts';
import * as sqlite from '../../db/dialects/sqlite.ts';
import { copied_tables } from '../../db/requests/copy-places.ts';
import { copy_texts } from '../../worker/requests/copy-texts.ts';
import { browser_accept, lead, origin, startPublished } from '../support/harness.ts';

type Copy = {
  leads: ({ id: string } & Record<string, unknown>)[];
  request: Record<string, unknown>;
  recipients: object[];
};

async function openRequest() {
  const started = await startPublished();
  const { post, ask, pull } = started;
  const { id } = (await (await post('/forms/mini-ai-experience', { ...lead, locale: 'en' })).json()) as { id: string };
  await ask('PATCH', `/leads/${id}`, {
    ...{ status: 'closed', closed_reason: 'won', assigned_to: '王芳' },
    ...{ follow_up_on: '2026-11-25', note: 'Wants two.\nSoon.' },
  });
  await pull(`/leads/${id}?view=clear`, 'sales');
  const asked = { type: 'copy', channel: 'visit', email: lead.email, name: '欧阳小明' };
  const request = (await (await ask('POST', '/subject-requests', asked)).json()) as { id: string };
  await ask('POST', `/subject-requests/${request.id}/verification`, { by: 'in_person' });
  const done = await ask('POST', `/subject-requests/${request.id}/fulfilment`);
  const { copy_url } = (await done.json()) as { copy_url: string };
  return { ...started, id, path: copy_url.slice(origin.length), request };
}

describe('[R2] a copy', () => {
  it('holds everything, opens once, and is on record before it is opened', async () => {
    const { id, path, get, post, pull, request } = await openRequest();
    expect(path).toMatch(/^\/requests\/copies\/[0-9A-Z-]{23}$/);
    for (let n = 0; n < 2; n++) expect(await (await get(path)).json()).toEqual({ until: '2026-11-30T04:00:00.000Z' });
    const response = await post(path, '', { Accept: 'application/json' });
    expect(response.headers.get('Cache-Control')).toBe('no-store');
    const copy = (await response.json()) as Copy;
    expect(copy.leads).toEqual([
      {
        ...{ id, form: 'mini-ai-experience', received_at: '2026-11-23T04:00:00.000Z', earlier_lead_id: null },
        ...{ changed_at: '2026-11-23T04:00:00.000Z', erased_at: null, restricted_at: null, child_at: null },
        ...{ follow_up_on: '2026-11-25', note: 'Wants two.\nSoon.' },
        values: { name: lead.name, phone: '+8613800138078', email: lead.email, company: lead.company },
        status: {
          ...{
            now: 'closed',
            closed_reason: 'won',
            changed_at: '2026-11-23T04:00:00.000Z',
            contacted_at: '2026-11-23T04:00:00.000Z',
          },
          ...{ qualified_at: '2026-11-23T04:00:00.000Z', closed_at: '2026-11-23T04:00:00.000Z' },
        },
        consent: {
          ...{ policy_version: '2026-01', policy_sha256: expect.any(String), locale: 'en', withdrawn_at: null },
          agreement: 'I agree to the [policy 2026-01] for mini-ai-experience (en)',
          agreement_sha256: expect.any(String),
        },
        kept_until: '2028-11-23T04:00:00.000Z',
        ...{ holds: [], restrictions: [], incidents: [] },
        events: [
          expect.objectContaining({ action: 'lead.created', role: 'visitor' }),
          expect.objectContaining({
            action: 'lead.changed',
            role: 'privacy_officer',
            fields: 'status:new>closed,closed_reason,assigned_to,follow_up_on,note',
          }),
          expect.objectContaining({ action: 'lead.revealed', role: 'sales', at: '2026-11-23T04:00:00.000Z' }),
          expect.objectContaining({ action: 'request.fulfilled', role: 'privacy_officer' }),
          expect.objectContaining({ action: 'copy.opened', role: 'visitor' }),
        ],
      },
    ]);
    expect(copy.request).toMatchObject({ id: request.id, type: 'copy', texts: { email: lead.email, name: lead.name } });
    expect(copy.recipients).toEqual([]);
    // No member of staff is named.
    expect(JSON.stringify(copy)).not.toContain('王芳');
    for (const ask of [() => get(path), () => post(path, '')]) expect((await ask()).status).toBe(404);
    const { audit_events } = (await (await pull(`/audit-events?lead_id=${id}`)).json()) as { audit_events: object[] };
    expect(audit_events.at(-1)).toMatchObject({ action: 'copy.opened', fields: request.id, actor: 'visitor' });
  });

  it('opens on a page with one button, to read and to keep as a file', async () => {
    const { path, get, submit } = await openRequest();
    const door = await (await get(`${path}?lang=en`, { Accept: browser_accept })).text();
    expect(door).toContain('<form class="card" method="post">');
    expect(door.match(/<button/g)).toHaveLength(1);
    expect(door).not.toContain(lead.email);
    const page = await (await submit(`${path}?lang=en`, {})).text();
    for (const told of [
      lead.email,
      lead.company,
      'I agree to the [policy 2026-01]',
      'Seen in clear',
      'sales',
      'Wants two.\nSoon.',
    ])
      expect(page).toContain(told);
    // Codes are told in words, and stay codes in the file.
    for (const [name, meaning] of [
      ['Verification asked', 'by our staff'],
      ['Type', 'Get a copy of my data'],
      ['Language', '简体中文'],
    ])
      expect(page).toContain(`<dt>${name}</dt><dd>${meaning}</dd>`);
    expect(page).not.toContain('<dd>by_staff</dd>');
    expect(readHistory(page).slice(0, 3)).toEqual([
      'Received (you) Name, Phone, Email, Company · Mini AI experience request',
      'Status or assignee changed (privacy officer) State: new → closed, Reason it was closed, Person in charge, To be contacted on, Note by our staff · Mini AI experience request',
      'Seen in clear (sales) Name, Phone, Email, Company, Note by our staff',
    ]);
    const [, file] = /href="data:application\/json;base64,([^"]+)"/.exec(page)!;
    expect(JSON.parse(Buffer.from(file!, 'base64').toString())).toMatchObject({
      leads: [{ values: { email: lead.email } }],
    });
    const again = await submit(`${path}?lang=en`, {});
    expect(again.status).toBe(404);
    expect(await again.text()).not.toContain(lead.email);
  });

  it('tells its history without a code', async () => {
    const { id, path, ask, submit } = await openRequest();
    const hold = { ground: 'court', reference: '（2026）苏01民初123号', review_on: '2027-01-01' };
    expect((await ask('POST', `/leads/${id}/holds`, hold)).status).toBe(201);
    const told = readHistory(await (await submit(`${path}?lang=zh-CN`, {})).text());
    expect(told.length).toBeGreaterThan(5);
    for (const line of told) expect(line).not.toMatch(/[a-z]{4}|[_>]/);
  });

  it('names all that it holds in words, with holds, restrictions, incidents and an extension too', async () => {
    for (const [locale, code] of [
      ['zh-CN', /[a-z]{3}|_/],
      ['en', /^[a-z]|_/],
    ] as const) {
      const names = readNames(await openFullCopy(locale));
      expect(names.length).toBeGreaterThan(40);
      for (const name of names) expect(name).not.toMatch(code);
    }
    for (const [table, places] of Object.entries(copied_tables)) {
      if ('not' in places || table === 'audit_events') continue;
      const named = Object.values(places).flatMap(place => (typeof place === 'string' ? place.split('.').at(-1)! : []));
      for (const name of named.filter(one => one !== 'erased_at'))
        for (const { names } of Object.values(copy_texts))
          expect([name, names[name]]).toEqual([name, expect.any(String)]);
    }
  });

  it('opens for one of many at once, and for nobody after seven days', async () => {
    const { path, post, advance, get } = await openRequest();
    const answers = await Promise.all(Array.from({ length: 8 }, () => post(path, '')));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(404)]);
    const late = await openRequest();
    late.advance(7 * 86_400_000);
    expect((await late.get(late.path)).status).toBe(404);
    expect((await late.post(late.path, '')).status).toBe(404);
    advance(0);
    const none = await get('/requests/copies/x?lang=en', { Accept: browser_accept });
    expect([none.status, await none.text()]).toEqual([404, expect.stringContaining('There is no copy to open here')]);
  });

  it('says of what was erased meanwhile only that it was', async () => {
    const { id, path, post, ask } = await openRequest();
    await ask('DELETE', `/leads/${id}`);
    const copy = (await (await post(path, '')).json()) as Copy;
    expect(copy.leads).toEqual([{ id, erased_at: '2026-11-23T04:00:00.000Z' }]);
  });

  it('is complete by construction: a column without a place in it is found', async () => {
    const db = await sqlite.open(':memory:');
    expect(await listUnplaced(db)).toEqual([]);
    await sql`alter table leads add column mood text`.execute(db);
    await sql`create table chats (id text not null primary key, lead_id text not null)`.execute(db);
    expect((await listUnplaced(db)).sort()).toEqual(['chats', 'leads.mood']);
    await db.destroy();
  });
});

/** Opens a copy that tells of a hold, a restriction that was lifted, an incident, and a request that was extended. */
async function openFullCopy(locale: string): Promise<string> {
  const { post, ask, submit } = await startPublished();
  const { id } = (await (await post('/forms/mini-ai-experience', { ...lead, locale })).json()) as { id: string };
  const make = async (path: string, sent: object) =>
    ((await (await ask('POST', path, sent)).json()) as { id: string }).id;
  const asked = { channel: 'visit', lead_ids: [id] };
  const restriction = await make('/subject-requests', { ...asked, type: 'restriction' });
  const copy = await make('/subject-requests', { ...asked, type: 'copy', details: 'All' });
  for (const request of [restriction, copy])
    await ask('POST', `/subject-requests/${request}/verification`, { by: 'in_person' });
  await ask('POST', `/subject-requests/${copy}/extension`, { reason: 'Many at once', due_on: '2027-01-20' });
  await ask('POST', `/subject-requests/${restriction}/fulfilment`);
  await ask('DELETE', `/leads/${id}/restriction`, { reason: 'Agreed' });
  await make('/incidents', {
    ...{ from: '2026-11-22T00:00:00.000Z', to: '2026-11-23T04:00:00.000Z', cause: 'Theft' },
    scope: { lead_ids: [id] },
  });
  const done = await ask('POST', `/subject-requests/${copy}/fulfilment`);
  await make(`/leads/${id}/holds`, { ground: 'court', reference: '123', review_on: '2027-01-01' });
  const { copy_url } = (await done.json()) as { copy_url: string };
  return (await submit(`${copy_url.slice(origin.length)}?lang=${locale}`, {})).text();
}

/** Reads the names of what a copy holds, and of its grounds. */
function readNames(page: string): string[] {
  const grounds = [...page.matchAll(/<dt>(?:依据|Ground)<\/dt><dd>(.*?)<\/dd>/g)].map(([, ground]) => ground!);
  expect(grounds).toEqual([expect.stringMatching(/^诉讼案件$|^court case$/)]);
  return [...page.matchAll(/<dt>(.*?)<\/dt>/g)].map(([, name]) => name!);
}

/** Reads the lines of a copy's history, without their times. */
function readHistory(page: string): string[] {
  const [, list] = /<h3>[^<]*<\/h3>\s*<ul>(.*?)<\/ul>/s.exec(page)!;
  return [...list!.matchAll(/<\/time>: (.*?)<\/li>/g)].map(([, line]) => line!.replace(/<[^>]+>/g, ''));
}

/** Lists the tables that name a lead or a subject, and the columns of those that are copied, that have no place in a copy. */
async function listUnplaced(db: Database): Promise<string[]> {
  const tables = await db.snapshot(snapshot => snapshot.listTables());
  return tables.flatMap(({ name, columns }) => {
    const places = copied_tables[name];
    if (places && 'not' in places) return [];
    if (places) return columns.filter(column => !(column in places)).map(column => `${name}.${column}`);
    return columns.some(column => /^(lead_id|lead_ids|subject_id)$/.test(column)) ? [name] : [];
  });
}

describe('the page of a request', () => {
  it('says by when it is answered while it is open, and when it ended afterwards', async () => {
    const { read, fulfil, advance } = await openCopyRequest();
    const open = await read();
    expect([open.includes('Answer due by'), open.includes('<dt>Ended</dt>')]).toEqual([true, false]);
    advance(3_600_000);
    await fulfil();
    const closed = await read();
    expect(closed).toMatch(/<dt>Ended<\/dt><dd><time datetime="2026-11-23T05:00:00.000Z">/);
    expect(closed).not.toContain('Answer due by');
  });

  it('says how one gets a copy, that it was opened, and that its days are over', async () => {
    const { read, fulfil, post } = await openCopyRequest();
    expect(await read()).not.toContain('<dt>Copy</dt>');
    const { copy_url } = (await (await fulfil()).json()) as { copy_url: string };
    const waiting = await read();
    expect(waiting).toContain('opens once, until 30 November 2026, 12:00 Beijing time');
    expect(waiting).not.toContain(copy_url.slice(-10));
    await post(copy_url.slice(origin.length), '');
    expect(await read()).toContain('It was opened on 23 November 2026, 12:00 Beijing time');

    const late = await openCopyRequest();
    await late.fulfil();
    late.advance(7 * 86_400_000);
    expect(await late.read()).toContain('opens no more');
  });
});

/** Takes a request for a copy at the desk, whose person is verified. */
async function openCopyRequest() {
  const started = await startPublished();
  const { post, ask, get } = started;
  await post('/forms/mini-ai-experience', lead);
  const taken = await ask('POST', '/subject-requests', { type: 'copy', channel: 'visit', email: lead.email });
  const { id, reference } = (await taken.json()) as { id: string; reference: string };
  await ask('POST', `/subject-requests/${id}/verification`, { by: 'in_person' });
  return {
    ...started,
    fulfil: () => ask('POST', `/subject-requests/${id}/fulfilment`),
    read: async () => (await get(`/requests/${reference}?lang=en`, { Accept: browser_accept })).text(),
  };
}
