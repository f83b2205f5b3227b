import * as oidc from 'openid-client';
import type { Person } from '../../db/staff/accounts.ts';
import { withoutUnseen } from '../../db/staff/names.ts';
import type { Services } from '../context.ts';
import { callOut } from '../egress.ts';
import { readStaffName } from '../http/staff-text.ts';
import type { Settings } from '../settings.ts';

/** What asks the provider needs. */
type Asking = Pick<Services, 'connect' | 'now' | 'settings'>;

/** What proves that an answer of the provider belongs to a sign-in that was begun here. */
export interface Proofs {
  state: string;
  nonce: string;
  /** The secret whose digest went along (PKCE). */
  verifier: string;
}

/** Somebody for whom the provider vouches; without a role where none of their values has one. */
export type Vouched = Omit<Person, 'role'> & Partial<Pick<Person, 'role'>>;

/** Why the provider vouches for nobody, with a code for the log: never an address or a message. */
export interface Failure {
  failed: /** It cannot be asked. */
    | 'away'
    /** It, or the person, has said no. */
    | 'denied'
    /** Its answer is not to be trusted, or it does not know this deployment. */
    | 'distrusted';
  code: string;
}

/** An answer of the provider: for whom it vouches, and its token to be asked again with, where it gives one. */
export interface Answer {
  person: Vouched;
  refresh_token: string | null;
}

/** Seconds by which the provider's clock may differ. */
const clock_tolerance_seconds = 60;

/** Path to which the provider leads back. */
export const callback_path = '/console/sign-in/callback';

/** Returns the provider's address at which a person signs in, with a prompt where one is wanted. */
export async function findSignIn(
  services: Asking,
  { state, nonce, verifier }: Proofs,
  prompt?: 'select_account',
): Promise<{ url: URL } | Failure> {
  return attempt(async () => {
    const config = await configure(services);
    const url = oidc.buildAuthorizationUrl(config, {
      redirect_uri: services.settings.public_url + callback_path,
      scope: chooseScopes(config.serverMetadata(), services.settings).join(' '),
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      ...{ state, nonce, ...(prompt && { prompt }) },
    });
    return { url };
  });
}

/** Lists the scopes to ask for. Some providers give the claim of roles, and a token to ask again with, for a scope alone. */
function chooseScopes({ scopes_supported = [] }: oidc.ServerMetadata, { oidc_role_claim = '' }: Settings): string[] {
  const further = ['offline_access', oidc_role_claim].filter(scope => scopes_supported.includes(scope));
  return ['openid', 'profile', 'email', ...further];
}

/** Exchanges the code that the provider has sent a browser back with, once the proofs of the sign-in hold. */
export async function exchangeCode(services: Asking, search: string, proofs: Proofs): Promise<Answer | Failure> {
  return attempt(async () => {
    const config = await configure(services);
    const url = new URL(services.settings.public_url + callback_path + search);
    const tokens = await oidc.authorizationCodeGrant(config, url, {
      expectedState: proofs.state,
      expectedNonce: proofs.nonce,
      pkceCodeVerifier: proofs.verifier,
      idTokenExpected: true,
    });
    return { person: await readPerson(services, config, tokens), refresh_token: tokens.refresh_token ?? null };
  });
}

/**
 * Asks the provider again about a person who has signed in.
 *
 * @returns `denied` when it vouches for them no more, for somebody else, or for nobody in particular.
 */
export async function askAgain(
  services: Asking,
  refresh_token: string,
  { issuer, subject }: Pick<Person, 'issuer' | 'subject'>,
): Promise<Answer | Failure> {
  return attempt(async () => {
    const config = await configure(services);
    const provider = config.serverMetadata();
    if (provider.issuer !== issuer) return { failed: 'denied', code: 'other_issuer' };
    const tokens = await oidc.refreshTokenGrant(config, refresh_token);
    if (!tokens.claims() && !provider.userinfo_endpoint) return { failed: 'denied', code: 'nothing_told' };
    const person = await readPerson(services, config, tokens, subject);
    if (person.subject !== subject) return { failed: 'denied', code: 'other_subject' };
    return { person, refresh_token: tokens.refresh_token ?? refresh_token };
  });
}

/** Returns the provider's address at which a person signs out there; undefined where it has none, or is away. */
export async function findSignOut(services: Asking): Promise<URL | undefined> {
  const found = await attempt(async () => {
    const config = await configure(services);
    if (!config.serverMetadata().end_session_endpoint) return { url: undefined };
    const home = `${services.settings.public_url}/console`;
    return { url: oidc.buildEndSessionUrl(config, { post_logout_redirect_uri: home }) };
  });
  return 'failed' in found ? undefined : found.url;
}

interface Known {
  config: oidc.Configuration;
  until: number;
}

const known = new WeakMap<Settings, Known>();

/** Time for which what the provider tells of itself is believed. */
const known_ms = 3_600_000;

/** Returns the provider as it describes itself, asked at most hourly. */
async function configure(services: Asking): Promise<oidc.Configuration> {
  const { settings, now } = services;
  const at = now().getTime();
  const kept = known.get(settings);
  if (kept && at < kept.until) return kept.config;
  const { oidc_issuer: issuer, oidc_client_id: client_id, oidc_client_secret: secret } = settings;
  if (!issuer || !client_id || !secret) throw new Away('not-configured');
  const config = await oidc.discovery(
    issuer,
    client_id,
    { [oidc.clockTolerance]: clock_tolerance_seconds },
    (...sent) => chooseLogin(secret, ...sent),
    {
      [oidc.customFetch]: (address, { method, headers, body }) =>
        fetchOut(services, address, method === 'POST' ? 'POST' : 'GET', headers, body),
      // The signature is checked although the answer comes straight from the provider, because plain http is allowed
      // within a private network.
      execute: [oidc.enableNonRepudiationChecks, ...(issuer.protocol === 'http:' ? [oidc.allowInsecureRequests] : [])],
    },
  );
  // The library lets Microsoft's shared addresses stand for any company, where anybody could make themselves a role.
  if (!isSameAddress(config.serverMetadata().issuer, issuer)) throw new Distrusted('issuer_mismatch');
  known.set(settings, { config, until: at + known_ms });
  return config;
}

function isSameAddress(text: string, url: URL): boolean {
  return URL.canParse(text) && new URL(text).href === url.href;
}

/** Presents the secret in the way that the provider lists: by HTTP Basic, which is the rule, or in the body. */
function chooseLogin(secret: string, ...sent: Parameters<oidc.ClientAuth>) {
  const [{ token_endpoint_auth_methods_supported: listed }] = sent;
  const isBasic = !listed || listed.includes('client_secret_basic');
  return (isBasic ? oidc.ClientSecretBasic(secret) : oidc.ClientSecretPost(secret))(...sent);
}

class Coded extends Error {
  readonly code: string;
  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

/** Error of a provider that cannot be asked. */
class Away extends Coded {}

/** Error of a provider that is not the one that the settings name. */
class Distrusted extends Coded {}

async function fetchOut(
  services: Asking,
  address: string,
  method: 'GET' | 'POST',
  headers: Record<string, string>,
  body: unknown,
): Promise<Response> {
  const sent = body === undefined || body === null ? undefined : String(body);
  const answer = await callOut(services, address, { method, headers, body: sent });
  if ('error' in answer) throw new Away(answer.error);
  const { status, type } = answer;
  if (status < 200 || status >= 500 || status === 429) throw new Away(String(status));
  const isEmpty = status === 204 || status === 304;
  return new Response(isEmpty ? null : answer.body, { status, headers: type ? { 'Content-Type': type } : {} });
}

/**
 * Reads who somebody is from what the provider has signed; from its userinfo too where that does not tell their role.
 *
 * @param subject Who it must be, where the answer holds nothing signed.
 */
async function readPerson(
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

/** Answers by which the provider says that a person has not, or not yet, been let through. */
const denials = [
  'access_denied',
  'login_required',
  'consent_required',
  'interaction_required',
  'account_selection_required',
  'invalid_grant',
];

/** Runs what asks the provider, and returns why it has failed where it has. */
async function attempt<T>(ask: () => Promise<T | Failure>): Promise<T | Failure> {
  try {
    return await ask();
  } catch (error) {
    for (let cause = error; cause instanceof Error; cause = cause.cause)
      if (cause instanceof Away) return { failed: 'away', code: cause.code };
    const { error: told, code } = error as { error?: unknown; code?: unknown };
    const said = readCode(told) ?? readCode(code) ?? 'unknown';
    if (denials.includes(said)) return { failed: 'denied', code: said };
    const isAway = said === 'temporarily_unavailable' || said === 'server_error';
    return { failed: isAway ? 'away' : 'distrusted', code: said };
  }
}

/** Returns a code as it may stand in the log: some providers write sentences there. */
function readCode(code: unknown): string | undefined {
  return typeof code === 'string' && /^\w{1,60}$/.test(code) ? code : undefined;
}
