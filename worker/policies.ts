import type { Context } from 'hono';
import {
  choice_holds_days,
  choicesHoldSince,
  currentPolicy,
  documentIn,
  getDocumentHtml,
  listPolicies,
} from '../db/policies.ts';
import { type App, factory } from './context.ts';
import { chooseLocale } from './language.ts';
import { problem } from './problem.ts';

/** A newer version is seen within this time by pages that are open elsewhere; a post with the old one heals itself. */
const fresh_seconds = 60;

/** `GET /policies/current`: what the widget needs to ask, in one language. */
export const showCurrentPolicy = factory.createHandlers(async c => {
  const { db, now, settings } = c.var.services;
  const policies = await listPolicies(db);
  const policy = currentPolicy(policies, now());
  if (!policy) return problem(c, 'not-found');
  const { version, published_at, effective_at, change_class } = policy;
  const { locale, sha256, purposes } = documentIn(policy, chooseLocale(c));
  return c.json(
    {
      version,
      locale,
      published_at,
      effective_at,
      change_class,
      choices_hold_since: choicesHoldSince(policies, now()),
      sha256,
      url: documentUrl(c, version, locale),
      cookie: { name: 'consent', domain: settings.cookie_domain ?? null, max_age_days: choice_holds_days },
      purposes,
    },
    200,
    {
      'Cache-Control': `public, max-age=${fresh_seconds}`,
      'Content-Language': locale,
      Vary: 'Accept-Language',
    },
  );
});

/** `GET /policies`: every version ever published, the newest first. */
export const showPolicies = factory.createHandlers(async c => {
  const policies = await listPolicies(c.var.services.db);
  const described = policies.map(({ documents, ...policy }) => ({
    ...policy,
    documents: documents.map(({ locale, sha256 }) => ({ locale, sha256, url: documentUrl(c, policy.version, locale) })),
  }));
  return c.json({ policies: described }, 200, { 'Cache-Control': `public, max-age=${fresh_seconds}` });
});

/** `GET /policies/{version}`: a published document, the same bytes for ever. */
export const showDocument = factory.createHandlers(async c => {
  const { db } = c.var.services;
  const policy = (await listPolicies(db)).find(({ version }) => version === c.req.param('version'));
  if (!policy) return problem(c, 'not-found');
  const { locale, sha256 } = documentIn(policy, chooseLocale(c));
  const headers = {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Language': locale,
    'Content-Security-Policy':
      "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
    'Cache-Control': 'public, max-age=86400',
    ETag: `"${sha256}"`,
    Vary: 'Accept-Language',
  };
  if (c.req.header('If-None-Match')?.includes(sha256)) return c.body(null, 304, headers);
  return c.body(await getDocumentHtml(db, policy.version, locale), 200, headers);
});

function documentUrl(c: Context<App>, version: string, locale: string): string {
  return `${c.var.services.settings.public_url}/policies/${version}?lang=${locale}`;
}
