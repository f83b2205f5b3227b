import type { Database } from '../../db/database.ts';
import { jobs } from '../../worker/jobs.ts';
import { runDueJobs } from '../../worker/run-jobs.ts';
import { lead, readProblem, start } from '../support/harness.ts';

/** What somebody was given or told by the version that made a database, by name. It is all of a test, so it may be kept. */
export type Facts = Record<string, string>;

const hour_ms = 3_600_000;
const hooks = { OUTBOUND_HOSTS: 'hooks.example.com' };
const channel = { kind: 'webhook', name: 'CRM', address: 'https://hooks.example.com/', locale: 'en' };
const choice = { policy_version: '2026-01', locale: 'zh-CN', shown: ['necessary', 'analytics'], source: 'banner' };
const held = { ground: 'court', reference: '(2026) 7', review_on: '2027-05-23' };
const incident = { from: '2026-11-01T00:00:00.000Z', to: '2026-11-30T00:00:00.000Z', cause: 'a laptop' };
const parts = ['situation', 'impact', 'measures', 'advice', 'remedies'].map(part => [part, '已告知']);
const notice = { contact: 'privacy@example.com', texts: { 'zh-CN': Object.fromEntries(parts) } };
const visitor_id = '3f2b8c1e-9a4d-4e6f-8b7a-1c2d3e4f5a6b';
const work = { status: 'contacted', assigned_to: '王芳', follow_up_on: '2026-11-25', note: '想要两份报价' };
const correction = { company: 'Corrected Ltd' };
const people = ['open', 'worked', 'closed', 'held', 'erased', 'withdrawn', 'restricted'] as const;

/** The values of one of the leads. */
const valuesOf = (name: (typeof people)[number]) => ({
  ...lead,
  email: `${name}@example.com`,
  phone: `1380013807${people.indexOf(name)}`,
});

/** Starts an app in whose world no receiver is reached but one that takes everything. */
async function open(db: Database) {
  const started = await start(hooks, db);
  started.services.connect = async () => ({ status: 204, body: '' });
  return started;
}

type Started = Awaited<ReturnType<typeof start>>;

type Row = Record<string, string>;

/** Parts of the answers that are looked at. */
type Answer = Row & Record<'leads' | 'channels' | 'deliveries' | 'holds' | 'audit_events', Row[]>;

/** Fills an empty database with some of everything, through the front door, and returns what has to be known of it later. */
export async function makeWorld(db: Database): Promise<Facts> {
  const started = await open(db);
  const { post, ask, publish, advance, services, get, token, submit } = started;
  const facts: Facts = {};
  const readId = async (answer: Response) => {
    if (answer.status >= 300) throw new Error(`${answer.status} ${JSON.stringify(await readProblem(answer))}`);
    return (await answer.json()) as Record<string, string>;
  };
  await publish('2026-01');
  for (const role of ['sales', 'privacy_officer', 'auditor', 'admin'] as const)
    facts[`token ${role}`] = await token(role);
  const revoked = await readId(await ask('POST', '/tokens', { holder: 'gone', role: 'viewer', days: 9 }, 'admin'));
  facts['token revoked'] = revoked.token!;
  await ask('DELETE', `/tokens/${revoked.id}`, undefined, 'admin');
  facts.channel = (await readId(await ask('POST', '/channels', { ...channel, events: ['lead.created'] }, 'admin'))).id!;
  await ask('PUT', '/assignment-rules/ecological-cooperation', { holders: ['王芳'] }, 'admin');
  for (const name of people) {
    const sent = await post('/forms/mini-ai-experience', valuesOf(name), { 'Idempotency-Key': name });
    const { id, receipt_code } = await readId(sent);
    Object.assign(facts, { [`lead ${name}`]: id, [`code ${name}`]: receipt_code });
  }
  const at = (name: string) => `/leads/${facts[`lead ${name}`]}`;
  advance(hour_ms);
  await readId(await ask('PATCH', at('worked'), work));
  await readId(await ask('PATCH', at('worked'), correction));
  for (const change of [{ status: 'qualified' }, { status: 'closed', closed_reason: 'won' }])
    await readId(await ask('PATCH', at('closed'), change));
  facts.hold = (await readId(await ask('POST', `${at('held')}/holds`, held))).id!;
  await ask('DELETE', at('erased'));
  await post('/withdrawals', { receipt_code: facts['code withdrawn'] });
  const take = async (type: string, name: string) =>
    (
      await readId(
        await ask('POST', '/subject-requests', { type, channel: 'phone', lead_ids: [facts[`lead ${name}`]] }),
      )
    ).id!;
  const act = async (id: string, verb: string, sent?: object) =>
    readId(await ask('POST', `/subject-requests/${id}/${verb}`, sent));
  for (const [type, name] of [
    ['restriction', 'restricted'],
    ['copy', 'open'],
  ] as const) {
    const id = await take(type, name);
    await act(id, 'verification', { by: 'callback' });
    const { copy_url } = await act(id, 'fulfilment');
    if (copy_url) facts.copy = new URL(copy_url).pathname;
  }
  facts['request open'] = await take('erasure', 'worked');
  facts.reference = (await readId(await post('/requests', { type: 'access', email: valuesOf('open').email })))
    .reference!;
  facts.incident = (
    await readId(await ask('POST', '/incidents', { ...incident, scope: { lead_ids: [facts['lead open']] } }))
  ).id!;
  await readId(await ask('POST', `/incidents/${facts.incident}/notice`, notice));
  for (const [key, granted] of [
    ['first', ['necessary', 'analytics']],
    ['second', ['necessary']],
  ] as const) {
    const sent = { ...choice, visitor_id, granted, chosen_at: services.now().toISOString() };
    await readId(await post('/consents', sent, { 'Idempotency-Key': `choice ${key}` }));
    advance(1_000);
  }
  const signed = await submit('/console/session', { token: facts['token privacy_officer']!, next: '/console' });
  facts.session = signed.headers.getSetCookie()[0]!.split(';')[0]!;
  await get(`${at('open')}?view=clear`, { Authorization: `Bearer ${facts['token sales']}` });
  advance(hour_ms);
  await runDueJobs(services, jobs);
  await publish('2026-02', { effective_at: '2026-12-01T00:00:00.000Z', change_class: 'minor' });
  await post('/forms/ecological-cooperation', valuesOf('open'));
  facts.now = services.now().toISOString();
  return facts;
}

/** Starts an app on a world that an earlier version has made, with its clock a minute later. */
export async function enterWorld(db: Database, facts: Facts): Promise<Started> {
  const started = await open(db);
  started.advance(Date.parse(facts.now!) + 60_000 - started.services.now().getTime());
  return started;
}

/**
 * Asks, through the front door, for everything that a world holds, and for what goes on in it.
 *
 * @returns What was answered, by what was asked, beside what it must be.
 */
export async function askWorld({ app, get, post, services }: Started, facts: Facts) {
  const answers: Record<string, { is: unknown; must: unknown }> = {};
  const note = (what: string, is: unknown, must: unknown) => (answers[what] = { is, must });
  const as = (role: string, path: string, method = 'GET', sent?: unknown) =>
    app.request(`${services.settings.public_url}${path}`, {
      method,
      headers: { Authorization: `Bearer ${facts[`token ${role}`]}`, 'Content-Type': 'application/json' },
      ...(sent !== undefined && { body: JSON.stringify(sent) }),
    });
  const read = async (role: string, path: string) => (await as(role, path)).json() as Promise<Answer>;
  const at = (name: string) => `/leads/${facts[`lead ${name}`]}`;

  for (const name of ['open', 'worked', 'closed'] as const) {
    const { phone, email, company, ...rest } = await read('privacy_officer', `${at(name)}?view=clear`);
    const { policy_version: _, ...values } = valuesOf(name);
    const is = { name: rest.name, phone, email, company };
    note(`clear ${name}`, is, { ...values, phone: `+86${values.phone}`, ...(name === 'worked' && correction) });
    if (name === 'worked') note('work', pick(rest, Object.keys(work)), work);
    if (name === 'closed')
      note('closed', pick(rest, ['status', 'closed_reason']), { status: 'closed', closed_reason: 'won' });
  }
  const stateOf = async (name: string) => {
    const { erased_at, restricted_at } = await read('sales', at(name));
    return erased_at ? 'erased' : restricted_at ? 'restricted' : 'live';
  };
  for (const name of ['held', 'restricted']) note(name, await stateOf(name), 'restricted');
  for (const name of ['erased', 'withdrawn']) note(name, await stateOf(name), 'erased');
  const { leads } = await read('sales', '/leads?status=closed');
  note(
    'by status',
    leads.map(({ id }) => id),
    [facts['lead closed']],
  );
  const found = await read('sales', `/leads?phone=${valuesOf('open').phone}`);
  note('by phone', found.leads.length, 2);
  const again = await post('/forms/mini-ai-experience', valuesOf('open'), { 'Idempotency-Key': 'open' });
  note('the same key', ((await again.json()) as { id: string }).id, facts['lead open']);
  note('revoked', (await as('revoked', '/leads')).status, 401);
  const { history, current } = (await (await get(`/consents/${visitor_id}`)).json()) as {
    history: unknown[];
    current: { granted: string[] };
  };
  note('choices', [history.length, current.granted], [2, ['necessary']]);
  note('policy', (await get('/policies/2026-01')).status, 200);
  note('next policy', (await get('/policies/2026-02')).status, 200);
  const { channels } = await read('admin', '/channels');
  note(
    'channel',
    channels.map(({ id }) => id),
    [facts.channel],
  );
  const { deliveries } = await read('admin', '/deliveries');
  note('deliveries', [...new Set(deliveries.map(({ state }) => state))].sort(), ['queued', 'sent']);
  const { holds } = await read('privacy_officer', `${at('held')}/holds`);
  note('hold', pick(holds[0], ['id', 'reference']), { id: facts.hold, reference: held.reference });
  note('request', (await get(`/requests/${facts.reference}`)).status, 200);
  note('copy', (await get(facts.copy!)).status, 200);
  const opened = await read('privacy_officer', `/subject-requests/${facts['request open']}`);
  note('open request', opened.state, 'received');
  const { affected } = await read('privacy_officer', `/incidents/${facts.incident}`);
  note('incident', affected, 1);
  note('session', (await get('/console', { Cookie: facts.session!, Accept: 'text/html' })).status, 200);
  const { audit_events } = await read('auditor', `/audit-events?lead_id=${facts['lead open']}&limit=200`);
  note(
    'trail',
    audit_events.some(({ action }) => action === 'lead.revealed'),
    true,
  );
  const fresh = await post('/forms/mini-ai-experience', { ...lead, email: 'fresh@example.com' });
  note('a new lead', fresh.status, 201);
  note(
    'a release',
    (await as('privacy_officer', `${at('held')}/holds/${facts.hold}`, 'DELETE', { reason: 'x' })).status,
    204,
  );
  note('held no more', await stateOf('held'), 'live');
  note('a withdrawal', (await post('/withdrawals', { receipt_code: facts['code open'] })).status, 200);
  note('withdrawn now', await stateOf('open'), 'erased');
  return answers;
}

function pick(row: Record<string, unknown> | undefined, names: string[]) {
  return Object.fromEntries(names.map(name => [name, row?.[name]]));
}
