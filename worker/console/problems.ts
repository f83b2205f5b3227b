import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { factory } from '../context.ts';
import { asksForJson } from '../http/negotiate.ts';
import type { Slug } from '../http/slugs.ts';
import { answerPage } from './answer.ts';
import { problemPage } from './problem-page.ts';
import { readerOf } from './reader.ts';

/** Headers of a problem that its page keeps. */
const kept_headers = ['Retry-After', 'Allow'];

/** Answers with a page in place of a problem document, unless the console's script asked. */
export const showProblems = factory.createMiddleware(async (c, next) => {
  await next();
  const { headers } = c.res;
  const status = c.res.status as ContentfulStatusCode;
  if (headers.get('Content-Type') !== 'application/problem+json' || asksForJson(c)) return;
  const { type } = (await c.res.json()) as { type: string };
  const slug = type.split('/').pop() as Slug;
  const kept = Object.fromEntries(
    kept_headers.flatMap(name => (headers.has(name) ? [[name, headers.get(name)!]] : [])),
  );
  c.res = undefined;
  c.res = await answerPage(c, problemPage(readerOf(c), slug), { status, headers: kept, address: '/console' });
});
