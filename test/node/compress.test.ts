import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { createApp } from '../../worker/app.ts';
import { openAssets, pack } from '../../worker/node/assets.ts';
import { compress } from '../../worker/node/compress.ts';
import { browser_accept, lead, origin, site, startPublished } from '../support/harness.ts';

const started = await startPublished();
const app = createApp({ ...started.services, compress, findAsset: openAssets(), pack });
for (let n = 0; n < 10; n++) await started.post('/forms/mini-ai-experience', lead);
const authorization = { Authorization: `Bearer ${await started.token('viewer')}` };
const both = 'gzip, deflate, br';

async function get(path: string, headers: Record<string, string>) {
  const response = await app.request(origin + path, { headers });
  return {
    response,
    encoding: response.headers.get('Content-Encoding'),
    bytes: Buffer.from(await response.arrayBuffer()),
  };
}

it.each([
  ['/forms/mini-ai-experience?lang=en', { Accept: browser_accept }],
  ['/policies/current', {}],
  ['/leads', authorization],
])('%s is compressed as the client accepts, and says the same', async (path, headers) => {
  const plain = await get(path, headers);
  expect([plain.encoding, plain.response.headers.get('Vary')]).toEqual([
    null,
    expect.stringContaining('Accept-Encoding'),
  ]);
  for (const [accepted, name, unpack] of [
    [both, 'br', brotliDecompressSync],
    ['gzip', 'gzip', gunzipSync],
    ['br;q=0, gzip;q=0.5', 'gzip', gunzipSync],
  ] as const) {
    const { encoding, bytes, response } = await get(path, { ...headers, 'Accept-Encoding': accepted });
    expect([encoding, response.status]).toEqual([name, 200]);
    expect(bytes.length).toBeLessThan(plain.bytes.length / 1.5);
    const same = (text: string) => text.replace(/name="form_token" value="[^"]*"/, '');
    expect(same(unpack(bytes).toString())).toBe(same(plain.bytes.toString()));
  }
  for (const accepted of ['identity', 'br;q=0', 'brotli', ''])
    expect((await get(path, { ...headers, 'Accept-Encoding': accepted })).encoding).toBeNull();
});

it.each(['/widget.js', '/styles.css'])('%s is kept packed, and sent as the client accepts', async path => {
  const plain = await get(path, {});
  expect(plain.encoding).toBeNull();
  for (const [accepted, name, unpack] of [
    [both, 'br', brotliDecompressSync],
    ['br;q=0, GZIP', 'gzip', gunzipSync],
    ['br; q=0.0, gzip;q=0.5', 'gzip', gunzipSync],
  ] as const) {
    const { encoding, bytes } = await get(path, { 'Accept-Encoding': accepted });
    expect([accepted, encoding]).toEqual([accepted, name]);
    expect(unpack(bytes).equals(plain.bytes)).toBe(true);
  }
  for (const accepted of ['identity', 'br;q=0', 'br;q=0, gzip;q=0', 'brotli', ''])
    expect([accepted, (await get(path, { 'Accept-Encoding': accepted })).encoding]).toEqual([accepted, null]);
});

it('streams go out page by page, small answers and those to HEAD as they are', async () => {
  for (const Accept of ['application/x-ndjson', 'text/csv'])
    expect((await get('/leads', { ...authorization, Accept, 'Accept-Encoding': both })).encoding).toBeNull();
  expect(await get('/health', { 'Accept-Encoding': both })).toMatchObject({ encoding: null });
  const head = await app.request(`${origin}/withdrawals`, { method: 'HEAD', headers: { 'Accept-Encoding': both } });
  expect(head.headers.get('Content-Encoding')).toBeNull();
});

it('an answer of one person’s own is not compressed where another website made the browser ask', async () => {
  const ask = async (from: string | undefined, path = '/withdrawals') =>
    (
      await get(path, {
        'Accept-Encoding': both,
        Cookie: 'consent=v1.x',
        ...(from && { 'Sec-Fetch-Site': from }),
        Referer: site,
      })
    ).encoding;
  expect([await ask('same-origin'), await ask('none')]).toEqual(['br', 'br']);
  expect([await ask('cross-site'), await ask('same-site'), await ask(undefined)]).toEqual([null, null, null]);
  expect(await ask('cross-site', '/policies/current')).toBe('br');
});
