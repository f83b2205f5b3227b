import type { Context } from 'hono';
import { readHeader } from './header.ts';

/**
 * Returns whether a request prefers HTML to JSON. Without `Accept`, or when both are equal, it is JSON.
 *
 * @see RFC 9110 §12.5.1
 */
export function prefersHtml(c: Context): boolean {
  const ranges = readRanges(c);
  const problems = ranges.filter(({ type }) => type === 'application/problem+json').map(({ quality }) => quality);
  return qualityOf('text/html', ranges) > Math.max(qualityOf('application/json', ranges), ...problems);
}

/**
 * Chooses the type that a request prefers. Of equal ones it is the one named earlier in `Accept`, else the
 * first in `types`, as it is where none is accepted.
 */
export function chooseType<const T extends string>(c: Context, types: readonly T[]): T {
  const ranges = readRanges(c);
  const place = (type: T) => ranges.findIndex(range => range.type === type) + 1 || Number.POSITIVE_INFINITY;
  const compare = (a: T, b: T) => qualityOf(b, ranges) - qualityOf(a, ranges) || place(a) - place(b);
  const accepted = types.filter(type => qualityOf(type, ranges) > 0);
  return accepted.toSorted(compare)[0] ?? types[0]!;
}

/**
 * Chooses the first of some encodings that an `Accept-Encoding` accepts.
 *
 * @see RFC 9110 §12.5.3
 */
export function chooseEncoding<const T extends string>(header: string, encodings: readonly T[]): T | undefined {
  const parts = header.split(',').map(part => part.toLowerCase().replace(/\s/g, '').split(';'));
  const accepted = new Set(parts.filter(([, q]) => !/^q=0(\.0*)?$/.test(q ?? '')).map(([name]) => name));
  return encodings.find(one => accepted.has(one));
}

/** Returns whether a request asks for JSON by name. A page's script does, a person who opens an address does not. */
export function asksForJson(c: Context): boolean {
  return /\bjson\b/i.test(readHeader(c, 'Accept') ?? '') && !prefersHtml(c);
}

interface Range {
  type: string;
  quality: number;
}

function readRanges(c: Context): Range[] {
  return (readHeader(c, 'Accept') ?? '').split(',').map(readRange);
}

function readRange(text: string): Range {
  const [type = '', ...parameters] = text.split(';').map(part => part.trim().toLowerCase());
  const q = parameters.find(parameter => /^q\s*=/.test(parameter))?.replace(/^q\s*=\s*/, '');
  const quality = q === undefined ? 1 : /^(0(\.\d*)?|1(\.0*)?)$/.test(q) ? Number(q) : 0;
  return { type, quality };
}

/** Returns the quality of a type, which the most specific range that matches it decides. */
function qualityOf(type: string, ranges: Range[]): number {
  const family = `${type.split('/')[0]}/*`;
  for (const wanted of [type, family, '*/*']) {
    const fitting = ranges.filter(range => range.type === wanted);
    if (fitting.length > 0) return Math.max(...fitting.map(({ quality }) => quality));
  }
  return 0;
}
