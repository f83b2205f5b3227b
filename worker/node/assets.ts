import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';
import { digest } from '../../db/digest.ts';
import type { Services } from '../context.ts';
import { hasMatching } from '../http/header.ts';
import { chooseEncoding } from '../http/negotiate.ts';

const folder = fileURLToPath(new URL('../../dist/assets', import.meta.url));
const types: Record<string, string> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml; charset=utf-8',
  '.png': 'image/png',
  '.txt': 'text/plain; charset=utf-8',
};
const endings = { br: 'br', gzip: 'gz' };

/** Files that pages link under an address with the version: a session of the console, a week at most, draws with its copy. */
const versioned = /^\/(styles\.css|console\.(css|js))$/;

/**
 * How long browsers keep a file: a year where its name holds the hash of its content, else five minutes. After these a
 * page that links a style or script is drawn with the copy while the browser asks for a new one, because a round trip
 * is half the time to its first paint.
 */
function cacheControl(path: string): string {
  if (path.startsWith('/widget/')) return 'public, max-age=31536000, immutable';
  const stale_s = versioned.test(path) ? 604_800 : /\.(css|js)$/.test(path) ? 86_400 : 0;
  return `public, max-age=300${stale_s ? `, stale-while-revalidate=${stale_s}` : ''}`;
}

/** Creates the finder of built files, which it keeps in memory, because they are few and small. */
export function openAssets(): Services['findAsset'] {
  const files = readFiles();
  return async request => {
    const { pathname } = new URL(request.url);
    const type = types[extname(pathname)];
    const plain = type && files.get(pathname);
    if (!plain) return undefined;
    const packed = (['br', 'gzip'] as const).filter(name => files.has(`${pathname}.${endings[name]}`));
    const encoding = chooseEncoding(request.headers.get('Accept-Encoding') ?? '', packed);
    const headers = new Headers({
      'Content-Type': type,
      'Cache-Control': cacheControl(pathname),
      'Access-Control-Allow-Origin': '*',
      'Cross-Origin-Resource-Policy': 'cross-origin',
      ETag: plain.etag,
      Vary: 'Accept-Encoding',
    });
    if (hasMatching(request.headers.get('If-None-Match'), plain.etag)) return { status: 304, headers, body: null };
    if (!encoding) return { status: 200, headers, body: plain.bytes };
    headers.set('Content-Encoding', encoding);
    return { status: 200, headers, body: files.get(`${pathname}.${endings[encoding]}`)!.bytes };
  };
}

/** Compresses a text as well as it can be. */
export async function pack(text: string) {
  const [br, packed] = await Promise.all([promisify(brotliCompress)(text), promisify(gzip)(text, { level: 9 })]);
  return { br: new Uint8Array(br), gzip: new Uint8Array(packed) };
}

function readFiles() {
  const paths = existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }) : [];
  const files = paths.map(path => join(folder, path)).filter(path => statSync(path).isFile());
  return new Map(
    files.map(path => {
      const bytes = readFileSync(path);
      return [`/${relative(folder, path).replaceAll('\\', '/')}`, { bytes, etag: `"${digest(bytes).slice(0, 16)}"` }];
    }),
  );
}
