import { zValidator } from '@hono/zod-validator';
import type { Context, MiddlewareHandler } from 'hono';
import * as z from 'zod/mini';
import type { App } from '../context.ts';
import type { ErrorCode } from '../shared/field-errors.ts';
import { checkField, type LeadField, normalizeField } from '../shared/fields.ts';
import { body_limit_bytes, readBody, readBytes } from './body.ts';
import { chooseLocale } from './language.ts';
import { problem } from './problems/problem.ts';
import type { FieldError, Slug } from './problems/slugs.ts';

/** Errors listed at most: enough for a person, and a bound on what an attacker makes the server write. */
const errors_listed = 32;

/** Checks the query string. Each parameter may stand once. */
export function query<S extends z.ZodMiniType>(schema: S) {
  return zValidator('query', schema, (result, c) => {
    if (!result.success)
      return invalidFields(c as unknown as Context<App>, readIssues(result.error.issues, result.data));
  });
}

/** Returns the schema of one of the form's fields, which applies the form's own rule. Its output is what is stored. */
export function field(name: LeadField) {
  return z.pipe(
    typedText(typed => checkField(name, typed)),
    z.transform((typed: string) => normalizeField(name, typed)),
  );
}

/** Returns the same for a field that may be missing, or left blank as a page sends it. */
export function spareField(name: LeadField) {
  return spareText(
    typed => checkField(name, typed),
    typed => normalizeField(name, typed),
  );
}

/**
 * Returns the schema of a text that may be missing or blank, by a rule that names what is wrong with it. Its output is
 * undefined where nothing was typed.
 */
export function spareText(check: (typed: string) => ErrorCode | undefined, normalize: (typed: string) => string) {
  return z.optional(
    z.pipe(
      typedText(typed => (typed.trim() ? check(typed) : undefined)),
      z.transform((typed: string) => (typed.trim() ? normalize(typed) : undefined)),
    ),
  );
}

/** Returns the schema of a text by a rule that names what is wrong with it. */
export function typedText(check: (typed: string) => ErrorCode | undefined) {
  return z.string().check(
    z.superRefine((typed, context) => {
      const code = check(typed);
      if (code) context.addIssue({ code: 'custom', params: { code } });
    }),
  );
}

interface BodyOptions {
  /** Whether urlencoded and multipart bodies are read too. */
  form?: boolean;
  /** Whether a multipart form may hold files, each read as a `SentFile`. */
  files?: boolean;
  /** Whether the body may be missing; the schema then gets an empty object. */
  optional?: boolean;
  /** Size of the largest body that is read, when it may be larger than usual. */
  limit_bytes?: number;
  /** Entries that a list may have, when there may be more than usual. */
  entries?: number;
  /** Whether what is wrong is named by its whole path, like `texts.en.advice`, so that all of it is named at once. */
  nested?: boolean;
  /** Answers a body that the schema refuses, or with the problem `slug` a form that is too large. */
  refuse?(c: Context<App>, errors: FieldError[], slug?: Slug): Response | Promise<Response>;
  /** Answers a body that cannot be read, unless the problem with it is the answer. */
  unread?(c: Context<App>): Promise<Response | undefined>;
}

/**
 * Checks a JSON body, and with `form` a urlencoded or multipart one too. Handlers read it with `c.req.valid('json')`.
 *
 * The body's `locale` sets the language of the answer, because it says in which language the person was asked.
 */
export function body<S extends z.ZodMiniType>(
  schema: S,
  {
    form = false,
    files = false,
    optional = false,
    limit_bytes = body_limit_bytes,
    entries = most_entries,
    nested = false,
    refuse = invalidFields,
    unread,
  }: BodyOptions = {},
): MiddlewareHandler<App, string, { in: { json: z.input<S> }; out: { json: z.output<S> } }> {
  return async (c, next) => {
    const context = c as unknown as Context<App>;
    const read = await readBody(context, { form, limit_bytes, optional, files });
    const { value: sent, slug } = read;
    if (slug && (sent === undefined || refuse === invalidFields))
      return (await unread?.(context)) ?? problem(context, slug);
    c.set('sent', sent);
    const { locale } = Object(sent) as { locale?: unknown };
    if (locale !== undefined) c.set('locale', chooseLocale(context, locale));
    const crowded = findCrowded(sent, entries);
    if (crowded.length > 0) return refuse(context, crowded, slug);
    const result = schema.safeParse(sent);
    if (!result.success) return refuse(context, readIssues(result.error.issues, sent, nested), slug);
    if (slug) return refuse(context, [], slug);
    c.req.addValidatedData('json', result.data as object);
    await next();
  };
}

/** Reads the body of a request that needs none, only to refuse one that is too large. */
export const ignoreBody: MiddlewareHandler<App> = async (c, next) => {
  const bytes = await readBytes(c, body_limit_bytes).catch(() => new Uint8Array());
  if (!bytes) return problem(c, 'payload-too-large');
  await next();
};

/** Answers 422 and names the fields. */
export function invalidFields(c: Context<App>, errors: FieldError[]) {
  return problem(c, 'invalid-fields', { errors: errors.slice(0, errors_listed) });
}

/** Entries of a list, unless told otherwise, and names that a body may have. */
const most_entries = 100;

/**
 * Finds what no schema need look at: more names or longer lists than any of them knows. Because a schema describes each
 * wrong entry, thousands would take milliseconds.
 */
function findCrowded(sent: unknown, entries: number): FieldError[] {
  const values = Object.entries(Object(sent));
  if (values.length > most_entries) return [{ field: '(other)', code: 'unknown_field' }];
  return values
    .filter(([, value]) => Array.isArray(value) && value.length > entries)
    .map(([name]) => ({ field: nameField(name), code: 'too_long' }));
}

export function readIssues(issues: readonly z.core.$ZodIssue[], sent: unknown, nested = false): FieldError[] {
  const errors = new Map<string, FieldError>();
  for (const issue of issues) {
    const within = nested ? issue.path.map(String) : [];
    const paths =
      issue.code === 'unrecognized_keys'
        ? issue.keys.map(key => [...within, key])
        : [nested ? within : [String(issue.path[0] ?? '')]];
    for (const path of paths) {
      const field = path.map(nameField).join('.');
      if (!errors.has(field)) errors.set(field, { field, code: readCode(issue, sent) });
    }
  }
  return [...errors.values()];
}

/**
 * Returns a field's name if it looks like one (`line2` does), else a stand-in, because a person's phone number could be
 * sent as a name.
 */
function nameField(key: string): string {
  return /^[A-Za-z_][A-Za-z_-]{0,60}\d{0,3}$/.test(key) ? key : key && '(other)';
}

function readCode(issue: z.core.$ZodIssue, sent: unknown): ErrorCode {
  const value = issue.path.reduce<unknown>((within, key) => (within as Record<PropertyKey, unknown>)?.[key], sent);
  switch (issue.code) {
    case 'unrecognized_keys':
      return 'unknown_field';
    case 'invalid_type':
      return value === undefined ? 'required' : 'wrong_type';
    case 'invalid_value':
      return value === undefined ? 'required' : typeof value === 'string' ? 'invalid' : 'wrong_type';
    case 'too_big':
      return typeof value === 'number' ? 'invalid' : 'too_long';
    case 'invalid_union': {
      const isOther = issue.errors.every(([first]) => first?.code === 'invalid_type' && first.path.length === 0);
      return value === undefined ? 'required' : isOther ? 'wrong_type' : 'invalid';
    }
    case 'custom':
      return (issue.params?.code as ErrorCode | undefined) ?? 'invalid';
    default:
      return 'invalid';
  }
}
