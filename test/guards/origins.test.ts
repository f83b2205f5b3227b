import { expect, it } from 'vitest';
import { site, start } from '../support/harness.ts';

async function startAsked() {
  const { get, lines, advance } = await start();
  const ask = (origin: string) => get('/policies/current', { Origin: origin });
  const readLogged = () =>
    lines
      .splice(0)
      .map(line => JSON.parse(line))
      .filter(({ event }) => event === 'origin_refused');
  return { ask, readLogged, advance };
}

it('case W20 a refused origin is logged with the setting that would allow it, each at most once a minute', async () => {
  const { ask, readLogged, advance } = await startAsked();
  for (const origin of ['https://a.example', 'https://b.example', 'https://a.example', site]) await ask(origin);
  expect(readLogged()).toMatchObject([
    { level: 'warn', origin: 'https://a.example', setting: 'SITE_ORIGINS' },
    { level: 'warn', origin: 'https://b.example', setting: 'SITE_ORIGINS' },
  ]);
  advance(59_999);
  await ask('https://a.example');
  expect(readLogged()).toEqual([]);
  advance(1);
  await ask('https://a.example');
  expect(readLogged()).toMatchObject([{ origin: 'https://a.example' }]);
});

it('case W20 whoever makes up origins fills neither log nor memory, and is forgotten within a minute', async () => {
  const { ask, readLogged, advance } = await startAsked();
  for (let at = 0; at < 50; at++) await ask(`https://${at}.example/${'x'.repeat(500)}`);
  const logged = readLogged();
  expect(logged.length).toBe(20);
  for (const { origin } of logged) expect(origin.length).toBe(200);
  advance(60_000);
  await ask('https://a.example');
  expect(readLogged().length).toBe(1);
});

it('in development every page of this machine may embed, in production only those of SITE_ORIGINS', async () => {
  for (const [production, allowed] of [
    ['production', null],
    ['development', 'http://localhost:5173'],
  ] as const) {
    const { get } = await start({ NODE_ENV: production, PUBLIC_URL: 'http://127.0.0.1:8787' });
    const ask = async (origin: string) =>
      (await get('/policies/current', { Origin: origin })).headers.get('Access-Control-Allow-Origin');
    expect(await ask('http://localhost:5173')).toBe(allowed);
    expect(await ask('http://localhost.example.com')).toBeNull();
    expect(await ask('http://127.0.0.1.example.com:8787')).toBeNull();
  }
});

it.each(['/policies/current', '/forms/mini-ai-experience', '/withdrawals', '/requests'])(
  'GET %s names in Vary each header once, Origin among them',
  async path => {
    const { get } = await start();
    const names = ((await get(path, { Origin: site, Accept: 'text/html' })).headers.get('Vary') ?? '').split(/, */);
    expect(names).toContain('Origin');
    expect(names).toEqual([...new Set(names)]);
  },
);
