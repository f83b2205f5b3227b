import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import * as z from 'zod/mini';
import type { App } from '../context.ts';
import type { FieldError, Slug } from '../http/problems/slugs.ts';
import { uuid } from '../http/query-fields.ts';
import { answerPage } from './answer.ts';
import { homeOf } from './layout.ts';
import { filterFields, leadAddress, readList, writeFilters } from './leads/filters.ts';
import { problemPage } from './problem-page.ts';
import { readerOf } from './reader.ts';
import { keepRefusal, readRefusal } from './refusal.ts';
import { findPresenter, readSessionId } from './session.ts';
import { answerSignIn, askToSignIn, readNext, refusedAddress } from './sign-in/sign-in.ts';

interface Problem {
  slug: Slug;
  detail: string;
  errors: FieldError[];
}

/**
 * Answers a person in place of a problem document: a post by leading back to the page of its form, anything else with a
 * page; where nobody is signed in, with the one to sign in on.
 */
export async function showProblem(c: Context<App>): Promise<void> {
  const { type, detail, errors = [] } = (await c.res.clone().json()) as Problem & { type: string };
  const problem = { slug: type.split('/').pop() as Slug, detail, errors };
  const answer = await (isOurs(c, problem) ? leadBack(c, problem) : answerProblem(c, problem));
  // The answer has the problem's headers and its own. Hono would set the problem's over them again.
  c.res = undefined;
  c.res = answer;
}

/**
 * Returns whether a request is the post of a form of the console. One that no page of ours has sent is refused as it is,
 * because nobody would see where it leads.
 */
function isOurs(c: Context<App>, { slug }: Problem): boolean {
  return c.req.method === 'POST' && slug !== 'origin-not-allowed' && slug !== 'method-not-allowed';
}

/**
 * Leads whose post was refused to the page of its form, which says why. So Back and reload send nothing again. Who is
 * not signed in is asked to sign in there.
 */
function leadBack(c: Context<App>, { slug, detail, errors }: Problem) {
  const address = formAddress(c, slug);
  const seconds = Number(c.res.headers.get('Retry-After')) || undefined;
  const { pathname } = new URL(address, 'https://console');
  const refusal = { action: c.req.path, slug, detail, errors, ...(seconds && { seconds }) };
  keepRefusal(c, pathname, refusal, c.var.sent);
  // The rest of a body that is too large is not read.
  if (slug === 'payload-too-large') c.header('Connection', 'close');
  return c.redirect(address, 303);
}

/** Returns the address of the page whose form was sent. */
function formAddress(c: Context<App>, slug: Slug): string {
  const { path } = c.req;
  const [, id, step] = /^\/console\/leads\/([^/]+)(\/erasure)?/.exec(path) ?? [];
  if (id && uuid.test(id))
    return leadAddress(id, readList(c.req.query('list')), slug === 'invalid-fields' ? step : undefined);
  if (path === '/console/session') return refusedAddress(c.var.sent);
  if (path.startsWith('/console/tokens')) return slug === 'invalid-fields' ? path : '/console/tokens';
  if (path.startsWith('/console/staff')) return '/console/tokens';
  if (path.startsWith('/console/sessions')) return '/console/sessions';
  if (path.startsWith('/console/assignment')) return '/console/assignment';
  const [, request_id] = /^\/console\/requests\/([^/]+)/.exec(path) ?? [];
  if (request_id && uuid.test(request_id) && slug !== 'not-found') return `/console/requests/${request_id}`;
  if (path.startsWith('/console/audit')) return '/console/audit';
  if (path.startsWith('/console/requests')) return '/console/requests';
  const [, channel_id] = /^\/console\/notices\/([^/]+)/.exec(path) ?? [];
  if (channel_id && uuid.test(channel_id) && slug !== 'not-found') return `/console/notices/${channel_id}`;
  if (path.startsWith('/console/notices')) return '/console/notices';
  const [, draft_id] = /^\/console\/policies\/([^/]+)/.exec(path) ?? [];
  if (draft_id && uuid.test(draft_id) && slug !== 'not-found') return `/console/policies/${draft_id}`;
  if (path.startsWith('/console/policies')) return '/console/policies';
  if (path === '/console/export') return exportAddress(Object(c.var.sent));
  if (path.startsWith('/console/bulk') || path === '/console/export/chosen')
    return `/console${readList(z.catch(z.string(), '').parse(Object(c.var.sent).list))}`;
  return homeOf(readerOf(c)) ?? '/console';
}

/** Returns the address of the form of an export, as it was: for some leads that were chosen, or for filters. */
function exportAddress({ chosen, ...sent }: Record<string, unknown>): string {
  const which = typeof chosen === 'string' && uuid.test(chosen) ? { chosen } : undefined;
  return `/console/export${writeFilters(filterFields.parse(sent), which)}`;
}

async function answerProblem(c: Context<App>, { slug, detail }: Problem) {
  if (slug === 'unauthorized')
    return askToSignIn(c, readRefusal(c)?.slug === slug ? 'unsaved' : readSessionId(c) ? 'ended' : undefined);
  if (c.var.because === 'provider_away')
    return answerSignIn(c, readNext(c.req.path + new URL(c.req.url).search), 'unvouched');
  const status = c.res.status as ContentfulStatusCode;
  await findReader(c, slug);
  return answerPage(c, problemPage(readerOf(c), slug, detail), { status, address: '/console', says: slug });
}

/**
 * Finds who is signed in where no guard has asked, as at an address that is nothing, so that the page has their
 * navigation. It is drawn without while they cannot be found.
 */
async function findReader(c: Context<App>, slug: Slug): Promise<void> {
  if (c.var.holder || slug === 'unavailable' || slug === 'internal') return;
  const holder = await findPresenter(c, false).catch(() => undefined);
  if (holder && holder !== 'away') c.set('holder', holder);
}
