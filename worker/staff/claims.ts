import * as oidc from 'openid-client';
import type { Person } from '../../db/staff/accounts.ts';
import { withoutUnseen } from '../../db/staff/names.ts';
import { readStaffName } from '../http/staff-text.ts';
import type { Settings } from '../settings.ts';
import type { Asking } from './discovery.ts';
import { Distrusted } from './discovery.ts';

/** Somebody for whom the provider vouches; without a role where none of their values has one. */
export type Vouched = Omit<Person, 'role'> & Partial<Pick<Person, 'role'>>;

/**
 * Reads who somebody is from what the provider has signed; from its userinfo too where that does not tell their role.
 *
 * @param subject Who it must be, where the answer holds nothing signed.
 */
export async function readPerson(
  { settings }: Asking,
  config: oidc.Configuration,
  tokens: oidc.TokenEndpointResponse & oidc.TokenEndpointResponseHelpers,
  subject?: string,
): Promise<Vouched> {
  const { issuer, userinfo_endpoint } = config.serverMetadata();
  let claims: Record<string, unknown> = tokens.claims() ?? {};
  const sub = tokens.claims()?.sub ?? subject ?? '';
  if (!isSubject(sub)) throw new Distrusted('subject');
  const isTold = readClaim(claims, settings.oidc_role_claim!) !== undefined && readNames(claims).length > 0;
  if (!isTold && userinfo_endpoint)
    claims = { ...(await oidc.fetchUserInfo(config, tokens.access_token, sub)), ...claims };
  const role = chooseRole(settings, claims);
  const names = [...readNames(claims), ...readNames({ name: sub })];
  return { issuer, subject: sub, names, ...(role && { role }) };
}

/** Returns whether a text names somebody at the provider: an empty one would stand for everybody. */
function isSubject(sub: string): boolean {
  return /^[^\p{Cc}\p{Cs}]{1,255}$/u.test(sub);
}

function chooseRole({ oidc_role_claim, oidc_roles = [] }: Settings, claims: Record<string, unknown>) {
  const values = [readClaim(claims, oidc_role_claim!)].flat();
  return oidc_roles.find(([value]) => values.includes(value))?.[1];
}

/** Reads a claim by its name, or by the way to it: `realm_access.roles`. */
function readClaim(claims: Record<string, unknown>, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name];
  return name
    .split('.')
    .reduce<unknown>(
      (value, step) => (Object.hasOwn(Object(value), step) ? (value as Record<string, unknown>)[step] : undefined),
      claims,
    );
}

function readNames({ name, preferred_username, email }: Record<string, unknown>): string[] {
  const names = [name, preferred_username, email].filter(one => typeof one === 'string');
  return [
    ...new Set(names.map(one => readStaffName(withoutUnseen(one.normalize('NFKC')))).filter(one => one !== undefined)),
  ];
}
