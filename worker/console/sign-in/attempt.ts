import { randomBytes } from 'node:crypto';
import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { lengthPrefixed } from '../../../db/digest.ts';
import { decrypt, deriveKey, encrypt, pad } from '../../../db/vault/cipher.ts';
import type { App } from '../../context.ts';
import type { Proofs } from '../../staff/provider.ts';
import { consoleCookie } from '../cookie.ts';

/** A sign-in that a browser has begun and that the provider is to lead back from. */
interface Attempt extends Proofs {
  /** Page to go on to. */
  next: string;
}

/** Time in which a person signs in at the provider. */
const kept_seconds = 900;

/** Characters of the page's address that fit into the cookie. */
const longest_next = 1_500;

/** Attempts of one browser that are kept at once, each for a tab of its own. One more begins with none. */
const most_attempts = 5;

/**
 * Begins an attempt, which the browser keeps in a cookie under its state, so that two tabs do not take each other's.
 * The cookie is sealed. It goes along when the provider leads back from its own site, so it is `SameSite=Lax`.
 */
export function beginAttempt(c: Context<App>, wanted: string): Attempt {
  // Because a browser keeps 4,096 bytes of a cookie, a longer address is given up.
  const next = wanted.length > longest_next ? '/console' : wanted;
  const [state, nonce, verifier] = [makeSecret(), makeSecret(), makeSecret()];
  const attempt = { state, nonce, verifier, next };
  const until = c.var.services.now().getTime() + kept_seconds * 1_000;
  const plain = pad(JSON.stringify({ ...attempt, until }));
  const { prefix, options } = attemptCookie(c);
  const begun = Object.keys(getCookie(c)).filter(name => name.startsWith(prefix));
  if (begun.length >= most_attempts) for (const name of begun) deleteCookie(c, name, options);
  const sealed = encrypt(attemptKey(c), plain, lengthPrefixed('attempt', state)).toString('base64url');
  setCookie(c, prefix + nameOf(state), sealed, { ...options, maxAge: kept_seconds });
  return attempt;
}

/** Takes the attempt that a state belongs to, once; undefined when this browser has not begun it, or long ago. */
export function takeAttempt(c: Context<App>, state: string): Attempt | undefined {
  if (!/^[\w-]{43}$/.test(state)) return undefined;
  const { prefix, options } = attemptCookie(c);
  const name = prefix + nameOf(state);
  const sealed = getCookie(c, name);
  if (!sealed) return undefined;
  deleteCookie(c, name, options);
  try {
    const plain = decrypt(attemptKey(c), Buffer.from(sealed, 'base64url'), lengthPrefixed('attempt', state));
    const { until, ...attempt } = JSON.parse(plain.toString('utf8')) as Attempt & { until: number };
    return c.var.services.now().getTime() < until ? attempt : undefined;
  } catch {
    return undefined;
  }
}

/** Returns the beginning of the cookies' names and their options. */
function attemptCookie(c: Context<App>) {
  const { name: prefix, options } = consoleCookie(c, 'console_attempt_', 'Lax');
  return { prefix, options };
}

function nameOf(state: string): string {
  return state.slice(0, 10);
}

function attemptKey(c: Context<App>) {
  return deriveKey(Buffer.from(c.var.services.signer.sign('attempt', '')), 'attempt');
}

/** Makes a secret of 256 bits. As a verifier it has the length and the letters of RFC 7636. */
function makeSecret(): string {
  return randomBytes(32).toString('base64url');
}
