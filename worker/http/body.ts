import type { Context } from 'hono';
import type { App } from '../context.ts';
import { readHeader } from './header.ts';
import type { Slug } from './slugs.ts';

/** Size of the largest body that is read, unless a route says otherwise. */
export const body_limit_bytes = 16 * 1024;

/**
 * Reads a JSON body, and with `form` a urlencoded one too.
 *
 * It counts bytes as they arrive, whatever Content-Length says, and refuses text that is not UTF-8.
 *
 * @returns The value that was sent, or the problem with it.
 */
export async function readBody(
  c: Context<App>,
  form: boolean,
  limit_bytes: number,
): Promise<{ value: unknown } | { slug: Slug }> {
  const type = readContentType(readHeader(c, 'Content-Type'));
  const isForm = form && type === 'application/x-www-form-urlencoded';
  const isEncoded = /[^\s]/.test((readHeader(c, 'Content-Encoding') ?? '').replace(/^identity$/i, ''));
  if (isEncoded || !(isForm || type === 'application/json')) return { slug: 'unsupported-media-type' };
  try {
    const bytes = await readBytes(c, limit_bytes);
    if (!bytes) return { slug: 'payload-too-large' };
    const text = decoder.decode(bytes);
    return { value: isForm ? parseForm(text) : JSON.parse(text) };
  } catch {
    return { slug: 'malformed-json' };
  }
}

/**
 * Reads the media type of a body; undefined where its charset is not UTF-8. Other parameters say nothing to us.
 *
 * @see RFC 9110 §8.3.1
 */
function readContentType(header = ''): string | undefined {
  const [, type, rest = ''] = /^\s*([\w/.+-]+)\s*(;.*)?$/.exec(header) ?? [];
  const isForeign = [...rest.matchAll(parameter)].some(
    ([, name, value]) => /^charset$/i.test(name!) && !/^"?utf-?8"?$/i.test(value!),
  );
  return isForeign ? undefined : type?.toLowerCase();
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

/** Reads a urlencoded form. A name that stands twice becomes a list, so that the schema refuses it. */
function parseForm(text: string): Record<string, unknown> {
  const values = new Map<string, string[]>();
  for (const [name, value] of new URLSearchParams(text)) {
    const known = values.get(name);
    if (known) known.push(value);
    else values.set(name, [value]);
  }
  return Object.fromEntries([...values].map(([name, list]) => [name, list.length > 1 ? list : list[0]]));
}
