import { expect, it } from 'vitest';
import { browser_accept, noon, origin, readProblem, site, startPublished } from '../support/harness.ts';

const visitor_id = '3f0c9a52-9b1e-4c7a-8d2e-5b6f7a8c9d0e';
const path = `/consents/${visitor_id}/receipt`;
const choice = {
  visitor_id,
  policy_version: '2026-01',
  locale: 'zh-CN',
  shown: ['necessary', 'analytics', 'marketing'],
  granted: ['necessary', 'analytics'],
  source: 'banner',
  chosen_at: noon.toISOString(),
};

it('[R2] GET /consents/:visitor_id/receipt tells what was shown, chosen and when, under which text', async () => {
  const { get, post } = await startPublished();
  await post('/consents', choice);
  const response = await get(path);
  expect(response.headers.get('Content-Disposition')).toBe('attachment; filename="consent-receipt.json"');
  expect(response.headers.get('Cache-Control')).toBe('private, no-store');
  const { policies } = (await (await get('/policies')).json()) as {
    policies: { documents: { locale: string; sha256: string; url: string }[] }[];
  };
  const text = policies[0]!.documents.find(({ locale }) => locale === 'zh-CN')!;
  const { id } = ((await (await get(`/consents/${visitor_id}`)).json()) as { current: { id: string } }).current;
  const event = { event_time: choice.chosen_at, event_type: 'explicit', entity_id: visitor_id };
  const purpose = (id: string, lawful_basis: string, state: string) => ({
    purpose: id,
    name: `${id} zh-CN`,
    description: `${id} …`,
    lawful_basis,
    event: { ...event, state, validity_duration: 'P182D' },
  });
  expect(await response.json()).toEqual({
    schema_version: 'lead-consent/1',
    pii_principal_id: visitor_id,
    issued_at: noon.toISOString(),
    pii_controllers: [
      { party_name: '小视科技(江苏)股份有限公司', party_contact: 'privacy@example.com', party_url: origin },
    ],
    withdrawal_method: `${origin}/consents/${visitor_id}/withdrawal`,
    records: [
      {
        record_id: id,
        privacy_notice: text.url,
        privacy_notice_sha256: text.sha256,
        policy_version: '2026-01',
        language: 'zh-CN',
        source: 'banner',
        received_at: noon.toISOString(),
        expires_at: '2027-05-24T04:00:00.000Z',
        purposes: [
          purpose('necessary', 'necessary', 'given'),
          purpose('analytics', 'consent', 'given'),
          purpose('marketing', 'consent', 'refused'),
        ],
      },
    ],
  });
});

it('a purpose that was granted before reads withdrawn, one that never was reads refused, under the text of its day', async () => {
  const { get, post, publish, advance } = await startPublished();
  await post('/consents', choice);
  advance(60_000);
  await publish('2026-02');
  const chosen_at = new Date(noon.getTime() + 60_000).toISOString();
  const later = { policy_version: '2026-02', locale: 'en', granted: ['necessary'], source: 'withdrawal', chosen_at };
  await post('/consents', { ...choice, ...later });
  const { records } = (await (await get(path)).json()) as {
    records: { privacy_notice: string; purposes: { event: { state: string } }[] }[];
  };
  expect(records.map(it => [it.privacy_notice, it.purposes.map(({ event }) => event.state)])).toEqual([
    [`${origin}/policies/2026-02?lang=en`, ['given', 'withdrawn', 'refused']],
    [`${origin}/policies/2026-01?lang=zh-CN`, ['given', 'given', 'refused']],
  ]);
});

it('of an unknown visitor there is none, and a page of an allowed website may read it', async () => {
  const { get, post } = await startPublished();
  for (const id of [visitor_id, 'x', '%00'])
    expect(await readProblem(await get(`/consents/${id}/receipt`))).toMatchObject({ slug: 'not-found', status: 404 });
  await post('/consents', choice);
  const response = await get(path, { Origin: site });
  expect(response.headers.get('Access-Control-Allow-Origin')).toBe(site);
});

it('a receipt of development names the default controller, and no contact where none is set', async () => {
  const { get, post } = await startPublished({ NODE_ENV: 'development', CONTROLLER_NAME: '', CONTROLLER_CONTACT: '' });
  await post('/consents', choice);
  const { pii_controllers } = (await (await get(path)).json()) as { pii_controllers: object[] };
  expect(pii_controllers).toEqual([{ party_name: 'lead-consent', party_url: origin }]);
  expect(await (await get('/forms/mini-ai-experience', { Accept: browser_accept })).text()).toContain(
    '<p>lead-consent</p>',
  );
});
