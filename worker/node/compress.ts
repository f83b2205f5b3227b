import { brotliCompressSync, gzipSync, constants as z } from 'node:zlib';
import type { Context, MiddlewareHandler } from 'hono';
import { readHeader } from '../http/header.ts';
import { chooseEncoding } from '../http/negotiate.ts';

/** Types of whole answers. Streams have others, because a compressor would hold back their pages. */
const compressible = /^(text\/(html|css)|application\/json)\b/;

/** Bytes from which compression saves a packet, and up to which it takes less than a few milliseconds. */
const sizes = { least: 1_024, most: 1_048_576 };

const encoders = {
  br: (bytes: Buffer) =>
    brotliCompressSync(bytes, {
      params: { [z.BROTLI_PARAM_QUALITY]: 4, [z.BROTLI_PARAM_SIZE_HINT]: bytes.length, [z.BROTLI_PARAM_LGWIN]: 18 },
    }),
  gzip: (bytes: Buffer) => gzipSync(bytes),
};

/**
 * Compresses pages and JSON with what the client accepts. It waits for no other thread, because 10 KB take less than
 * 0.1 ms.
 */
export const compress: MiddlewareHandler = async (c, next) => {
  await next();
  const { status, headers } = c.res;
  const type = headers.get('Content-Type') ?? '';
  const isWhole = status !== 304 && !headers.has('Content-Encoding') && c.req.method !== 'HEAD';
  // JSON that answers a post is always small.
  if (!compressible.test(type) || !isWhole || (c.req.method !== 'GET' && !type.startsWith('text/html'))) return;
  headers.append('Vary', 'Accept-Encoding');
  const encoding = chooseEncoding(readHeader(c, 'Accept-Encoding') ?? '', ['br', 'gzip']);
  if (!encoding || couldTellSecrets(c)) return;
  const bytes = Buffer.from(await c.res.arrayBuffer());
  const isWorth = bytes.length >= sizes.least && bytes.length <= sizes.most;
  if (isWorth) {
    headers.set('Content-Encoding', encoding);
    const tag = headers.get('ETag');
    if (tag && !tag.startsWith('W/')) headers.set('ETag', `W/${tag}`);
  }
  // Hono would set the first answer's headers over these again.
  c.res = undefined;
  c.res = new Response(isWorth ? new Uint8Array(encoders[encoding](bytes)) : bytes, { status, headers });
};

/**
 * Returns whether another website has made a browser send its cookies for an answer of one person's own. Who could also
 * watch its length could guess what stands in it, from the address that they chose and what it compresses with (BREACH).
 */
function couldTellSecrets(c: Context): boolean {
  const from = readHeader(c, 'Sec-Fetch-Site');
  const isOwn = from === 'same-origin' || from === 'none';
  const isPublic = /\bpublic\b/.test(c.res.headers.get('Cache-Control') ?? '');
  return !isOwn && !isPublic && c.req.raw.headers.has('Cookie');
}
