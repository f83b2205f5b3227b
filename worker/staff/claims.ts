import * as oidc from 'openid-client';
import type { Person } from '../../db/staff/accounts.ts';
import { withoutUnseen } from '../../db/staff/names.ts';
import { readStaffName } from '../http/staff-text.ts';
import type { Settings } from '../settings.ts';
import type { Asking } from './discovery.ts';
import { Distrusted } from './discovery.ts';

type Claims = Record<string, unknown>;

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
  const sources: Claims[] = [tokens.claims() ?? {}];
  const sub = tokens.claims()?.sub ?? subject ?? '';
  if (!isSubject(sub)) throw new Distrusted('subject');
  const isTold = readValues(settings, sources) !== undefined && readNames(sources).length > 0;
  if (!isTold && userinfo_endpoint) sources.push(await oidc.fetchUserInfo(config, tokens.access_token, sub));
  const role = chooseRole(settings, sources);
  const names = [...readNames(sources), ...readNames([{ name: sub }])];
  return { issuer, subject: sub, names, ...(role && { role }) };
}

/** Returns whether a text names somebody at the provider: an empty one would stand for everybody. */
function isSubject(sub: string): boolean {
  return /^[^\p{Cc}\p{Cs}]{1,255}$/u.test(sub);
}

function chooseRole(settings: Settings, sources: Claims[]) {
  const { oidc_roles = [] } = settings;
  const values = [readValues(settings, sources)].flat();
  return oidc_roles.find(([value]) => values.includes(value))?.[1];
}

/** Reads what tells the role, from the first source that says it; undefined where none does. Null says nothing. */
function readValues({ oidc_role_claim }: Settings, sources: Claims[]): unknown {
  return sources.map(claims => readClaim(claims, oidc_role_claim!) ?? undefined).find(value => value !== undefined);
}

/** Reads a claim by its name, or by the way to it: `realm_access.roles`. */
function readClaim(claims: Claims, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name];
  return name
    .split('.')
    .reduce<unknown>(
      (value, step) => (Object.hasOwn(Object(value), step) ? (value as Claims)[step] : undefined),
      claims,
    );
}

/** Reads names of somebody. Of each kind, the first source that says one counts. */
function readNames(sources: Claims[]): string[] {
  const kinds = ['name', 'preferred_username', 'email'];
  const names = kinds.flatMap(kind => sources.map(claims => claims[kind]).find(one => typeof one === 'string') ?? []);
  return [
    ...new Set(names.map(one => readStaffName(withoutUnseen(one.normalize('NFKC')))).filter(one => one !== undefined)),
  ];
}
