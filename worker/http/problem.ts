import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { App } from '../context.ts';
import type { Locale } from '../shared/fields.ts';
import { chooseLocale } from './language.ts';
import { field_messages, problem_details, problem_texts } from './problem-texts.ts';

export const statuses = {
  'malformed-json': 400,
  unauthorized: 401,
  forbidden: 403,
  'origin-not-allowed': 403,
  'bot-check-failed': 403,
  'not-found': 404,
  'unknown-form': 404,
  'method-not-allowed': 405,
  'payload-too-large': 413,
  'unsupported-media-type': 415,
  'invalid-fields': 422,
  'idempotency-key-reused': 422,
  'too-many-requests': 429,
  internal: 500,
  unavailable: 503,
} as const satisfies Record<string, ContentfulStatusCode>;

export type Slug = keyof typeof statuses;
export const error_codes = [
  'required',
  'wrong_type',
  'too_long',
  'invalid',
  'unknown_field',
  'outdated',
  'not_allowed',
] as const;
export type ErrorCode = (typeof error_codes)[number];

/** What is wrong with one field: its name and a code, never its value. */
export interface FieldError {
  field: string;
  code: ErrorCode;
  /** Where more can be said than the texts know, in English: which line of a policy file. */
  message?: string;
}

interface Extras {
  locale?: Locale;
  errors?: FieldError[];
  headers?: Record<string, string>;
  /** Says more than the problem's own text why. */
  because?: keyof (typeof problem_details)[Locale];
}

/**
 * An error answer in the visitor's language.
 *
 * @see RFC 9457
 */
export function problem(
  c: Context<App>,
  slug: Slug,
  { locale = chooseLocale(c), errors, headers = {}, because }: Extras = {},
) {
  const { title, detail } = problem_texts[locale][slug];
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
      ...headers,
    },
  );
}

/** What to tell a person about a field, in their language. */
export function describeError(locale: Locale, field: string, code: ErrorCode): string {
  const messages = field_messages[locale];
  return messages[`${field}.${code}`] ?? messages[code]!;
}

/** Answers `GET /problems/{slug}`, the address that a problem's `type` is. */
export function describeProblem(c: Context<App>) {
  const slug = c.req.param('slug') as Slug;
  if (!Object.hasOwn(statuses, slug)) return problem(c, 'not-found');
  const locale = chooseLocale(c);
  const type = `${c.var.services.settings.public_url}/problems/${slug}`;
  return c.json({ type, status: statuses[slug], ...problem_texts[locale][slug] }, 200, {
    'Content-Language': locale,
    Vary: 'Accept-Language',
  });
}
