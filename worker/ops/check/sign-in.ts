import { connect } from '../../node/egress.ts';
import type { Settings } from '../../settings.ts';
import { configure } from '../../staff/discovery.ts';
import type { Deployment } from './deployment.ts';
import { type Line, none, ok, wrong } from './lines.ts';

/** What to do about a provider that cannot be asked, by the code. */
const advice: Record<string, string> = {
  issuer_mismatch: 'Write OIDC_ISSUER as the provider names itself: docs/sign-in.md.',
  'private-address': "List the provider's address in OUTBOUND_HOSTS, if it is one of your network.",
};

/** Asks the provider of the company's accounts what it says of itself. Nobody signs in. */
export async function checkSignIn({ settings, now }: Deployment): Promise<Line[]> {
  const { oidc_issuer, oidc_client_id, oidc_client_secret } = settings;
  if (!oidc_issuer) return [none('sign-in', 'OIDC_ISSUER is not set: staff sign in with tokens')];
  if (!oidc_client_id || !oidc_client_secret) return [none('sign-in', 'its settings are not complete: see settings')];
  try {
    await configure({ connect, now: () => now, settings: settings as Settings & { public_url: string } });
    return [ok('sign-in', `${oidc_issuer.host} answers, and is the one that OIDC_ISSUER names`)];
  } catch (error) {
    const code = readCode(error);
    const usual = 'Look at OIDC_ISSUER, and whether this machine may reach it.';
    return [wrong('sign-in', `${oidc_issuer.host}: ${code}`, advice[code] ?? usual)];
  }
}

/** Returns the code of the innermost error that has one. */
function readCode(error: unknown): string {
  let code = 'unknown';
  for (let cause = error; cause instanceof Error; cause = cause.cause)
    if ('code' in cause && typeof cause.code === 'string') code = cause.code;
  return code;
}
