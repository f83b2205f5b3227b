import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { App } from '../context.ts';
import type { Slug } from '../http/slugs.ts';
import { answerPage } from './answer.ts';
import { problemPage } from './problem-page.ts';
import { readerOf } from './reader.ts';
import { readSessionId } from './session.ts';
import { askToSignIn } from './sign-in.ts';

/** Answers with a page in place of a problem document: where nobody is signed in, with the one to sign in on. */
export async function showProblem(c: Context<App>): Promise<void> {
  const status = c.res.status as ContentfulStatusCode;
  const { type, detail } = (await c.res.clone().json()) as { type: string; detail: string };
  const slug = type.split('/').pop() as Slug;
  const page = await (slug === 'unauthorized'
    ? askToSignIn(c, readSessionId(c) ? 'ended' : undefined)
    : answerPage(c, problemPage(readerOf(c), slug, detail), { status, address: '/console' }));
  // The page has the problem's headers and its own. Hono would set the problem's over them again.
  c.res = undefined;
  c.res = page;
}
