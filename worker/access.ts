import type { Context } from 'hono';
import type { Actor } from '../db/audit.ts';
import { findTokenHolder } from '../db/tokens.ts';
import { type App, factory } from './context.ts';
import { problem } from './problem.ts';

/** What each role may do. */
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
  ],
  auditor: ['consents:read', 'audit:read'],
  admin: ['tokens:manage', 'policies:publish'],
} as const;

export type Role = keyof typeof scopes;
export type Scope = (typeof scopes)[Role][number];
export const roles = Object.keys(scopes) as Role[];

/** Lets a request through whose token's role has the scope: else 401 or 403. */
export function requireScope(scope: Scope) {
  return factory.createMiddleware(async (c, next) => {
    const { db, now } = c.var.services;
    const token = /^Bearer +(\S+) *$/i.exec(c.req.header('Authorization') ?? '')?.[1];
    const holder = token && !hasTokenInQuery(c) ? await findTokenHolder(db, token, now()) : undefined;
    if (!holder) return problem(c, 'unauthorized', { headers: { 'WWW-Authenticate': 'Bearer realm="lead-consent"' } });
    c.set('holder', holder);
    if (!hasScope(c, scope)) return problem(c, 'forbidden');
    await next();
  });
}

/** Whether the presenter of the token may do this too. */
export function hasScope(c: Context<App>, scope: Scope): boolean {
  const granted: readonly Scope[] = Object.hasOwn(scopes, c.var.holder.role) ? scopes[c.var.holder.role as Role] : [];
  return granted.includes(scope);
}

/** The presenter of the token, as the audit trail names them. */
export function actorOf(c: Context<App>): Actor {
  return { id: c.var.holder.id, role: c.var.holder.role, request_id: c.var.request_id };
}

/** A token in an address ends up in logs and histories: it is not accepted there, not even beside a good one. */
function hasTokenInQuery(c: Context<App>): boolean {
  const query = new URL(c.req.url).search;
  return /[?&]access_token=|lc_[A-Za-z0-9]+_/.test(query);
}
