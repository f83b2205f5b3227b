import type { Context } from 'hono';
import type { App } from '../context.ts';

/** Writes a place in a list so that it goes into an address as it is. What it holds is between the server and itself. */
export function encodeCursor(text: string): string {
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** What `encodeCursor` was given; some other text for anything else. */
export function decodeCursor(cursor: string): string {
  if (!/^[\w-]+$/.test(cursor)) return '';
  try {
    return atob(cursor.replaceAll('-', '+').replaceAll('_', '/'));
  } catch {
    return '';
  }
}

/** The header that says where a list goes on: its own address, with the cursor. */
export function linkNext(c: Context<App>, cursor: string, query: Record<string, string | undefined> = c.req.query()) {
  const kept = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const parameters = new URLSearchParams([...kept.filter(([name]) => name !== 'cursor'), ['cursor', cursor]]);
  return `<${c.var.services.settings.public_url}${c.req.path}?${parameters}>; rel="next"`;
}
