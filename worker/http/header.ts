import type { Context } from 'hono';

/**
 * The headers that are read, and the characters of each that are looked at. Because the host lets 16 KiB through and a
 * pattern can take time that grows with the square of a length, no pattern sees more.
 */
const longest = {
  Accept: 1_000,
  'Accept-Encoding': 200,
  'Accept-Language': 500,
  Authorization: 200,
  'Content-Encoding': 50,
  'Content-Length': 20,
  'Content-Type': 200,
  'Idempotency-Key': 65,
  'If-None-Match': 1_000,
  Origin: 300,
  'Sec-Fetch-Site': 20,
  Traceparent: 100,
  'Transfer-Encoding': 50,
} as const;

/** Returns a header of the request, cut to the length that is looked at; undefined when it was not sent. */
export function readHeader(c: Context, name: keyof typeof longest): string | undefined {
  return c.req.header(name)?.slice(0, longest[name]);
}

/** Characters at the end of a proxy's header that are looked at. An address takes no more than 60. */
const longest_entry = 100;

/** Returns the last entry of a header that is a list, because a proxy that appends to a list writes its own last. */
export function readLastEntry(c: Context, name: string): string | undefined {
  return c.req.header(name)?.slice(-longest_entry).split(',').at(-1)?.trim();
}

/**
 * Returns whether `If-None-Match` says that the client has what a tag names.
 *
 * @see RFC 9110 §13.1.2
 */
export function hasMatching(header: string | null | undefined, tag: string): boolean {
  return header?.trim() === '*' || (header ?? '').includes(tag);
}
