import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { ErrorCode } from '../../shared/field-errors.ts';

/** Every problem, by its slug, with its status. */
export const statuses = {
  'malformed-json': 400,
  unauthorized: 401,
  forbidden: 403,
  'origin-not-allowed': 403,
  'bot-check-failed': 403,
  'not-found': 404,
  'unknown-form': 404,
  'method-not-allowed': 405,
  conflict: 409,
  gone: 410,
  'payload-too-large': 413,
  'unsupported-media-type': 415,
  'invalid-fields': 422,
  'idempotency-key-reused': 422,
  held: 423,
  'too-many-requests': 429,
  internal: 500,
  unavailable: 503,
} as const satisfies Record<string, ContentfulStatusCode>;

export type Slug = keyof typeof statuses;

/** An error of one field: its name and a code, never its value. */
export interface FieldError {
  field: string;
  code: ErrorCode;
  /** A sentence in English that says more than the texts do, such as which line of a policy file is wrong. */
  message?: string;
}
