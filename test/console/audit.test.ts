import { describe, expect, it } from 'vitest';
import { createToken } from '../../db/staff/tokens.ts';
import { startConsole } from '../support/console.ts';
import { lead, operator, origin } from '../support/harness.ts';

const day_ms = 86_400_000;

/** Reads the rows of the access log as plain texts. */
const rowsOf = (page: string) =>
  [...page.matchAll(/<tr role="row">(.*?)<\/tr>/gs)].slice(1).map(([, cells]) =>
    cells!
      .replace(/<[^>]*>/g, ' ')
      .replace(/\s+/g, ' ')
      .trim(),
  );

async function openLog() {
  const console = await startConsole();
  const read = async (query: string, role: 'auditor' | 'privacy_officer' = 'auditor') =>
    rowsOf(await (await (await console.open(role)).get(`/console/audit?${query}`)).text());
  return { ...console, read };
}

describe('GET /console/audit', () => {
  it('[A1] tells of a status from what to what, and of an export as one', async () => {
    const { read, submitLead, open, ask, app, token } = await openLog();
    const id = await submitLead();
    const sales = await open('sales');
    await sales.post(`/console/leads/${id}/status`, { status: 'contacted' });
    await ask('PATCH', `/leads/${id}`, { status: 'closed', assigned_to: '王芳' });
    const [second, first] = await read('action=lead.changed');
    expect(first).toContain('Status: New → Contacted');
    expect(second).toContain('Status: Contacted → Closed, Assigned to');
    expect((await (await open('auditor')).get('/console/audit?action=lead.changed&lang=zh-CN')).status).toBe(200);
    await Promise.all(Array.from({ length: 600 }, (_, n) => submitLead({ phone: `139${String(n).padStart(8, '0')}` })));
    const headers = { Accept: 'text/csv', Authorization: `Bearer ${await token('sales')}` };
    await (await app.request(`${origin}/leads?view=clear`, { headers })).text();
    const exported = await read('action=all');
    expect(exported[0]).toMatch(/sales Sales Exported in clear .*601 leads/);
    expect(exported.filter(row => row.includes('Exported in clear'))).toHaveLength(1);
    expect(await read('action=lead.exported')).toHaveLength(1);
    expect((await read('action=lead.revealed'))[0]).toContain('Exported in clear');
    expect((await read(`lead_id=${id}&action=all`)).join('\n')).toContain('Exported in clear');
    const own = await (await open('privacy_officer')).get(`/console/leads/${id}`);
    expect(await own.text()).toContain('Exported in clear');
  });

  it('[A1] narrows down to a person, over all of the tokens that the person had, to days and to an action', async () => {
    const { read, submitLead, db, services, app, advance } = await openLog();
    const id = await submitLead();
    const see = async (token: string) => {
      const headers = { Authorization: `Bearer ${token}` };
      await app.request(`${origin}/leads/${id}?view=clear`, { headers });
    };
    const make = (holder: string) => createToken(db, { holder, role: 'sales', days: 90 }, operator, services.now());
    await see(await make('王芳'));
    await see(await make('李娜'));
    advance(day_ms);
    await see(await make('王芳'));
    const person = encodeURIComponent('王芳');
    expect(await read(`person=${person}`)).toHaveLength(2);
    expect(await read(`person=${person}&from=2026-11-24`)).toHaveLength(1);
    expect(await read(`person=${person}&to=2026-11-23`)).toHaveLength(1);
    expect(await read(`person=${person}&to=2026-11-22`)).toEqual([]);
    expect(await read(`person=${person}&action=lead.changed`)).toEqual([]);
    expect(await read('person=nobody&action=all')).toEqual([]);
    expect(await read('')).toHaveLength(3);
    expect((await read('person=visitor&action=all')).every(row => row.includes('Visitor'))).toBe(true);
  });

  it('names what a request asked for, and leads to it', async () => {
    const { ask, open } = await openLog();
    const sent = { type: 'restriction', channel: 'phone', email: lead.email };
    const { id } = (await (await ask('POST', '/subject-requests', sent)).json()) as { id: string };
    const page = await (await (await open('auditor')).get('/console/audit?action=request.received')).text();
    expect(page).toContain(`<a href="/console/requests/${id}">`);
    expect(page).toContain('Have its use restricted');
  });

  it('goes on page by page where several tokens of one person stand in the log', async () => {
    const { submitLead, db, services, app, open } = await openLog();
    const id = await submitLead();
    const tokens = [];
    for (let n = 0; n < 3; n++)
      tokens.push(await createToken(db, { holder: '王芳', role: 'sales', days: 90 }, operator, services.now()));
    for (let n = 0; n < 120; n++) {
      const headers = { Authorization: `Bearer ${tokens[n % 3]}` };
      await app.request(`${origin}/leads/${id}?view=clear`, { headers });
    }
    const auditor = await open('auditor');
    let seen = 0;
    for (let path: string | undefined = `/console/audit?person=${encodeURIComponent('王芳')}`; path; ) {
      const page = await (await auditor.get(path)).text();
      seen += rowsOf(page).length;
      path = /rel="next" href="([^"]+)"/.exec(page)?.[1]?.replaceAll('&amp;', '&');
    }
    expect(seen).toBe(120);
  });
});

describe('/console/audit/export', () => {
  it('[A1] hands out what the filters leave as CSV, once, and is itself an event that is recorded before', async () => {
    const { submitLead, open, ask, readEvents } = await openLog();
    const id = await submitLead();
    await ask('PATCH', `/leads/${id}`, { assigned_to: '=cmd()' });
    await ask('PATCH', `/leads/${id}`, { status: 'contacted' });
    const auditor = await open('auditor');
    const { response, location } = await auditor.send('/console/audit/export', { action: 'lead.changed', lead_id: id });
    expect(response.headers.get('Content-Type')).toBe('text/csv; charset=utf-8');
    const lines = (await response.text()).trimEnd().split('\r\n');
    expect(lines[0]).toBe('seq,recorded_at,actor,holder,role,action,fields,purpose,request_id,lead_count,lead_ids');
    expect(lines.slice(1).map(line => line.split(',')[6])).toEqual(['assigned_to', 'status:new>contacted']);
    expect(lines[2]).toContain(`,1,${id}`);
    expect(lines.join()).not.toContain(lead.email);
    expect(await readEvents('action=audit.exported')).toMatchObject([{ fields: 'lead_id,action' }]);
    const again = await auditor.get(location);
    expect([again.status, again.headers.get('Location')]).toEqual([303, '/console/audit']);
    expect(await readEvents('action=audit.exported')).toHaveLength(1);
    const all = await auditor.send('/console/audit/export', { action: 'all' });
    expect((await all.response.text()).trimEnd().split('\r\n').at(-1)).toContain('audit.exported');
    for (const role of ['viewer', 'sales', 'admin'] as const)
      expect(await (await open(role)).statusOf('/console/audit/export', { action: 'all' })).toBe(403);
  });
});
