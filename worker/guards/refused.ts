import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { App } from '../context.ts';
import { localeOf } from '../http/language.ts';
import { page_texts } from '../http/page-texts.ts';
import { problem, problem_headers } from '../http/problems/problem.ts';
import type { FieldError } from '../http/problems/slugs.ts';
import { problem_texts } from '../http/problems/texts.ts';
import { invalidFields } from '../http/validate.ts';
import type { Failure } from './bot-check.ts';

/** The outcomes of a submission that store nothing. */
export type Refused =
  /** The key was sent before, with other content. */
  | { is: 'reused' }
  /** What was stored under the key is erased. */
  | { is: 'gone' }
  | { is: 'fields'; errors: FieldError[] }
  /** The form is too large, yet was read to be shown again. */
  | { is: 'large'; errors: FieldError[] }
  | { is: 'flood'; headers: Record<string, string> }
  | { is: 'bot'; failure: Failure }
  /** The database cannot be used just now. */
  | { is: 'away' };

/** Answers what was not stored with a problem document. */
export function answerRefused(c: Context<App>, refused: Refused): Response {
  switch (refused.is) {
    case 'fields':
      return invalidFields(c, refused.errors);
    case 'large':
      return problem(c, 'payload-too-large');
    case 'reused':
      return problem(c, 'idempotency-key-reused');
    case 'gone':
      return problem(c, 'gone');
    case 'flood':
      return problem(c, 'too-many-requests', { headers: refused.headers });
    case 'bot':
      return problem(c, 'bot-check-failed');
    case 'away':
      return problem(c, 'unavailable');
  }
}

/** How a page shows again what was typed, and says what to do. */
export interface Shown {
  status?: ContentfulStatusCode;
  errors?: FieldError[];
  notice?: string | undefined;
  /** Whether the token that came cannot be sent again. */
  stale?: boolean;
  /** Whether the database cannot be read. */
  away?: boolean;
  headers?: Record<string, string> | undefined;
}

/** The words of a page where the bot check failed, the form was too large or the database is away. */
export interface RefusedTexts {
  failures: Record<Failure, string>;
  tooLong: string;
  unavailable: string;
}

/** Returns how a page shows what was not stored. */
export function describeRefused(c: Context<App>, refused: Refused, texts: RefusedTexts): Shown {
  const locale = localeOf(c);
  const problems = problem_texts[locale];
  switch (refused.is) {
    case 'fields':
      return { status: 422, errors: refused.errors };
    case 'large':
      return { status: 413, errors: refused.errors, notice: texts.tooLong };
    case 'reused':
      return { status: 422, notice: problems['idempotency-key-reused'].detail };
    case 'gone':
      return { status: 410, notice: problems.gone.detail };
    case 'flood': {
      const notice = page_texts[locale].slower(Number(refused.headers['Retry-After']));
      return { status: 429, notice, headers: refused.headers };
    }
    case 'bot':
      return { status: 403, notice: texts.failures[refused.failure], stale: refused.failure !== 'early' };
    case 'away':
      return { status: 503, notice: texts.unavailable, away: true, headers: problem_headers.unavailable };
  }
}
