import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { App } from '../context.ts';
import { pagePolicy } from '../http/security-headers.ts';
import { type Page, renderLayout } from './layout.ts';
import { readerOf } from './reader.ts';

interface Answer {
  status?: ContentfulStatusCode;
  headers?: Record<string, string>;
  /** Path of the page's GET, for a page that answers a POST or stands in place of another page. */
  address?: string;
}

/**
 * Answers with a page of the console. No cache keeps it, no other site learns its address, and no script but ours
 * runs in it.
 */
export function answerPage(c: Context<App>, page: Page, { status = 200, headers, address }: Answer = {}) {
  const reader = readerOf(c);
  const isPost = c.req.method === 'POST';
  const query = isPost ? {} : c.req.query();
  return c.html(renderLayout(reader, page, { path: address ?? c.req.path, query, isPost }), status, {
    'Content-Language': reader.locale,
    'Content-Security-Policy': content_policy,
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cache-Control': 'no-store',
    Vary: 'Accept-Language, Cookie',
    ...headers,
  });
}

const content_policy = pagePolicy({ forms: ["'self'"], loads: ['script', 'connect'] });
