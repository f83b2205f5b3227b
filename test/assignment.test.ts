import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { endAccount, signInAccount } from '../db/staff/accounts.ts';
import { createToken, revokeToken } from '../db/staff/tokens.ts';
import type { Role } from '../worker/guards/roles.ts';
import { runIfDue } from '../worker/run-jobs.ts';
import { startConsole } from './support/console.ts';
import { engines } from './support/engines.ts';
import { lead, noon, operator, readProblem, startPublished } from './support/harness.ts';

type Started = Awaited<ReturnType<typeof startPublished>>;

const path = '/assignment-rules/mini-ai-experience';

/** Returns how to set the rule of a form, and to whom a new lead goes. */
function use({ ask, post, pull }: Started) {
  const set = async (...holders: string[]) =>
    (await (await ask('PUT', path, { holders }, 'admin')).json()) as { holders: string[] };
  const submit = async (form = 'mini-ai-experience') => {
    const { id } = (await (await post(`/forms/${form}`, lead)).json()) as { id: string };
    return ((await (await pull(`/leads/${id}`)).json()) as { assigned_to: string | null }).assigned_to;
  };
  const submitAll = async (count: number) => {
    const given: (string | null)[] = [];
    while (given.length < count) given.push(await submit());
    return given;
  };
  return { set, submit, submitAll };
}

describe.each(engines)('a rule of assignment on $engine', ({ open }) => {
  let started: Started;
  let close: () => Promise<void>;
  let rule: ReturnType<typeof use>;
  beforeAll(async () => {
    const opened = await open();
    close = opened.close;
    started = await startPublished({ OUTBOUND_HOSTS: 'hooks.example.com' }, opened.db);
    rule = use(started);
  });
  afterAll(() => close());
  beforeEach(async () => {
    await rule.set();
  });

  it('gives new leads of its form to one person, to several in turn, or to nobody', async () => {
    const { set, submit, submitAll } = rule;
    expect(await submit()).toBeNull();
    expect(await set('王芳')).toEqual({ holders: ['王芳'] });
    expect([await submitAll(2), await submit('ecological-cooperation')]).toEqual([['王芳', '王芳'], null]);
    await set('王芳', '李雷', 'Ann');
    expect(await submitAll(5)).toEqual(['王芳', '李雷', 'Ann', '王芳', '李雷']);
    expect(await (await started.ask('GET', path, undefined, 'admin')).json()).toEqual({
      holders: ['王芳', '李雷', 'Ann'],
    });
    // The same rule once more is no change: the turn goes on.
    await set('王芳', '李雷', 'Ann');
    expect(await submit()).toBe('Ann');
    await set();
    expect(await submit()).toBeNull();
  });

  it('is exact where many leads come at once', async () => {
    const { set } = rule;
    const { post, db } = started;
    const holders = ['a', 'b', 'c'];
    await set(...holders);
    const answers = await Promise.all(Array.from({ length: 30 }, () => post('/forms/mini-ai-experience', lead)));
    const ids = (await Promise.all(answers.map(answer => answer.json()))) as { id: string }[];
    const given = await db
      .selectFrom('leads')
      .select('assigned_to')
      .where(
        'id',
        'in',
        ids.map(({ id }) => id),
      )
      .orderBy('created_seq')
      .execute();
    expect(given.map(({ assigned_to }) => assigned_to)).toEqual(given.map((_, n) => holders[n % 3]));
  });

  it('passes over whose tokens have all ended, until there is a good one, and nobody else', async () => {
    const { set, submit, submitAll } = rule;
    const { db } = started;
    const give = async (holder: string) =>
      (await createToken(db, { holder, role: 'sales', days: 90 }, operator, noon)).split('_')[1]!;
    const [first, second] = [await give('left'), await give('left')];
    await set('left', 'never had one');
    expect(await submitAll(3)).toEqual(['left', 'never had one', 'left']);
    await revokeToken(db, first, operator, noon);
    expect(await submitAll(2)).toEqual(['never had one', 'left']);
    await revokeToken(db, second, operator, noon);
    expect(await submitAll(2)).toEqual(['never had one', 'never had one']);
    await set('left');
    expect(await submit()).toBeNull();
    await give('left');
    expect(await submit()).toBe('left');
  });

  it('passes over an account that has ended or was not used for ninety days', async () => {
    const { set, submit } = rule;
    const { db } = started;
    const person = { issuer: 'https://id.example.com', subject: '1', names: ['周敏'], role: 'sales' };
    const account = await signInAccount(db, person, null, noon);
    await set('周敏');
    expect(await submit()).toBe('周敏');
    await endAccount(db, account, operator, noon);
    expect(await submit()).toBeNull();
    await signInAccount(db, person, null, noon);
    expect(await submit()).toBe('周敏');
    const long_ago = { last_used_at: '2026-08-25T04:00:00.000Z' };
    await db.atomic([db.updateTable('accounts').set(long_ago).where('id', '=', account.id).compile()]);
    expect(await submit()).toBeNull();
  });

  it('tells channels of the assignee in the act that stores the lead, and notes each change of itself', async () => {
    const { set, submit } = rule;
    const { ask, db } = started;
    const channel = { kind: 'webhook', name: 'x', address: 'https://hooks.example.com/', events: ['lead.assigned'] };

    expect((await ask('POST', '/channels', channel, 'admin')).status).toBe(201);
    const told = async () => (await db.selectFrom('deliveries').select(['event', 'lead_id']).execute()).length;
    let notified = 0;
    started.services.notify = () => notified++;
    await submit();
    expect([await told(), notified]).toEqual([0, 0]);
    await set('王芳');
    await submit();
    expect([await told(), notified]).toEqual([1, 1]);
    const events = await db
      .selectFrom('audit_events')
      .select(['fields', 'purpose'])
      .where('action', '=', 'assignment.changed')
      .orderBy('seq', 'desc')
      .limit(1)
      .execute();
    expect(events).toEqual([{ fields: null, purpose: 'mini-ai-experience' }]);
  });
});

describe('/assignment-rules/:form', () => {
  it.each([
    [{}, ['holders required']],
    [{ holders: 'x' }, ['holders wrong_type']],
    [{ holders: [''] }, ['holders required']],
    [{ holders: ['a\u202e'] }, ['holders invalid']],
    [{ holders: ['a', ' a '] }, ['holders invalid']],
    [{ holders: Array.from({ length: 51 }, (_, n) => `${n}`) }, ['holders too_long']],
    [{ holders: [], form: 'x' }, ['form unknown_field']],
  ])('refuses %j', async (sent, errors) => {
    const { ask } = await startPublished();
    const answer = await ask('PUT', path, sent, 'admin');
    expect(await readProblem(answer)).toEqual({ slug: 'invalid-fields', status: 422, errors });
  });

  it('is for administrators, and for the forms that there are', async () => {
    const { ask, get } = await startPublished();
    expect((await get(path)).status).toBe(401);
    for (const role of ['viewer', 'sales', 'privacy_officer', 'auditor'] as Role[])
      for (const method of ['GET', 'PUT'])
        expect((await ask(method, path, method === 'PUT' ? { holders: [] } : undefined, role)).status).toBe(403);
    for (const form of ['self-check', 'x'])
      expect(await readProblem(await ask('PUT', `/assignment-rules/${form}`, { holders: [] }, 'admin'))).toMatchObject({
        slug: 'unknown-form',
        status: 404,
      });
    expect((await ask('POST', path, {}, 'admin')).headers.get('Allow')).toBe('GET, HEAD, PUT');
  });
});

it('a name goes from its rule with the last token of its holder, so that it is not given leads again', async () => {
  const started = await startPublished();
  const { set, submit } = use(started);
  const { db, services } = started;
  await createToken(db, { holder: 'left', role: 'sales', days: 1 }, operator, noon);
  await set('left', 'other');
  started.advance(37 * 31 * 86_400_000);
  await started.publish('2026-02');
  const expire = (await import('../worker/jobs.ts')).jobs.find(({ name }) => name === 'expire')!;
  await runIfDue(services, expire);
  expect(await db.selectFrom('assignment_rules').select('holder').execute()).toEqual([{ holder: 'other' }]);
  expect(await submit().catch(() => undefined)).not.toBe('left');
});

describe('/console/assignment', () => {
  it('shows and changes the rules, tells who is passed over, and keeps what was refused', async () => {
    const { open, db, ask } = await startConsole();
    const admin = await open('admin');
    const left = await createToken(db, { holder: '李雷', role: 'sales', days: 90 }, operator, noon);
    await revokeToken(db, left.split('_')[1]!, operator, noon);
    const change = (holders: string) => admin.send('/console/assignment/mini-ai-experience?lang=en', { holders });
    const { response } = await change(' 王芳 \r\n\r\n李雷\r\n');
    const page = await response.text();
    expect(page).toContain('Saved. It counts from the next lead on.');
    expect(page).toContain('2 people get new leads in turn.');
    expect(page).toContain('Passed over, because their access has ended: 李雷');
    // A name that nobody has is kept, because its person may sign in later, and told, because it may be misspelt.
    expect(page).toMatch(/leads go to it all the same\. Check the spelling: 王芳</);
    await createToken(db, { holder: '王芳', role: 'sales', days: 90 }, operator, noon);
    expect(await (await admin.get('/console/assignment?lang=en')).text()).not.toContain('Check the spelling');
    expect(page).toMatch(/<textarea id="mini-ai-experience"[^>]*>\n王芳\n李雷<\/textarea>/);
    expect(await (await ask('GET', path, undefined, 'admin')).json()).toEqual({ holders: ['王芳', '李雷'] });
    const refused = await (await change('王芳\n王芳')).response.text();
    expect(refused).toContain('one on each line and each once');
    expect(refused).toMatch(/<textarea id="mini-ai-experience"[^>]*>\n王芳\n王芳<\/textarea>/);
    expect(await (await ask('GET', path, undefined, 'admin')).json()).toEqual({ holders: ['王芳', '李雷'] });
  });
});
