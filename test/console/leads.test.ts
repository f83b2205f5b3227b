import { describe, expect, it } from 'vitest';
import { clear, masked, readTraces, script, startConsole } from '../support/console.ts';
import { browser_accept, lead, origin, runJobs, start } from '../support/harness.ts';

const minute_ms = 60_000;

describe('GET /console', () => {
  it('lists leads masked, newest first, narrowed down by what the address says and nothing else', async () => {
    const { open, submitLead, advance } = await startConsole();
    const first = await submitLead();
    advance(26 * 60 * minute_ms);
    const second = await submitLead({ phone: '13900139000' }, 'ecological-cooperation');
    const sales = await open('sales');
    const list = async (query: string) => {
      const page = await (await sales.get(`/console${query}`)).text();
      for (const value of clear) expect(page).not.toContain(value);
      return [...page.matchAll(/<li data-id="([\w-]{36})"/g)].map(([, id]) => id);
    };
    expect(await list('')).toEqual([second, first]);
    expect(await list('?order=asc')).toEqual([first, second]);
    expect(await list('?form=ecological-cooperation')).toEqual([second]);
    expect(await list('?status=new&to=2026-11-23')).toEqual([first]);
    expect(await list('?from=2026-11-24')).toEqual([second]);
    expect(await list('?status=closed')).toEqual([]);
    expect(await list('?assigned_to=nobody')).toEqual([]);
    expect(await list('?status=nonsense&from=yesterday&cursor=x&order=up')).toEqual([second, first]);
    await sales.post(`/console/leads/${first}/assignee`, { assigned_to: 'sales' });
    expect(await list('?assigned_to=sales')).toEqual([first]);
    const page = await (await sales.get('/console')).text();
    for (const value of masked) expect(page).toContain(value);
  });

  it('names each lead’s controls with its company too, and offers no further pages where there are none', async () => {
    const { open, submitLead } = await startConsole();
    for (const company of ['南京云栖信息技术有限公司', '江苏大学']) await submitLead({ name: '王芳', company });
    const page = await (await (await open('sales')).get('/console')).text();
    const names = [...page.split('<template>')[0]!.matchAll(/aria-label="((?:Select|Call) [^"]+)"/g)].map(
      ([, name]) => name,
    );
    expect(names.sort()).toEqual([
      ...['Call 王** 南京**有限公司', 'Call 王** 江苏**'],
      ...['Select 王** 南京**有限公司', 'Select 王** 江苏**'],
    ]);
    expect(page).not.toContain('class="pages"');
  });

  it('goes on from page to page without missing or doubling one', async () => {
    const { open, submitLead, advance } = await startConsole();
    const ids = [];
    for (let n = 0; n < 120; n++) {
      if (n % 7 === 0) advance(1);
      ids.push(await submitLead());
    }
    const sales = await open('sales');
    const seen: string[] = [];
    let next: string | undefined = '/console?status=new';
    while (next) {
      const page: string = await (await sales.get(next)).text();
      seen.push(...[...page.matchAll(/<li data-id="([\w-]{36})"/g)].map(([, id]) => id!));
      next = /rel="next" href="([^"]+)"/.exec(page)?.[1]?.replaceAll('&amp;', '&');
      if (next) expect(next).toContain('status=new');
    }
    expect(seen).toHaveLength(120);
    expect(new Set(seen)).toEqual(new Set(ids));
  });

  it('says what to do where there is nothing', async () => {
    const { open, submitLead } = await startConsole();
    const sales = await open('sales');
    expect(await (await sales.get('/console')).text()).toContain('href="/forms/mini-ai-experience?lang=en"');
    await submitLead();
    expect(await (await sales.get('/console?status=closed')).text()).toContain('Nothing matches these filters');
    const mine = '/console?assigned_to=sales';
    expect(await (await sales.get(mine)).text()).toContain('No lead is assigned to you');
    expect(await (await sales.get(`${mine}&status=new`)).text()).toContain('Nothing matches these filters');
  });
});

describe('GET /console/arrivals', () => {
  it('tells of leads that came in since the page was made, masked, each filter kept, and of none twice once they are old', async () => {
    const { open, submitLead, advance } = await startConsole();
    await submitLead();
    const sales = await open('sales');
    const page = await (await sales.get('/console')).text();
    let after = /data-arrivals="([^"]+)"/.exec(page)![1]!;
    const ask = async (query = '') => {
      const response = await sales.get(`/console/arrivals?after=${after}${query}`, script);
      const answer = (await response.json()) as { rows: { id: string; slots: { name: string } }[]; after: string };
      after = answer.after;
      return answer.rows.map(({ id }) => id);
    };
    advance(minute_ms);
    await ask();
    const arrived = await submitLead({ phone: '13900139000' });
    expect(await ask('&status=closed')).toEqual([]);
    expect(await ask()).toContain(arrived);
    expect(JSON.stringify(await (await sales.get(`/console/arrivals?after=${after}`, script)).json())).not.toContain(
      lead.name,
    );
    advance(minute_ms);
    const later = await submitLead();
    expect(await ask()).toEqual([arrived, later]);
    expect(await ask()).toEqual([later]);
  });
});

describe('POST /console/search', () => {
  it.each(['138 0013 8078', '+86-138-0013-8078', '１３８００１３８０７８', 'zhang.san@EXAMPLE.com'])(
    'finds %s in any spelling, and keeps it out of every address and out of what is stored',
    async q => {
      const { open, submitLead, lines, db } = await startConsole();
      const id = await submitLead();
      await submitLead({ phone: '13900139000', email: 'other@example.com' });
      const { response, location } = await (await open('viewer')).send('/console/search', { q });
      const page = await response.text();
      expect([...page.matchAll(/<li data-id="([\w-]{36})"/g)].map(([, id]) => id)).toEqual([id]);
      const stored = JSON.stringify(await db.selectFrom('session_notes').selectAll().execute());
      expect(stored).toContain(location.split('/').at(-1));
      expect(readTraces(response, page) + location + lines.join('') + stored).not.toContain(q);
    },
  );

  it('says that nothing was found, or that only a whole number or address can be', async () => {
    const { open } = await startConsole();
    const sales = await open('sales');
    const none = await sales.send('/console/search', { q: '13800138000' });
    expect(await none.response.text()).toContain('No lead with this phone or email');
    const { response } = await (await open('viewer')).send('/console/search', { q: '<b>138' });
    const page = await response.text();
    expect(response.status).toBe(422);
    expect(page).toContain('Enter a whole phone number');
    expect(page).not.toContain('<b>138');
  });

  it('finds a part of a name or a company, once on record, however often its page is opened again', async () => {
    const { open, submitLead, readEvents, services, lines } = await startConsole();
    const ids = [await submitLead(), await submitLead({ name: 'Ada Müller', company: '小视' })];
    await submitLead({ name: 'Bob', company: 'x' });
    const sales = await open('sales');
    const { response, location } = await sales.send('/console/search', { q: '小视' });
    const page = await response.text();
    const listed = (text: string) => [...text.matchAll(/<li data-id="([\w-]{36})"/g)].map(([, id]) => id);
    expect(listed(page)).toEqual(ids.toReversed());
    expect(page).toContain('2 leads by name or company');
    expect(page).toContain('Looked through the newest 3.');
    expect(page).not.toContain('13800138078');
    expect(readTraces(response, page) + location + lines.join('')).not.toMatch(/小视|%E5%B0%8F/i);
    expect(listed(await (await sales.get(location)).text())).toEqual(ids.toReversed());
    const officer = await open('privacy_officer');
    await officer.send(`/console/leads/${ids[1]}/erasure`, { ground: 'other', sure: 'yes' });
    expect(await readEvents('action=lead.searched')).toHaveLength(1);
    const log = await (await officer.get('/console/audit?action=all')).text();
    expect(log).toContain('Searched by name');
    expect(log).toContain('3 leads');
    services.most_searched = 1;
    const none = await (await sales.send('/console/search', { q: 'müller' })).response.text();
    expect(none).toContain('No lead with this name or company');
    expect(none).toContain('Looked through the newest 1.');
  });

  it('says that one character is too short, and looks up no name for who may not reveal', async () => {
    const { open, submitLead, readEvents } = await startConsole();
    await submitLead();
    const short = (await (await open('sales')).send('/console/search', { q: '张' })).response;
    expect([short.status, (await short.text()).includes('at least two characters')]).toEqual([422, true]);
    const viewer = (await (await open('viewer')).send('/console/search', { q: '小视' })).response;
    expect([viewer.status, (await viewer.text()).includes('Enter a whole phone number')]).toEqual([422, true]);
    expect(await readEvents('action=lead.searched')).toEqual([]);
  });

  it('is shown again on every server to its session alone, and its end deletes it; a session keeps the latest fifty', async () => {
    const { open, db, advance, services } = await startConsole();
    const [sales, other] = [await open('sales'), await open('sales')];
    const { location } = await sales.send('/console/search', { q: '13800138078' });
    const second = await start({ CLIENT_IP_HEADER: 'x-real-ip' }, db);
    const elsewhere = await second.get(location, { Accept: browser_accept, Cookie: sales.cookie });
    expect(await elsewhere.text()).toContain('value="13800138078"');
    const foreign = await other.get(location);
    expect([foreign.status, foreign.headers.get('Location')]).toEqual([303, '/console']);
    const count = async () => (await db.selectFrom('session_notes').selectAll().execute()).length;
    for (let n = 0; n < 50; n++) await sales.post('/console/search', { q: `1380013${8000 + n}` });
    expect(await count()).toBe(50);
    expect((await sales.get(location)).status).toBe(303);
    await sales.post('/console/session/end');
    expect(await count()).toBe(0);
    await other.post('/console/search', { q: '13800138078' });
    advance(8 * 60 * minute_ms);
    await runJobs(services);
    expect(await count()).toBe(0);
  });
});

describe('the way back from a lead', () => {
  it('leads to the list as it was: filters and page, or the search, also after a post', async () => {
    const { open, submitLead } = await startConsole();
    for (let n = 0; n < 51; n++) await submitLead();
    const officer = await open('privacy_officer');
    const links = (page: string) =>
      [...page.matchAll(/href="([^"]*)"/g)].map(([, address]) => address!.replaceAll('&amp;', '&'));
    const list = await (await officer.get('/console?status=new&form=mini-ai-experience')).text();
    const next = links(list).find(address => address.includes('cursor='))!;
    const { location: search } = await officer.send('/console/search', { q: lead.phone });
    for (const [n, address] of ['/console', next, search].entries()) {
      const rows = links(await (await officer.get(address)).text()).filter(one =>
        /^\/console\/leads\/[0-9a-f]/.test(one),
      );
      expect(rows.length).toBeGreaterThan(0);
      // Another lead each time, because one that was revealed stays so.
      const page = await (await officer.get(rows.at(n - 1)!)).text();
      expect(/class="crumb"><a href="([^"]*)"/.exec(page)![1]!.replaceAll('&amp;', '&')).toBe(address);
      const actions = [...page.matchAll(/action="(\/console\/leads[^"]*)"/g)].map(([, one]) =>
        one!.replaceAll('&amp;', '&'),
      );
      const ends = { reveal: { purpose: 'follow_up' }, status: { status: 'new' }, correction: { phone: '1' } };
      for (const [end, fields] of Object.entries(ends)) {
        const action = actions.find(one => new URL(one, origin).pathname.endsWith(`/${end}`))!;
        const { response } = await officer.send(action, fields as Record<string, string>);
        expect(await response.text()).toContain(`class="crumb"><a href="${address.replaceAll('&', '&amp;')}"`);
      }
    }
  });

  it('leads nowhere else, whatever the address says', async () => {
    const { open, submitLead } = await startConsole();
    const id = await submitLead();
    const sales = await open('sales');
    for (const list of [
      '//evil.example',
      'https://evil.example',
      '/search/x',
      '/leads',
      '?status=nonsense',
      '/search/../tokens',
    ]) {
      const page = await (await sales.get(`/console/leads/${id}?list=${encodeURIComponent(list)}`)).text();
      expect(page).toContain('class="crumb"><a href="/console"');
    }
  });
});
