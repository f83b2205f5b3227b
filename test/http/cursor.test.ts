import { Hono } from 'hono';
import { expect, it } from 'vitest';
import type { App, Services } from '../../worker/context.ts';
import { decodeCursor, encodeCursor, linkNext } from '../../worker/http/cursor.ts';

it('a cursor holds any bytes, in letters that need no escape in an address', () => {
  const bytes = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte));
  for (const text of [...bytes, ...bytes.map(byte => `${byte}x`), bytes.join('')])
    expect(decodeCursor(encodeCursor(text))).toBe(text);
  expect([encodeCursor('\xfb\xff\xfe'), encodeCursor('\xff\xff')]).toEqual(['-__-', '__8']);
});

it.each(['', 'a', 'YQ ', ' YQ', 'Y Q', 'YQ==', '+w', '/w', 'YQé', 'YQ.'])('%j is no cursor, and holds nothing', text =>
  expect(decodeCursor(text)).toBe(''),
);

it('the next part of a list has its own address, with the filters that are set and one cursor', async () => {
  const app = new Hono<App>()
    .use(async (c, next) => {
      c.set('services', { settings: { public_url: 'https://leads.example.com' } } as Services);
      await next();
    })
    .get('/asked', c => c.text(linkNext(c, 'new')))
    .get('/told', c => c.text(linkNext(c, 'new', { status: 'open', phone: undefined, cursor: 'old' })));
  const read = async (path: string) => (await app.request(path)).text();
  expect(await read('/asked?a=1&cursor=old&b=%26')).toBe(
    '<https://leads.example.com/asked?a=1&b=%26&cursor=new>; rel="next"',
  );
  expect(await read('/told?a=1')).toBe('<https://leads.example.com/told?status=open&cursor=new>; rel="next"');
});
