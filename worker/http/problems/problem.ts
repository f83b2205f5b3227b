import type { Context } from 'hono';
import type { App } from '../../context.ts';
import { describeError } from '../../shared/field-errors.ts';
import { localeOf } from '../language.ts';
import { type FieldError, type Slug, statuses } from './slugs.ts';
import { problem_details, problem_texts, type Reason } from './texts.ts';

interface Extras {
  errors?: FieldError[];
  headers?: Record<string, string>;
  /** Reason whose detail replaces the problem's general one. */
  because?: Reason;
}

/** Headers that a problem always has. */
export const problem_headers: Partial<Record<Slug, Record<string, string>>> = {
  // The rest of the body is not read.
  'payload-too-large': { Connection: 'close' },
  unavailable: { 'Retry-After': '5' },
};

/**
 * Answers with a problem document in the visitor's language.
 *
 * @see RFC 9457
 */
export function problem(c: Context<App>, slug: Slug, { errors, headers = {}, because }: Extras = {}) {
  const locale = localeOf(c);
  const { title, detail } = problem_texts[locale][slug];
  c.set('problem', slug);
  if (because) c.set('because', because);
  return c.body(
    JSON.stringify({
      type: `${c.var.services.settings.public_url}/problems/${slug}`,
      title,
      status: statuses[slug],
      detail: because ? problem_details[locale][because] : detail,
      instance: `urn:uuid:${c.var.request_id}`,
      errors: errors?.map(({ field, code, message = describeError(locale, field, code) }) => ({
        field,
        code,
        message,
      })),
    }),
    statuses[slug],
    {
      'Content-Type': 'application/problem+json',
      'Content-Language': locale,
      'Cache-Control': 'no-store',
      ...problem_headers[slug],
      ...headers,
    },
  );
}
