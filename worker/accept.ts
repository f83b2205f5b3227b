import type { Context } from 'hono';

/**
 * Whether a request would rather have HTML than JSON. Without `Accept`, or when both are as welcome, JSON it is.
 *
 * @see RFC 9110 §12.5.1
 */
export function prefersHtml(c: Context): boolean {
  const ranges = (c.req.header('Accept') ?? '').slice(0, 1_000).split(',').map(readRange);
  const problems = ranges.filter(({ type }) => type === 'application/problem+json').map(({ quality }) => quality);
  return qualityOf('text/html', ranges) > Math.max(qualityOf('application/json', ranges), ...problems);
}

interface Range {
  type: string;
  quality: number;
}

function readRange(text: string): Range {
  const [type = '', ...parameters] = text.split(';').map(part => part.trim().toLowerCase());
  const q = parameters.find(parameter => /^q\s*=/.test(parameter))?.replace(/^q\s*=\s*/, '');
  const quality = q === undefined ? 1 : /^(0(\.\d*)?|1(\.0*)?)$/.test(q) ? Number(q) : 0;
  return { type, quality };
}

/** The most specific range that fits says how welcome a type is. */
function qualityOf(type: string, ranges: Range[]): number {
  const family = `${type.split('/')[0]}/*`;
  for (const wanted of [type, family, '*/*']) {
    const fitting = ranges.filter(range => range.type === wanted);
    if (fitting.length > 0) return Math.max(...fitting.map(({ quality }) => quality));
  }
  return 0;
}
