import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { App } from '../context.ts';
import { type Slug, statuses } from '../http/problems/slugs.ts';
import { pagePolicy } from '../http/security-headers.ts';
import { type Page, renderLayout } from './layout.ts';
import { readerOf } from './reader.ts';
import { forgetRefusal, readRefusal } from './refusal.ts';

interface Answer {
  status?: ContentfulStatusCode;
  headers?: Record<string, string>;
  /** Path of the page's GET, for a page that stands in place of another page. */
  address?: string;
  /** The problem that the page itself says, so that no notice need. */
  says?: Slug | undefined;
}

/**
 * Answers with a page of the console. No cache keeps it, no other site learns its address, and no script but ours
 * runs in it.
 *
 * The page to which a refused post led says so, once, and has the status of the refusal.
 */
export async function answerPage(c: Context<App>, page: Page, { status = 200, headers, address, says }: Answer = {}) {
  const reader = readerOf(c);
  // While the database is away the page itself cannot be shown. Its next try then says what was refused.
  const kept = status === 503 ? undefined : readRefusal(c);
  if (kept) forgetRefusal(c);
  const refusal = kept?.slug === says ? undefined : kept;
  const query = c.req.method === 'POST' ? {} : c.req.query();
  const content = await renderLayout(reader, page, { path: address ?? c.req.path, query }, refusal);
  // Because Node's adapter sends no object but through a stream, the page is given as a text.
  return c.html(String(content), refusal ? statuses[refusal.slug] : status, {
    'Content-Language': reader.locale,
    'Content-Security-Policy': content_policy,
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cache-Control': 'no-store',
    Vary: 'Accept-Language, Cookie',
    ...headers,
  });
}

const content_policy = pagePolicy({ forms: ["'self'"], loads: ['script', 'connect', 'manifest'] });
