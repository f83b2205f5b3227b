import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { lengthPrefixed } from '../../db/digest.ts';
import { decrypt, deriveKey, encrypt, pad } from '../../db/vault/cipher.ts';
import type { App } from '../context.ts';
import type { FieldError, Slug } from '../http/problems/slugs.ts';
import { consoleCookie } from './cookie.ts';
import { readSessionId } from './session.ts';

/** A post that was refused, as the page that it leads to tells it. */
export interface Refusal {
  /** Path of the post, which is the action of the form that was sent. */
  action: string;
  slug: Slug;
  /** What to say of it, where no field is wrong. */
  detail: string;
  errors: FieldError[];
  /** Seconds after which the post may be sent again, where that is known. */
  seconds?: number;
  /** What was typed, for another try. */
  typed: Record<string, string>;
}

/** Time in which a browser follows a redirect, also over a line that breaks and comes back. */
const kept_seconds = 300;

/** Bytes up to which what was typed is kept. A browser keeps 4,096 of a cookie, and sealing adds a third. */
const most_bytes = 2_400;

/**
 * The fields that another try shows again, by the page of the form. None of them is a person's, and a token or another
 * secret is none of them.
 */
const shown_again: [page: RegExp, fields: string[]][] = [
  [/^\/console\/export$/, ['format', 'view']],
  [/^\/console\/notices/, ['kind', 'name', 'address', 'events', 'locale', 'after_hours']],
  [/^\/console\/assignment/, ['holders']],
  [/^/, ['ground', 'reference', 'review_on', 'reason', 'holder', 'role', 'days']],
];

/**
 * Keeps a refusal for the page that the post leads to. It travels in a cookie, because it must reach the page also while
 * nobody is signed in and while the database is away. The cookie is sealed for the session.
 *
 * @param path Path of the page, which alone shows it.
 * @param sent What was sent, as it was read.
 */
export function keepRefusal(c: Context<App>, path: string, refusal: Omit<Refusal, 'typed'>, sent: unknown): void {
  const [, fields] = shown_again.find(([page]) => page.test(path))!;
  const typed = Object.entries(Object(sent)).filter(([field]) => fields.includes(field));
  const write = (entries: typeof typed) =>
    pad(JSON.stringify({ ...refusal, errors: refusal.errors.slice(0, 8), typed: readTexts(entries) }));
  const whole = write(typed);
  const plain = whole.length > most_bytes ? write([]) : whole;
  const { name, options } = refusalCookie(c);
  const sealed = encrypt(refusalKey(c), plain, lengthPrefixed('refusal', path)).toString('base64url');
  setCookie(c, name, sealed, { ...options, maxAge: kept_seconds });
}

/** Reads texts of a form. Of boxes with one name, the values that are ticked come with commas between them. */
function readTexts(entries: [string, unknown][]): Record<string, string> {
  const texts = entries.map(([field, value]) => [field, Array.isArray(value) ? value.join(',') : value] as const);
  return Object.fromEntries(texts.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

/** Reads the refusal that was kept for this page; undefined where none was, or for another page or session. */
export function readRefusal(c: Context<App>): Refusal | undefined {
  const sealed = getCookie(c, refusalCookie(c).name);
  if (!sealed || sealed.length > 2 * most_bytes) return undefined;
  try {
    const plain = decrypt(refusalKey(c), Buffer.from(sealed, 'base64url'), lengthPrefixed('refusal', c.req.path));
    return JSON.parse(plain.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** Makes the browser forget the refusal, because it is shown once. */
export function forgetRefusal(c: Context<App>): void {
  const { name, options } = refusalCookie(c);
  deleteCookie(c, name, options);
}

function refusalCookie(c: Context<App>) {
  return consoleCookie(c, 'console_refusal');
}

/** Derives the key that seals refusals of one session, or of nobody. */
function refusalKey(c: Context<App>) {
  const mark = c.var.services.signer.sign('refusal', readSessionId(c) ?? '');
  return deriveKey(Buffer.from(mark), 'refusal');
}
