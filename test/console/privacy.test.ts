import { describe, expect, it } from 'vitest';
import type { Role } from '../../worker/guards/roles.ts';
import { startConsole } from '../support/console.ts';
import { lead, noon, runJobs } from '../support/harness.ts';

const day_ms = 86_400_000;
const visitor_id = '3f0c9a52-9b1e-4c7a-8d2e-5b6f7a8c9d0e';
const roles: Role[] = ['viewer', 'sales', 'privacy_officer', 'auditor', 'admin'];

/** Lists the roles that see a page. */
async function seenBy(path: string, open: Awaited<ReturnType<typeof startConsole>>['open']) {
  const statuses = await Promise.all(
    roles.map(async role => [role, (await (await open(role)).get(path)).status] as const),
  );
  return statuses.filter(([, status]) => status === 200).map(([role]) => role);
}

describe('GET /console/privacy', () => {
  it('counts the requests by how near their due day is, and names holds, promises and the log', async () => {
    const { open, ask, advance, submitLead, services } = await startConsole();
    const take = async (type: string) =>
      (await (await ask('POST', '/subject-requests', { type, channel: 'phone', email: lead.email })).json()) as {
        id: string;
      };
    const first = await take('erasure');
    await ask('POST', `/subject-requests/${first.id}/refusal`, { code: 'R5', explanation: 'x' });
    advance(3 * day_ms);
    await take('access');
    advance(14 * day_ms);
    await take('copy');
    const id = await submitLead();
    for (const review_on of ['2026-12-10', '2027-05-23'])
      await ask('POST', `/leads/${id}/holds`, { ground: 'court', reference: '7', review_on });
    await runJobs(services);
    // 10 December 2026: the first is due on the 14th, the second on the 17th.
    const read = async (role: Role) => (await (await open(role)).get('/console/privacy')).text();
    const page = await read('privacy_officer');
    const figures = [...page.matchAll(/<b>(\d+)<\/b> ([^<]+)</g)].map(([, count, name]) => `${name} ${count}`);
    expect(figures.slice(0, 5)).toEqual([
      'Overdue 0',
      'Within 2 working days 1',
      'Within 5 working days 2',
      'Open in all 3',
      'Refusals to approve 1',
    ]);
    expect(figures.slice(5)).toEqual([
      expect.stringMatching(/^Kept [1-9]/),
      expect.stringMatching(/^Unproven \d/),
      expect.stringMatching(/^Broken \d/),
    ]);
    for (const part of [
      `/console/requests/${first.id}`,
      'Review is due',
      '23 May 2027',
      '/console/audit?action=lead.exported',
    ])
      expect(page).toContain(part);
    expect(page.match(/Review is due/g)).toHaveLength(1);
    // On its due day a request is not overdue.
    advance(4 * day_ms);
    expect(await read('privacy_officer')).toContain('<b>0</b> Overdue');
    advance(2 * day_ms);
    const later = await read('privacy_officer');
    expect(later).toMatch(/class="late"><a href="\/console\/requests\?due=overdue"><b>1<\/b>/);
    // An auditor sees the requests, and no hold.
    const audited = await read('auditor');
    expect(audited).toContain('Refusals to approve');
    expect(audited).not.toContain('Review is due');
    expect(await seenBy('/console/privacy', open)).toEqual(['privacy_officer', 'auditor']);
  });

  it('names the incidents of which nobody was told yet, and which of them are late', async () => {
    const { open, ask, advance, submitLead } = await startConsole();
    const id = await submitLead();
    const read = async (role: Role) => (await (await open(role)).get('/console/privacy')).text();
    expect(await read('privacy_officer')).toContain('No incident waits for its notice.');
    const times = { from: '2026-11-22T00:00:00.000Z', to: '2026-11-23T04:00:00.000Z' };
    const made = await ask('POST', '/incidents', { ...times, cause: '电脑失窃', scope: { lead_ids: [id] } });
    const address = `/console/incidents/${((await made.json()) as { id: string }).id}`;
    const page = await read('privacy_officer');
    expect(page).toContain(address);
    expect(page).not.toContain('chip overdue');
    advance(day_ms + 1);
    expect(await read('privacy_officer')).toContain('chip overdue');
    expect(await read('auditor')).not.toContain(address);
    const words = Object.fromEntries(
      ['situation', 'impact', 'measures', 'advice', 'remedies'].map(part => [part, 'x']),
    );
    const notice = { contact: 'privacy@example.com', texts: { 'zh-CN': words } };
    await ask('POST', `${address.replace('/console', '')}/notice`, notice);
    expect(await read('privacy_officer')).not.toContain(address);
  });
});

describe('GET /console/choices', () => {
  it('[K3] finds by id what a visitor chose, the latest first, named as it was shown, with the receipt', async () => {
    const { open, post, get, advance } = await startConsole();
    const choose = async (granted: string[]) => {
      const chosen_at = new Date(noon.getTime() + granted.length * 1_000).toISOString();
      const shown = ['necessary', 'functional', 'analytics', 'marketing'];
      const choice = { visitor_id, policy_version: '2026-01', locale: 'en', shown, source: 'banner', chosen_at };
      expect((await post('/consents', { ...choice, granted: ['necessary', ...granted] })).status).toBe(201);
    };
    await choose([]);
    advance(2_000);
    await choose(['analytics']);
    const officer = await open('privacy_officer');
    const find = async (id: string) =>
      (await officer.get(`/console/choices?visitor_id=${encodeURIComponent(id)}`)).text();
    const page = await find(` ${visitor_id.toUpperCase()}`);
    const rowsIn = (text: string) =>
      [...text.matchAll(/<tr role="row" data-id[^>]*>(.*?)<\/tr>/gs)].map(([, cells]) =>
        cells!.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' '),
      );
    const rows = rowsIn(page);
    expect(rows).toEqual([
      expect.stringMatching(/Allowed analytics en Refused functional en, marketing en Banner 2026-01/),
      expect.stringMatching(/Allowed Nothing Refused functional en, analytics en, marketing en Banner/),
    ]);
    expect(page).toContain('Valid until');
    const [, receipt = ''] = /href="(\/consents\/[^"]+\/receipt)"/.exec(page) ?? [];
    expect(await (await get(receipt)).json()).toMatchObject({ pii_principal_id: visitor_id });
    expect(await find('0190b1f0-0000-4000-8000-000000000000')).toContain('No choice under this ID');
    expect(rowsIn(await find(`consent=v1.${visitor_id}.2026-01.1764000000.analytics`))).toEqual(rows);
    const session = 'sid=11111111-2222-4333-8444-555555555555';
    const own = `consent=v1.${visitor_id}.2026-01.1764000000.analytics`;
    const others =
      'foo=v1.11111111-2222-4333-8444-555555555555.x; my_consent=v1.11111111-2222-4333-8444-555555555555.1';
    const shown = [
      `'${own}; ${session}'`,
      `Cookie:${own}; ${session}`,
      `${session}\nconsent\tv1.${own.split('v1.')[1]}`,
    ];
    shown.push(`{"sid": "${session}", "consent": "${own.split('=')[1]}"}`);
    for (const cookies of [
      ...shown,
      `${session}; ${own}`,
      `${own}; ${session}`,
      `${others}; ${own}`,
      `a=${'x'.repeat(5_000)}; ${own}`,
    ])
      expect(rowsIn(await find(cookies))).toEqual(rows);
    expect(await find(`${session}; other=${visitor_id}`)).toContain('sid=11111111-2222-4333-8444-555555555555; other=');
    const wrong = await officer.get('/console/choices?visitor_id=13800138000');
    expect([wrong.status, (await wrong.text()).includes('This is no visitor ID')]).toEqual([422, true]);
    expect(await seenBy('/console/choices', open)).toEqual(['privacy_officer', 'auditor']);
    expect(await (await officer.get('/console/privacy')).text()).toContain('action="/console/choices"');
  });

  it('goes on page by page', async () => {
    const { open, post } = await startConsole();
    for (let n = 0; n < 55; n++) {
      const chosen_at = new Date(noon.getTime() - (n % 40) * 1_000).toISOString();
      const choice = { visitor_id, policy_version: '2026-01', locale: 'en', shown: [], granted: [], source: 'banner' };
      await post('/consents', { ...choice, chosen_at });
    }
    const officer = await open('auditor');
    const seen: string[] = [];
    for (let path: string | undefined = `/console/choices?visitor_id=${visitor_id}`; path; ) {
      const page = await (await officer.get(path)).text();
      seen.push(...[...page.matchAll(/<tr role="row" data-id="([^"]+)"/g)].map(([, id]) => id!));
      path = /rel="next" href="([^"]+)"/.exec(page)?.[1]?.replaceAll('&amp;', '&');
    }
    expect([seen.length, new Set(seen).size]).toEqual([55, 55]);
  });
});
