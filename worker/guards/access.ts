import type { Context } from 'hono';
import type { Actor } from '../../db/audit/record.ts';
import { findTokenHolder, type TokenHolder } from '../../db/staff/tokens.ts';
import { type App, factory } from '../context.ts';
import { readHeader } from '../http/header.ts';
import { problem } from '../http/problems/problem.ts';
import { useLimit } from './rate-limit.ts';
import type { Role } from './roles.ts';

/** The scopes of each role. */
const scopes = {
  viewer: ['leads:read'],
  sales: ['leads:read', 'leads:reveal', 'leads:write'],
  privacy_officer: [
    'leads:read',
    'leads:reveal',
    'leads:write',
    'leads:correct',
    'leads:erase',
    'consents:read',
    'audit:read',
    'holds:manage',
    'incidents:manage',
    'requests:handle',
    'requests:approve',
  ],
  auditor: ['consents:read', 'audit:read', 'requests:approve'],
  admin: ['tokens:manage', 'policies:publish', 'channels:manage'],
} as const satisfies Record<Role, string[]>;

export type Scope = (typeof scopes)[Role][number];

/**
 * Lets a request through whose token's role has the scope. Answers 401 or 403 otherwise, and 429 to an address that
 * presents one wrong token after another.
 */
export function requireScope(scope: Scope) {
  return factory.createMiddleware(async (c, next) => {
    const token = readBearer(c);
    const found = token && !hasTokenInQuery(c) ? await presentToken(c, token) : refusal;
    if ('slug' in found) return problem(c, found.slug, found);
    c.set('holder', found);
    const { db, now } = c.get('services');
    c.set('presentAgain', () => findTokenHolder(db, token!, now()));
    if (!hasScope(c, scope)) return problem(c, 'forbidden');
    await next();
  });
}

/** Returns the token that a request presents. */
export function readBearer(c: Context): string | undefined {
  return /^Bearer +(\S+) *$/i.exec(readHeader(c, 'Authorization') ?? '')?.[1];
}

/** How a presented token is refused: a problem and its headers. */
export interface Refusal {
  slug: 'unauthorized' | 'too-many-requests';
  headers: Record<string, string>;
}

const refusal: Refusal = {
  slug: 'unauthorized',
  headers: { 'WWW-Authenticate': 'Bearer realm="lead-consent"' },
};

/**
 * Finds the holder of a token, or how to refuse it. Each refusal is logged, without token and address, and counts
 * against the address.
 *
 * Because a whole office may share its address with one bad script, a valid token is accepted from an address over its
 * limit too. No number of guesses finds a secret of 200 bits.
 */
export async function presentToken(c: Context<App>, token: string): Promise<TokenHolder | Refusal> {
  const { db, now, log } = c.get('services');
  const holder = await findTokenHolder(db, token, now());
  if (holder) return holder;
  const headers = await useLimit(c, 'token', 'tokens');
  log('warn', 'token_refused', { request_id: c.get('request_id'), limited: headers !== undefined });
  return headers ? { slug: 'too-many-requests', headers } : refusal;
}

/** Returns whether the presenter of the token has a scope. */
export function hasScope(c: Context<App>, scope: Scope): boolean {
  return scopesOf(c.get('holder').role).includes(scope);
}

/** Lists the scopes of a role; empty for an unknown role. */
export function scopesOf(role: string): readonly Scope[] {
  return Object.hasOwn(scopes, role) ? scopes[role as Role] : [];
}

/** Returns the presenter of the token as the audit trail's actor. */
export function actorOf(c: Context<App>): Actor {
  return { id: c.get('holder').id, role: c.get('holder').role, request_id: c.get('request_id') };
}

/**
 * Returns whether the address holds a token. Because addresses end up in logs and histories, no token is accepted
 * there, not even beside a valid one.
 */
function hasTokenInQuery(c: Context<App>): boolean {
  const query = new URL(c.req.url).searchParams;
  return query.has('access_token') || [...query].flat().some(text => /lc_[A-Za-z0-9]{12}_[A-Za-z0-9]{12}/.test(text));
}
