import { zValidator } from '@hono/zod-validator';
import type { Context, MiddlewareHandler } from 'hono';
import * as z from 'zod/mini';
import type { App } from '../context.ts';
import type { ErrorCode } from '../shared/field-errors.ts';
import { checkField, type LeadField } from '../shared/fields.ts';
import { chooseLocale } from './language.ts';
import { problem } from './problem.ts';
import type { FieldError } from './slugs.ts';

/** The largest body that is read. */
const body_limit_bytes = 16 * 1024;

/** Errors listed at most: enough for a person, and a bound on what an attacker makes us write. */
const errors_listed = 32;

const idempotency_key_length = 64;

/** Checks the query string; each parameter may stand once. */
export function query<S extends z.ZodMiniType>(schema: S) {
  return zValidator('query', schema, (result, c) => {
    if (!result.success)
      return invalidFields(c as unknown as Context<App>, readIssues(result.error.issues, result.data), undefined);
  });
}

/** One of the form's fields, by the form's own rule. */
export function field(name: LeadField) {
  return z.string().check(
    z.superRefine((typed, context) => {
      const code = checkField(name, typed);
      if (code) context.addIssue({ code: 'custom', params: { code } });
    }),
  );
}

interface BodyOptions {
  /** Takes urlencoded bodies too. */
  form?: boolean;
  /** The largest body that is read, where it may be larger than usual. */
  limit_bytes?: number;
  /** Answers what the schema refuses. */
  refuse?(c: Context<App>, errors: FieldError[], sent: unknown): Response | Promise<Response>;
}

/**
 * Checks a JSON body, and with `form` a urlencoded one too. Handlers read it with `c.req.valid('json')`.
 *
 * Bytes are counted while they arrive, whatever Content-Length says, and text that is no UTF-8 is refused.
 */
export function body<S extends z.ZodMiniType>(
  schema: S,
  { form = false, limit_bytes = body_limit_bytes, refuse = invalidFields }: BodyOptions = {},
): MiddlewareHandler<App, string, { in: { json: z.input<S> }; out: { json: z.output<S> } }> {
  return async (c, next) => {
    const type = readContentType(c.req.header('Content-Type'));
    if (type !== 'application/json' && !(form && type === 'application/x-www-form-urlencoded'))
      return problem(c, 'unsupported-media-type');
    if (/[^\s]/.test((c.req.header('Content-Encoding') ?? '').replace(/^identity$/i, '')))
      return problem(c, 'unsupported-media-type');
    const text = await readText(c, limit_bytes);
    if (text === 'too large') return refuseLarge(c);
    await c.var.services.endOfTurn?.();
    const sent = text && (type === 'application/json' ? parseJson(text.text) : { value: parseForm(text.text) });
    if (!sent) return problem(c, 'malformed-json');
    const result = schema.safeParse(sent.value);
    if (!result.success)
      return refuse(c as unknown as Context<App>, readIssues(result.error.issues, sent.value), sent.value);
    c.req.addValidatedData('json', result.data as object);
    await next();
  };
}

/** For requests that need no body: reads what is sent all the same, only to refuse what is too large. */
export const ignoreBody: MiddlewareHandler<App> = async (c, next) => {
  if ((await readBytes(c, body_limit_bytes).catch(() => new Uint8Array())) === undefined) return refuseLarge(c);
  await next();
};

function refuseLarge(c: Context<App>) {
  return problem(c, 'payload-too-large', { headers: { Connection: 'close' } });
}

/** The 422 for fields, in the language of the form where it says one. */
export function invalidFields(c: Context<App>, errors: FieldError[], sent: unknown) {
  const locale = chooseLocale(c, (sent as { locale?: unknown } | null | undefined)?.locale);
  return problem(c, 'invalid-fields', { errors: errors.slice(0, errors_listed), locale });
}

/** Reads the header Idempotency-Key: the key if there is one, or what is wrong with it. */
export function readIdempotencyKey(c: Context<App>): { key?: string; error?: FieldError } {
  const key = c.req.header('Idempotency-Key');
  if (key === undefined) return {};
  if (key.length > idempotency_key_length) return { error: { field: 'Idempotency-Key', code: 'too_long' } };
  return /^[\x20-\x7e]+$/.test(key) ? { key } : { error: { field: 'Idempotency-Key', code: 'invalid' } };
}

function readContentType(header: string | undefined): string | undefined {
  const [, type, charset] = /^\s*([\w/.+-]+)\s*(?:;\s*charset\s*=\s*"?([\w-]+)"?\s*)?;?\s*$/i.exec(header ?? '') ?? [];
  return /^utf-?8$/i.test(charset ?? 'utf-8') ? type?.toLowerCase() : undefined;
}

const decoder = new TextDecoder('utf-8', { fatal: true });

async function readText(c: Context<App>, limit_bytes: number): Promise<{ text: string } | 'too large' | undefined> {
  try {
    const bytes = await readBytes(c, limit_bytes);
    return bytes ? { text: decoder.decode(bytes) } : 'too large';
  } catch {
    return undefined;
  }
}

/** A body of declared length is read at once (both hosts hold it to that length); any other is counted by the chunk. */
async function readBytes(c: Context<App>, limit_bytes: number): Promise<Uint8Array | undefined> {
  const declared = c.req.header('Content-Length');
  if (declared !== undefined && !c.req.header('Transfer-Encoding')) {
    return Number(declared) > limit_bytes ? undefined : new Uint8Array(await c.req.arrayBuffer());
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of c.req.raw.body ?? []) {
    length += chunk.length;
    if (length > limit_bytes) return undefined;
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(length);
  for (let at = 0; chunks.length > 0; at += chunks.shift()!.length) bytes.set(chunks[0]!, at);
  return bytes;
}

function parseJson(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

/** A name that stands twice becomes a list, so that the schema refuses it. */
function parseForm(text: string): Record<string, unknown> {
  const values = new Map<string, string | string[]>();
  for (const [name, value] of new URLSearchParams(text)) {
    const known = values.get(name);
    values.set(name, known === undefined ? value : [...known, value]);
  }
  return Object.fromEntries(values);
}

function readIssues(issues: readonly z.core.$ZodIssue[], sent: unknown): FieldError[] {
  const errors = new Map<string, FieldError>();
  for (const issue of issues) {
    const keys = issue.code === 'unrecognized_keys' ? issue.keys : [String(issue.path[0] ?? '')];
    for (const key of keys) {
      const field = nameField(key);
      if (!errors.has(field)) errors.set(field, { field, code: readCode(issue, sent) });
    }
  }
  return [...errors.values()];
}

/** Names look like names (`line2` too), or they are not repeated: what was sent as a name could be somebody's phone number. */
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
    case 'custom':
      return (issue.params?.code as ErrorCode | undefined) ?? 'invalid';
    default:
      return 'invalid';
  }
}
