import { expect, it } from 'vitest';
import { browser_accept, lead, startPublished } from '../support/harness.ts';

const noindex = '<meta name="robots" content="noindex">';

it('search engines may list what is the same for everybody, and nothing that holds a code or a mistake', async () => {
  const { get, post, submit } = await startPublished();
  const { receipt_code } = (await (await post('/forms/mini-ai-experience', lead)).json()) as { receipt_code: string };
  const { reference } = (await (await post('/requests', { type: 'access', receipt_code })).json()) as {
    reference: string;
  };
  const read = async (path: string) => {
    const page = await get(path, { Accept: browser_accept });
    return [
      path,
      (await page.text()).includes(noindex),
      /connect-src 'self'/.test(page.headers.get('Content-Security-Policy')!),
    ];
  };
  for (const path of [
    '/',
    '/forms/mini-ai-experience',
    '/withdrawals',
    '/requests',
    '/compliance',
    '/announcements',
    '/policies',
  ])
    expect(await read(path)).toEqual([path, false, true]);
  for (const path of [`/requests/${reference}`, '/forms/mini-ai-experience/thanks', '/nothing'])
    expect(await read(path)).toEqual([path, true, false]);
  const wrong = await submit('/requests', { type: 'access' });
  expect([wrong.status, (await wrong.text()).includes(noindex)]).toEqual([422, true]);
});
