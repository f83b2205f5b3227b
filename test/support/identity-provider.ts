import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';

const client = { id: 'console', secret: 'a secret of the console' };

const signing_key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' });

const lasting = ['Interaction', 'Grant', 'Session', 'AccessToken', 'AuthorizationCode', 'RefreshToken', 'IdToken'];

/** What the provider knows of a person. */
interface Known {
  name: string;
  groups: string[];
  /** Claims that what is signed holds otherwise than its userinfo. */
  signed?: Record<string, unknown>;
  [claim: string]: unknown;
}

/** How the provider is set up, where it differs from the usual. */
interface Setup {
  /** Name of this machine in the issuer's address. */
  host?: string;
  /** Whether it gives tokens to ask again with. */
  renews?: boolean;
  /** Whether it shows people a page with a button, as most do. */
  asks?: boolean;
  /** Whether what is signed holds the claims; else only its userinfo tells them. */
  signsClaims?: boolean;
}

/**
 * Starts a real provider of identities on this machine.
 *
 * A visitor signs in as the person who entered last, or cancels, without being asked for a password.
 */
export async function startIdentityProvider(console_url: string, setup: Setup = {}) {
  const { host = '127.0.0.1', renews = true, asks = false, signsClaims = true } = setup;
  const people = new Map<string, Known>();
  const grants: { destroy(): Promise<void> }[] = [];
  const requests: string[] = [];
  const state = { who: '', isAway: false };
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url!.split('?')[0]}`);
    if (state.isAway) return void response.writeHead(503).end();
    if (!request.url!.startsWith('/interaction/')) return void answer(request, response);
    if (asks && request.method === 'GET')
      return void response
        .setHeader('Content-Type', 'text/html')
        .end('<form method="post"><button>Go on</button></form>');
    const result = state.who ? { login: { accountId: state.who } } : { error: 'access_denied' };
    return void provider.interactionFinished(request, response, result);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const issuer = `http://${host}:${port}`;
  const provider: Provider = new Provider(issuer, {
    clients: [
      {
        client_id: client.id,
        client_secret: client.secret,
        redirect_uris: [`${console_url}/console/sign-in/callback`],
        post_logout_redirect_uris: [`${console_url}/console`],
        grant_types: ['authorization_code', 'refresh_token'],
      },
    ],
    cookies: { keys: ['a key of the provider'] },
    // With these two set it says nothing of its usual ones.
    jwks: { keys: [signing_key] },
    ttl: Object.fromEntries(lasting.map(kind => [kind, 3_600])),
    pkce: { required: () => true },
    scopes: renews ? ['openid', 'offline_access'] : ['openid'],
    claims: {
      openid: ['sub'],
      profile: ['name', 'preferred_username', 'groups', 'realm_access', 'https://c.example/role'],
      email: ['email'],
    },
    conformIdTokenClaims: !signsClaims,
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
    issueRefreshToken: () => renews,
    rotateRefreshToken: true,
    async findAccount(_: unknown, sub: string) {
      const known = people.get(sub);
      if (!known) return undefined;
      const { signed, ...claims } = known;
      return { accountId: sub, claims: (use: string) => ({ sub, ...claims, ...(use === 'id_token' && signed) }) };
    },
    async loadExistingGrant(ctx: { oidc: { client: { clientId: string }; session: { accountId: string } } }) {
      const grant = new provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
      grant.addOIDCScope('openid profile email offline_access');
      await grant.save();
      grants.push(grant);
      return grant;
    },
  });
  const answer = provider.callback();
  return {
    issuer,
    requests,
    /** Environment of a console whose staff sign in here. */
    settings: {
      OIDC_ISSUER: issuer,
      OIDC_CLIENT_ID: client.id,
      OIDC_CLIENT_SECRET: client.secret,
      OIDC_ROLE_CLAIM: 'groups',
      OIDC_ROLES: 'sales-team:sales,dpo:privacy_officer,ops:admin',
    },
    /** Makes a person known, or tells of another group, and has them sign in from now on. */
    enter(sub: string, known: Known) {
      people.set(sub, known);
      state.who = sub;
    },
    cancel() {
      state.who = '';
    },
    forget(sub: string) {
      people.delete(sub);
    },
    setAway(isAway: boolean) {
      state.isAway = isAway;
    },
    /** Takes back every consent to the console. */
    async revoke() {
      for (const grant of grants.splice(0)) await grant.destroy();
    },
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

export type IdentityProvider = Awaited<ReturnType<typeof startIdentityProvider>>;

/** Follows a person's browser through the provider, from its address to the one at which it leads back. */
export async function passProvider(address: string, cookies = new Map<string, string>()): Promise<URL> {
  let url = new URL(address);
  const { origin } = url;
  while (url.origin === origin) {
    const Cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, { redirect: 'manual', headers: { Cookie } });
    for (const one of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(one)!;
      if (value) cookies.set(name!, value);
      else cookies.delete(name!);
    }
    const location = response.headers.get('Location');
    if (!location) throw new Error(`the provider answers ${response.status}: ${await response.text()}`);
    url = new URL(location, url);
  }
  return url;
}
