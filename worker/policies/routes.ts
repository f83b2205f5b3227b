import { listAnnouncements } from '../../db/announcements.ts';
import { choicesHoldSince, currentPolicy, summaryIn } from '../../db/policies/force.ts';
import { choice_holds_days, documentIn } from '../../db/policies/policy.ts';
import { getDocumentHtml, listPolicies } from '../../db/policies/read.ts';
import { describeLatest } from '../announcements/words.ts';
import { factory } from '../context.ts';
import { hasMatching, readHeader } from '../http/header.ts';
import { localeOf } from '../http/language.ts';
import { prefersHtml } from '../http/negotiate.ts';
import { problem } from '../http/problems/problem.ts';
import { pagePolicy } from '../http/security-headers.ts';
import { cookie_name } from '../shared/consent-cookie.ts';
import { describePolicy, documentUrl } from './describe.ts';

/**
 * Time for which answers about policies may be cached. A form that posts with an older version is told so and fetches
 * the new one.
 */
const fresh_seconds = 60;

/**
 * `GET /policies/current` returns what the widget needs to ask, in one language. A person is led to the policy itself.
 */
export const showCurrentPolicy = factory.createHandlers(async c => {
  const { db, now, settings } = c.var.services;
  const policies = await listPolicies(db);
  const policy = currentPolicy(policies, now());
  if (!policy) return problem(c, 'not-found');
  const { version, published_at, effective_at, change_class } = policy;
  const { locale, sha256, purposes, agreements } = documentIn(policy, localeOf(c));
  if (prefersHtml(c)) {
    const headers = { 'Cache-Control': 'no-store', Vary: 'Accept, Accept-Language' };
    return c.body(null, 302, { ...headers, Location: `/policies/${version}?lang=${locale}` });
  }
  const summary = summaryIn(policies, now(), locale);
  const announcement = describeLatest(await listAnnouncements(db), localeOf(c), settings.public_url, now());
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
      cookie: { name: cookie_name, domain: settings.cookie_domain ?? null, max_age_days: choice_holds_days },
      purposes,
      agreements,
      ...(summary && { summary }),
      ...(announcement && { announcement }),
    },
    200,
    {
      'Cache-Control': `public, max-age=${fresh_seconds}`,
      'Content-Language': locale,
      Vary: 'Accept, Accept-Language',
    },
  );
});

/** `GET /policies` lists every version ever published, the newest first, to a person as a page. */
export const showPolicies = factory.createHandlers(async c => {
  const policies = await listPolicies(c.var.services.db);
  if (prefersHtml(c)) return (await import('./list-page.ts')).showVersions(c, policies);
  const described = policies.map(policy => describePolicy(c, policy));
  return c.json({ policies: described }, 200, {
    'Cache-Control': `public, max-age=${fresh_seconds}`,
    Vary: 'Accept',
  });
});

/** `GET /policies/{version}` returns a published document, always the same bytes. */
export const showDocument = factory.createHandlers(async c => {
  const { db } = c.var.services;
  const policy = (await listPolicies(db)).find(({ version }) => version === c.req.param('version'));
  if (!policy) return problem(c, 'not-found');
  const { locale, sha256 } = documentIn(policy, localeOf(c));
  const headers = {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Language': locale,
    Link: policy.documents
      .map(({ locale }) => `<${documentUrl(c, policy.version, locale)}>; rel="alternate"; hreflang="${locale}"`)
      .join(', '),
    'Content-Security-Policy': pagePolicy({ loads: ['connect'] }),
    'Cache-Control': 'public, max-age=86400',
    ETag: `"${sha256}"`,
    Vary: 'Accept-Language',
  };
  if (hasMatching(readHeader(c, 'If-None-Match'), sha256)) return c.body(null, 304, headers);
  return c.body(await getDocumentHtml(db, policy.version, locale), 200, headers);
});
