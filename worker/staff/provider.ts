import * as oidc from 'openid-client';
import type { Person } from '../../db/staff/accounts.ts';
import type { Settings } from '../settings.ts';
import { readPerson, type Vouched } from './claims.ts';
import { type Asking, Away, configure } from './discovery.ts';

/** What proves that an answer of the provider belongs to a sign-in that was begun here. */
export interface Proofs {
  state: string;
  nonce: string;
  /** The secret whose digest went along (PKCE). */
  verifier: string;
}

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
