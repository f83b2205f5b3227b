import { recordIncident } from '../../db/incidents/record.ts';
import { changeLead } from '../../db/leads/change.ts';
import { placeHold } from '../../db/leads/holds/hold.ts';
import { createChannel } from '../../db/notices/channels.ts';
import { listDeliveries } from '../../db/notices/deliveries.ts';
import { listDueMails, recordMail } from '../../db/notices/mails.ts';
import { verifyRequest } from '../../db/requests/act.ts';
import { createRequest } from '../../db/requests/create.ts';
import { fulfilRequest } from '../../db/requests/fulfil.ts';
import { askRefusal } from '../../db/requests/refuse.ts';
import type { RequestType } from '../../db/requests/request.ts';
import { codeOf } from '../../db/requests/verify.ts';
import { type Role, roles } from '../../worker/guards/roles.ts';
import { openAssets } from '../../worker/node/assets.ts';
import type { Operation } from './conformance.ts';
import { operator, origin, site, startPublished } from './harness.ts';

/** Parts of a request. A part that is left out is that of the document's example. */
export interface Sent {
  method?: string;
  path?: Record<string, string>;
  query?: Record<string, string> | undefined;
  /** A parameter that stands a second time. */
  again?: [name: string, value: string];
  headers?: Record<string, string>;
  body?: unknown;
  type?: string;
  role?: Role | 'nobody' | 'stranger';
}

/** Roles by scope, for the scopes that a privacy officer lacks. */
const roles_for: Record<string, Role> = {
  'tokens:manage': 'admin',
  'policies:publish': 'admin',
  'channels:manage': 'admin',
};

export const roleFor = (operation: Operation): Role | undefined => {
  const scope = operation.security[0]?.token?.[0];
  return scope === undefined ? undefined : (roles_for[scope] ?? 'privacy_officer');
};

export const other_roles = (operation: Operation): Role[] => {
  const allowed: Record<string, Role[]> = {
    'leads:read': ['viewer', 'sales', 'privacy_officer'],
    'leads:write': ['sales', 'privacy_officer'],
    'leads:erase': ['privacy_officer'],
    'consents:read': ['privacy_officer', 'auditor'],
    'audit:read': ['privacy_officer', 'auditor'],
    'holds:manage': ['privacy_officer'],
    'incidents:manage': ['privacy_officer'],
    'requests:handle': ['privacy_officer'],
    'requests:approve': ['privacy_officer', 'auditor'],
    'tokens:manage': ['admin'],
    'policies:publish': ['admin'],
    'channels:manage': ['admin'],
  };
  return roles.filter(role => !allowed[operation.security[0]!.token![0]!]!.includes(role));
};

const findAsset = openAssets();
const metrics_token = 'x'.repeat(32);

/** Starts a service that holds what the document's examples name, and returns how to ask it. */
export async function openWorld() {
  const started = await startPublished({
    FORM_LIMIT_PER_MINUTE: '10',
    CONSENT_LIMIT_PER_MINUTE: '10',
    OUTBOUND_HOSTS: 'hooks.example.com',
    METRICS_TOKEN: metrics_token,
  });
  const { services, db, post, token, app } = started;
  const limits = { wait_seconds: 0 };
  for (const name of ['form', 'consent', 'token'] as const) services.limiters[name] = () => limits.wait_seconds;
  services.findAsset = findAsset;
  services.connect = async () => ({ status: 204, body: '' });
  const hook = { kind: 'webhook', name: 'CRM', address: 'https://hooks.example.com/', locale: 'en' } as const;
  const asked = {
    ...hook,
    shown_address: hook.address,
    secret: `whsec_${Buffer.alloc(24, 7).toString('base64')}`,
    events: ['lead.created' as const],
    after_hours: 4,
    paused: false,
  };
  const channel = await createChannel(services, asked, operator, services.now());
  const sent = {
    name: '王芳',
    phone: '13800138078',
    email: 'a@example.com',
    company: '小视',
    policy_version: '2026-01',
  };
  const makeLead = async () =>
    (await (await post('/forms/mini-ai-experience', sent)).json()) as { id: string; receipt_code: string };
  const [one, held, gone] = [await makeLead(), await makeLead(), await makeLead()];
  await changeLead(services, one.id, { status: 'new', assigned_to: '王芳' }, operator, services.now());
  await post('/withdrawals', { receipt_code: gone.receipt_code });
  const term = { ground: 'court', reference: '7', review_on: '2027-05-23' } as const;
  const holds = [];
  for (const id of [held.id, held.id]) holds.push(await placeHold(services, id, term, operator, services.now()));
  await post('/consents', {
    ...{ visitor_id: '3f2b8c1e-9a4d-4e6f-8b7a-1c2d3e4f5a6b', policy_version: '2026-01', locale: 'en' },
    ...{ shown: ['necessary', 'analytics'], granted: ['analytics'], source: 'banner' },
    chosen_at: services.now().toISOString(),
  });
  const module = /(?<=widget\/)lead-form-[\w-]+\.js/.exec(
    await new Response((await services.findAsset(new Request(`${origin}/widget.js`)))!.body).text(),
  )![0];
  const request = (await (await post('/requests', { type: 'access', email: sent.email, details: 'x' })).json()) as {
    reference: string;
  };
  const restricted = await makeLead();
  const taken = { channel: 'phone', locale: 'en', texts: { email: sent.email }, verification: 'by_staff' } as const;
  const take = async (type: RequestType, lead_id = one.id) =>
    (await createRequest(services, { type, ...taken, lead_ids: [lead_id] }, {}, operator, services.now())).id;
  const verify = (id: string) => verifyRequest(db, id, { by: 'callback', failed: false }, operator, services.now());
  const fulfil = async (id: string) => {
    await verify(id);
    return fulfilRequest(services, id, {}, operator, services.now()) as Promise<{ copy: { code: string } | undefined }>;
  };
  const [open, refused, copied] = [await take('erasure'), await take('access'), await take('copy')];
  const asker = { ...operator, id: 'asker' };
  await askRefusal(services, refused, { code: 'R5', explanation: 'x' }, asker, services.now());
  await verify(copied);
  await fulfil(await take('restriction', restricted.id));
  const requests = { ended: await take('copy'), held: await take('erasure', held.id) };
  await verify(requests.held);
  const { copy } = await fulfil(requests.ended);
  const mailed = await createRequest(
    services,
    { ...taken, type: 'access', verification: 'code' },
    {},
    operator,
    services.now(),
  );
  const [mail] = await listDueMails(db, services.now());
  await recordMail(db, mail!, { is: 'sent', status: 250, error: null, lead_id: one.id }, services.now());
  const [code] = services.signer.makeDigits(codeOf(mailed.id));
  const reached = {
    from: '2026-11-20T00:00:00.000Z',
    to: '2026-11-30T00:00:00.000Z',
    cause: 'x',
    scope: { all: true },
  } as const;
  const record = () => recordIncident(services, reached, operator, services.now()) as Promise<{ id: string }>;
  const incidents = [await record(), await record()];
  const { deliveries } = await listDeliveries(db, {}, 1, undefined);
  const ids: Record<string, string> = {
    '/channels/{id}': channel.id,
    '/channels/{id}/test': channel.id,
    '/deliveries/{id}/retry': deliveries[0]!.id,
    '/incidents/{id}': incidents[0]!.id,
    '/incidents/{id}/notice': incidents[1]!.id,
    '/leads/{id}': one.id,
    '/leads/{id}/consent': one.id,
    '/leads/{id}/holds': one.id,
    '/leads/{id}/holds/{hold_id} id': held.id,
    '/leads/{id}/holds/{hold_id} hold_id': holds[0]!.id,
    '/requests/{reference}': request.reference,
    '/requests/{reference}/verification': mailed.reference,
    '/requests/copies/{code}': copy!.code,
    '/subject-requests/{id}': open,
    '/subject-requests/{id}/verification': open,
    '/subject-requests/{id}/fulfilment': copied,
    '/subject-requests/{id}/refusal': open,
    '/subject-requests/{id}/approval': refused,
    '/subject-requests/{id}/extension': open,
    '/leads/{id}/restriction': restricted.id,
    '/tokens/{id}': (await token('viewer')).split('_')[1]!,
    '/tokens/{id}/rotation': (await token('viewer')).split('_')[1]!,
    '/widget/{file}': module,
  };

  /** Returns the path of an operation, with ids that exist. */
  function fillIn({ path, parameters }: Operation, given: Record<string, string> = {}): string {
    return path.replace(/\{(\w+)\}/g, (_, name: string) => {
      const example = parameters.find(one => one.in === 'path' && one.name === name)?.example;
      return given[name] ?? ids[`${path} ${name}`] ?? ids[path] ?? String(example);
    });
  }

  /** Returns the body of the document's example, with codes that exist. */
  function exampleOf({ operationId, requestBody }: Operation): Record<string, unknown> | undefined {
    const example = requestBody?.content['application/json']?.example as Record<string, unknown> | undefined;
    if (operationId === 'verifyByCode') return { ...example, code };
    return operationId === 'withdrawLead' ? { ...example, receipt_code: one.receipt_code } : example;
  }

  async function ask(operation: Operation, { path, query, headers = {}, ...more }: Sent = {}): Promise<Response> {
    const { method = operation.method, type = 'application/json', role = roleFor(operation) } = more;
    const body = 'body' in more ? more.body : exampleOf(operation);
    const asked = operation.parameters.filter(one => one.in === 'query' && one.required);
    const required = Object.fromEntries(asked.map(({ name, example }) => [name, String(example)]));
    const search = new URLSearchParams([
      ...Object.entries({ ...required, ...query }),
      ...(more.again ? [more.again] : []),
    ]);
    const isMetrics = operation.security.some(one => one.metrics_token);
    const own = async () => (isMetrics ? metrics_token : role && (await token(role as Role)));
    const presented = role === 'stranger' ? 'lc_wrong_token' : role !== 'nobody' && (await own());
    const isForm = type === 'application/x-www-form-urlencoded' && typeof body === 'object';
    const text = isForm ? new URLSearchParams(body as Record<string, string>).toString() : JSON.stringify(body);
    return app.request(origin + fillIn(operation, path) + (search.size ? `?${search}` : ''), {
      method,
      headers: {
        ...(presented && { Authorization: `Bearer ${presented}` }),
        ...(method === 'POST' && !roleFor(operation) && { Origin: site }),
        ...(body !== undefined && { 'Content-Type': type }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : text }),
    });
  }

  return { ...started, ask, exampleOf, limits, ids, held, requests };
}

/**
 * Breaks the database, so that its callers notice at their next step. Because a read is shared for a turn of the event
 * loop, it first lets that turn end.
 */
export async function breakDatabase(db: Awaited<ReturnType<typeof openWorld>>['db'], error: Error): Promise<void> {
  await new Promise(resolve => setTimeout(resolve, 5));
  const fail = () => {
    throw error;
  };
  Object.assign(db, { read: async () => fail(), atomic: async () => fail(), selectFrom: fail });
}

/** Writes a form in parts, as browsers send it, and the type that names their boundary. */
export function writeParts(fields: Record<string, string>) {
  const parts = Object.entries(fields).map(
    ([name, value]) => `--part\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  return { type: 'multipart/form-data; boundary=part', body: `${parts.join('')}--part--\r\n` };
}
