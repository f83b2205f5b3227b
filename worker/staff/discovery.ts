import * as oidc from 'openid-client';
import type { Services } from '../context.ts';
import { callOut } from '../egress/call.ts';
import type { Settings } from '../settings.ts';

/** The services that are needed to ask the provider. */
export type Asking = Pick<Services, 'connect' | 'now' | 'settings'>;

/** Seconds by which the provider's clock may differ. */
const clock_tolerance_seconds = 60;

interface Known {
  config: oidc.Configuration;
  asked_at: number;
}

const known = new WeakMap<Settings, Known>();

/** Time for which what the provider tells of itself is believed. */
const known_ms = 3_600_000;

/** Returns the provider as it describes itself, asked at most hourly. */
export async function configure(services: Asking): Promise<oidc.Configuration> {
  const { settings, now } = services;
  const at = now().getTime();
  const kept = known.get(settings);
  if (kept && Math.abs(at - kept.asked_at) < known_ms) return kept.config;
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
  known.set(settings, { config, asked_at: at });
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

class Coded extends Error {
  readonly code: string;
  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

/** Error of a provider that cannot be asked. */
export class Away extends Coded {}

/** Error of a provider that is not the one that the settings name. */
export class Distrusted extends Coded {}
