import type { Database } from '../../db/database.ts';
import type { Role } from '../../worker/guards/roles.ts';
import type { Environment } from '../../worker/settings.ts';
import { browser_accept, lead, origin, startPublished } from './harness.ts';

const cookie_name = '__Host-lead_console';

/** The values of `lead` as a page shows them, in clear and masked. */
export const clear = [lead.name, '13800138078', 'Zhang.San@example.com', lead.company];
export const masked = ['欧阳**', '138******78', 'Z***@example.com'];

/** `Accept` of the console's script, where a person's browser accepts a page. */
export const script = { Accept: 'application/json' };

/** Starts an app in whose console people can sign in. */
export async function startConsole(overrides: Environment = {}, database?: Database) {
  const started = await startPublished({ CLIENT_IP_HEADER: 'x-real-ip', ...overrides }, database);

  async function signIn(token: string, headers: Record<string, string> = {}, next = '/console') {
    return started.submit('/console/session', { token, next }, headers);
  }

  /** Follows the redirect that answers a post. */
  async function follow(posted: Response, cookie = '', headers: Record<string, string> = {}) {
    const location = posted.headers.get('Location');
    if (posted.status !== 303 || !location) throw new Error(`a post is answered with ${posted.status}, no redirect`);
    const given = posted.headers.getSetCookie().map(one => one.split(';')[0]!);
    const Cookie = [cookie, ...given].filter(Boolean).join('; ');
    const asked = { Accept: browser_accept, 'Accept-Language': 'en', 'Sec-Fetch-Site': 'same-origin', Cookie };
    return { location, posted, response: await started.get(location, { ...asked, ...headers }) };
  }

  /** Signs in with a token that is refused, and returns the page that says so. */
  async function signInWrongly(token: string, headers: Record<string, string> = {}) {
    return follow(await signIn(token, headers));
  }

  /** Opens a browser in which a role is signed in: it asks for pages and posts forms. */
  async function open(role: Role) {
    const response = await signIn(await started.token(role));
    const cookie = readCookie(response);
    const headers = { Accept: browser_accept, 'Accept-Language': 'en', 'Sec-Fetch-Site': 'same-origin' };
    const get = (path: string, more: Record<string, string> = {}) =>
      started.get(path, { ...headers, ...(cookie && { Cookie: cookie }), ...more });
    const post = (
      path: string,
      fields: Record<string, string> | [string, string][] = {},
      more: Record<string, string> = {},
    ) => started.submit(path, fields, { ...headers, ...(cookie && { Cookie: cookie }), ...more });
    /** Posts a form and follows the redirect with the cookies that came with it, as a browser does. */
    async function send(path: string, fields: Record<string, string> | [string, string][] = {}) {
      return follow(await post(path, fields), cookie);
    }
    /** Posts a form, and returns the status of the page that the redirect leads to. */
    const statusOf = async (path: string, fields: Record<string, string> = {}) =>
      (await send(path, fields)).response.status;
    return { cookie, get, post, send, statusOf };
  }

  async function submitLead(fields: Partial<typeof lead> = {}, form = 'mini-ai-experience'): Promise<string> {
    const response = await started.post(`/forms/${form}`, { ...lead, ...fields });
    return ((await response.json()) as { id: string }).id;
  }

  /** Lists the audit trail through its own resource. */
  async function readEvents(query = '') {
    const response = await started.pull(`/audit-events?${query}`, 'auditor');
    type Event = { action: string; purpose: string | null; actor: string; lead_ids: string[]; fields: string | null };
    return ((await response.json()) as { audit_events: Event[] }).audit_events;
  }

  return { ...started, signIn, signInWrongly, follow, open, submitLead, readEvents };
}

/** Returns the session's cookie as the browser sends it; empty when the answer sets none. */
export function readCookie(response: Response): string {
  const [cookie = ''] = response.headers.getSetCookie().filter(one => one.startsWith(`${cookie_name}=`));
  return cookie.split(';')[0]!;
}

/** Returns all parts of an answer that a history, a log or a proxy could keep. */
export function readTraces(response: Response, page: string): string {
  const title = /<title>(.*?)<\/title>/s.exec(page)?.[1] ?? '';
  const addresses = [...page.matchAll(/\b(?:href|action|src)="([^"]*)"/g)]
    .map(([, address]) => address!)
    .filter(address => !/^(tel|mailto):/.test(address));
  return [title, response.headers.get('Location') ?? '', ...addresses, `${origin}`].join('\n');
}
