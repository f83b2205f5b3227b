import type { Context } from 'hono';
import type { App } from '../context.ts';
import { readHeader } from './header.ts';
import { prefersHtml } from './negotiate.ts';
import type { Slug } from './problems/slugs.ts';

/** Size of the largest body that is read, unless a route says otherwise. */
export const body_limit_bytes = 16 * 1024;

/**
 * Size of the largest form that is read although it is refused, because its page shows again what a person typed. 2,000
 * Chinese characters are 18 KB of a urlencoded form.
 */
const kept_bytes = 2 * body_limit_bytes;

/** A body that was read, or the problem with it. A form that is only somewhat too large has a value nevertheless. */
interface Read {
  value?: unknown;
  slug?: Slug;
}

/** A file of a multipart form, with its bytes as they were sent. */
export interface SentFile {
  name: string;
  bytes: Uint8Array;
}

interface ReadOptions {
  form: boolean;
  limit_bytes: number;
  optional?: boolean;
  /** Whether a multipart form may hold files, each read as a `SentFile`. */
  files?: boolean;
}

/**
 * Reads a JSON body, and with `form` a urlencoded or multipart one too.
 *
 * An `optional` body that is empty is read as an empty object, whatever its type. So is that of a DELETE without a type,
 * because clients send none with it: who forgot it is then told which fields are missing.
 *
 * It counts bytes as they arrive, whatever Content-Length says, and refuses text that is not UTF-8, and without `files` files.
 */
export async function readBody(
  c: Context<App>,
  { form, limit_bytes, optional = false, files = false }: ReadOptions,
): Promise<Read> {
  const header = readHeader(c, 'Content-Type');
  const type = readContentType(header);
  const isForm = form && (type === 'application/x-www-form-urlencoded' || type === 'multipart/form-data');
  const isEncoded = /[^\s]/.test((readHeader(c, 'Content-Encoding') ?? '').replace(/^identity$/i, ''));
  const isReadable = !isEncoded && (isForm || type === 'application/json');
  const isOptional = optional || (c.req.method === 'DELETE' && header === undefined);
  if (!isReadable && !isOptional) return { slug: 'unsupported-media-type' };
  try {
    const bytes = await readBytes(c, isForm && prefersHtml(c) ? Math.max(kept_bytes, limit_bytes) : limit_bytes);
    if (!bytes) return { slug: 'payload-too-large' };
    if (isOptional && bytes.length === 0) return { value: {} };
    if (!isReadable) return { slug: 'unsupported-media-type' };
    const entries = type === 'multipart/form-data' ? await parseParts(c, bytes) : undefined;
    const hasFiles = entries?.some(([, value]) => typeof value !== 'string') ?? false;
    if (hasFiles && !files) return { slug: 'unsupported-media-type' };
    const text = hasFiles ? '' : decoder.decode(bytes);
    const value = isForm ? gather(entries ?? new URLSearchParams(text)) : JSON.parse(text);
    return bytes.length > limit_bytes ? { slug: 'payload-too-large', value } : { value };
  } catch {
    return { slug: 'malformed-json' };
  }
}

/**
 * Reads the media type of a body; undefined where its charset is not UTF-8, or a multipart type names no boundary. Other
 * parameters say nothing to us.
 *
 * @see RFC 9110 §8.3.1
 */
function readContentType(header = ''): string | undefined {
  const [, type, rest = ''] = /^\s*([\w/.+-]+)\s*(;.*)?$/.exec(header) ?? [];
  const parameters = [...rest.matchAll(parameter)].map(([, name, value]) => ({ name: name!.toLowerCase(), value }));
  const isForeign = parameters.some(({ name, value }) => name === 'charset' && !/^"?utf-?8"?$/i.test(value!));
  const isWhole = !/^multipart\//i.test(type ?? '') || parameters.some(({ name }) => name === 'boundary');
  return isForeign || !isWhole ? undefined : type?.toLowerCase();
}

const parameter = /;\s*([^\s;="]+)=("(?:[^"\\]|\\.)*"|[^\s;]*)/g;

const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads the bytes of a body; undefined when they are more than the limit.
 *
 * A body of declared length is read at once, because both hosts hold it to that length. Any other is counted
 * by the chunk.
 */
export async function readBytes(c: Context<App>, limit_bytes: number): Promise<Uint8Array | undefined> {
  const declared = readHeader(c, 'Content-Length');
  if (declared !== undefined && !readHeader(c, 'Transfer-Encoding')) {
    return Number(declared) > limit_bytes ? undefined : new Uint8Array(await c.req.arrayBuffer());
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of c.req.raw.body ?? []) {
    length += chunk.length;
    if (length > limit_bytes) return undefined;
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(length);
  for (let at = 0; chunks.length > 0; at += chunks.shift()!.length) bytes.set(chunks[0]!, at);
  return bytes;
}

/**
 * Reads the parts of a multipart form.
 *
 * @throws TypeError when it is none.
 * @see RFC 7578
 */
async function parseParts(c: Context<App>, bytes: Uint8Array): Promise<[name: string, value: string | SentFile][]> {
  const headers = { 'Content-Type': readHeader(c, 'Content-Type')! };
  const parts = [...(await new Response(bytes as Uint8Array<ArrayBuffer>, { headers }).formData())];
  return Promise.all(
    parts.map(async ([name, value]): Promise<[string, string | SentFile]> => {
      if (typeof value === 'string') return [name, value];
      return [name, { name: value.name, bytes: new Uint8Array(await value.arrayBuffer()) }];
    }),
  );
}

/** Makes an object of a form's entries. A name that stands twice becomes a list, so that the schema refuses it. */
function gather(entries: Iterable<[name: string, value: unknown]>): Record<string, unknown> {
  const values = new Map<string, unknown[]>();
  for (const [name, value] of entries) {
    const known = values.get(name);
    if (known) known.push(value);
    else values.set(name, [value]);
  }
  return Object.fromEntries([...values].map(([name, list]) => [name, list.length > 1 ? list : list[0]]));
}
