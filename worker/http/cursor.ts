import type { Context } from 'hono';
import type { App } from '../context.ts';

/** Encodes a position in a list for an address. Only the server reads what a cursor holds. */
export function encodeCursor(text: string): string {
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** Returns the text that `encodeCursor` was given; some other text for anything else. */
export function decodeCursor(cursor: string): string {
  if (!/^[\w-]+$/.test(cursor)) return '';
  try {
    return atob(cursor.replaceAll('-', '+').replaceAll('_', '/'));
  } catch {
    return '';
  }
}

/** Returns the header that links to the next part of a list: its own address, with the cursor. */
export function linkNext(c: Context<App>, cursor: string, query: Record<string, string | undefined> = c.req.query()) {
  const kept = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const parameters = new URLSearchParams([...kept.filter(([name]) => name !== 'cursor'), ['cursor', cursor]]);
  return `<${c.get('services').settings.public_url}${c.req.path}?${parameters}>; rel="next"`;
}
