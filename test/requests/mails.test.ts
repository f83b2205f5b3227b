import { sql } from 'kysely';
import { describe, expect, it, vi } from 'vitest';
import type { Database } from '../../db/database.ts';
import { findByReference } from '../../db/requests/find.ts';
import { codeOf } from '../../db/requests/verify.ts';
import { sendMails } from '../../worker/notices/mails.ts';
import { runDueJobs } from '../../worker/run-jobs.ts';
import { startMailServer } from '../notices/mail-server.ts';
import { engines } from '../support/engines.ts';
import { browser_accept, lead, origin, startPublished } from '../support/harness.ts';

const path = '/requests';
const asked = { type: 'access', email: ' zhang.san@EXAMPLE.com', locale: 'zh-CN' };
const minutes = (n: number) => n * 60_000;

type Receipt = { reference: string; verification: string };

/** Starts an app that sends mail, and one lead. */
async function openMailing(answer?: Parameters<typeof startMailServer>[0], database?: Database) {
  const server = await startMailServer(answer);
  const started = await startPublished(server.environment, database);
  const { post, get, services } = started;
  const { id } = (await (await post('/forms/mini-ai-experience', lead)).json()) as { id: string };
  return {
    ...started,
    ...server,
    id,
    ask_for: async (sent: object = asked) => (await (await post(path, sent)).json()) as Receipt,
    verify: async (reference: string, code: string) =>
      (await post(`${path}/${reference}/verification`, { code })).status,
    status: async (reference: string) => (await (await get(`${path}/${reference}`)).json()) as { state: string },
    send: () => sendMails(services),
  };
}

const words = Object.fromEntries(
  ['situation', 'impact', 'measures', 'advice', 'remedies'].map(part => [part, `告知：${part}`]),
);
const notice = { contact: 'privacy@example.com', texts: { 'zh-CN': words } };

/** Records an incident that reached some leads. */
async function recordOf(ask: Awaited<ReturnType<typeof openMailing>>['ask'], lead_ids: string[]): Promise<string> {
  const times = { from: '2026-11-22T00:00:00.000Z', to: '2026-11-23T04:00:00.000Z' };
  const made = await ask('POST', '/incidents', { ...times, cause: '电脑失窃', scope: { lead_ids } });
  return ((await made.json()) as { id: string }).id;
}

const codeIn = (text: string) => /^\d{6}\r?$/m.exec(text)![0].trim();

it('[R1] a code goes to the address on file, verifies the request, and is told nobody else', async () => {
  const { ask_for, send, mails, verify, status, db, lines, ask, pull } = await openMailing();
  const { reference, verification } = await ask_for();
  expect(verification).toBe('code');
  expect(await send()).toBe(1);
  expect(mails).toMatchObject([{ to: [lead.email] }]);
  const { text } = mails[0]!;
  expect(text).toContain(`${origin}/requests/${reference}?lang=zh-CN`);
  const code = codeIn(text);
  const rows = JSON.stringify([await db.selectFrom('mails').selectAll().execute(), lines]);
  for (const secret of [code, lead.email, reference]) expect(rows).not.toContain(secret);
  expect(await verify(reference, code === '000000' ? '111111' : '000000')).toBe(404);
  expect((await status(reference)).state).toBe('received');
  expect(await verify(reference, ` ${code.slice(0, 3)} ${code.slice(3)} `)).toBe(204);
  expect((await status(reference)).state).toBe('verified');
  expect(await verify(reference, code)).toBe(404);
  const { audit_events } = (await (await pull('/audit-events')).json()) as { audit_events: object[] };
  expect(audit_events).toContainEqual(expect.objectContaining({ action: 'request.verified', purpose: 'code' }));
  const { subject_requests } = (await (await ask('GET', '/subject-requests')).json()) as { subject_requests: object[] };
  expect(subject_requests).toMatchObject([{ state: 'verified', verification: 'code', verified_by: 'code' }]);
});

it('[R1] a code is good for ten minutes from when it was sent, and for three tries', async () => {
  const { ask_for, send, mails, verify, advance } = await openMailing();
  const [tried, late, good] = [await ask_for(), await ask_for(), await ask_for()];
  advance(minutes(4));
  await send();
  const codes = Object.fromEntries(
    mails.map(({ text }) => [/requests\/([0-9A-Z-]+)\?/.exec(text)![1]!, codeIn(text)] as const),
  );
  for (let n = 0; n < 3; n++) expect(await verify(tried.reference, 'x')).toBe(404);
  expect(await verify(tried.reference, codes[tried.reference]!)).toBe(404);
  advance(minutes(10));
  expect(await verify(good.reference, codes[good.reference]!)).toBe(204);
  advance(1);
  expect(await verify(late.reference, codes[late.reference]!)).toBe(404);
});

it('[R1] answers alike, at every step and at the end, for an address that is not on file', async () => {
  const { ask_for, send, mails, verify, status, get, advance, services } = await openMailing();
  const known = await ask_for();
  const unknown = await ask_for({ ...asked, email: 'nobody@example.com' });
  expect({ ...unknown, reference: '' }).toEqual({ ...known, reference: '' });
  expect(await send()).toBe(2);
  expect(mails).toHaveLength(1);
  for (const { reference } of [known, unknown]) {
    for (let n = 0; n < 4; n++) expect(await verify(reference, '12345')).toBe(404);
    const page = await (await get(`${path}/${reference}?lang=en`, { Accept: browser_accept })).text();
    expect(page).toContain('autocomplete="one-time-code"');
  }
  advance(30 * 24 * 60 * minutes(1));
  await runDueJobs(services);
  for (const { reference } of [known, unknown]) expect((await status(reference)).state).toBe('expired');
});

it('[R1] a person is sent five codes a day, however often somebody asks with their address, and each asking is answered alike', async () => {
  const { ask_for, send, mails, post, advance, verify, services } = await openMailing();
  const receipts = [];
  for (let n = 0; n < 7; n++) {
    receipts.push(await ask_for());
    // A newer lead of the same address begins no new count.
    await post('/forms/ecological-cooperation', lead);
    advance(minutes(1));
    await send();
  }
  expect(mails).toHaveLength(5);
  expect(new Set(receipts.map(({ verification }) => verification))).toEqual(new Set(['code']));
  const [code] = services.signer.makeDigits(codeOf((await findByReference(services.db, receipts[6]!.reference))!.id));
  expect(await verify(receipts[6]!.reference, code!)).toBe(404);
  advance(minutes(24 * 60));
  await ask_for();
  await send();
  expect(mails).toHaveLength(6);
});

it('[R1] a person is sent five codes a day too where many are written at once', async () => {
  const { ask_for, services, mails } = await openMailing();
  const { postMail } = services;
  let [waiting, ended] = [0, 0];
  let answer = () => {};
  const answered = new Promise<void>(resolve => {
    answer = resolve;
  });
  services.postMail = async (...mail) => {
    waiting += 1;
    await answered;
    return postMail!(...mail);
  };
  const asked_for = 8;
  for (let n = 0; n < asked_for; n++) await ask_for();
  // Each look at the outbox takes the mails that no other has taken, while the mail server is slow to answer.
  const looks = Array.from({ length: asked_for }, () => sendMails(services).finally(() => (ended += 1)));
  await vi.waitFor(() => expect(waiting + ended).toBe(asked_for), { timeout: 20_000 });
  answer();
  await Promise.all(looks);
  expect(mails).toHaveLength(5);
});

it('[R1] over 1,000 tries a contact on file and one that nobody knows get the same status, shape and time', async () => {
  const { post, db } = await openMailing();
  const contacts = { known: asked.email, unknown: ' nobody.here@EXAMPLE.com' };
  const times = { known: [] as number[], unknown: [] as number[] };
  const shapes = { known: new Set<string>(), unknown: new Set<string>() };
  for (let n = 0; n < 1_000; n++) {
    const who = n % 2 === 0 ? 'known' : 'unknown';
    const began = performance.now();
    const answer = await post(path, { ...asked, email: contacts[who] });
    const text = await answer.text();
    answer.headers.delete('X-Request-Id');
    times[who].push(performance.now() - began);
    const { reference, ...shape } = JSON.parse(text) as Receipt;
    shapes[who].add(JSON.stringify([answer.status, text.length, reference.length, shape, [...answer.headers]]));
  }
  expect(shapes.known).toEqual(shapes.unknown);
  expect(shapes.known.size).toBe(1);
  const median = (all: number[]) => all.toSorted((one, other) => one - other)[all.length / 2]!;
  const ratio = median(times.known) / median(times.unknown);
  expect(ratio).toBeGreaterThan(0.75);
  expect(ratio).toBeLessThan(1.33);
  expect(await db.selectFrom('mails').select('lead_id').distinct().execute()).toEqual([{ lead_id: null }]);
}, 60_000);

it('[R1] the page of a request takes the code without a script, and says when it is wrong', async () => {
  const { ask_for, send, mails, submit, get } = await openMailing();
  const { reference } = await ask_for();
  await send();
  const wrong = await submit(`${path}/${reference}/verification?lang=en`, { code: '1' });
  expect([wrong.status, await wrong.text()]).toEqual([404, expect.stringContaining('This code isn’t right')]);
  const right = await submit(`${path}/${reference}/verification?lang=en`, { code: codeIn(mails[0]!.text) });
  expect([right.status, right.headers.get('Location')]).toEqual([303, `/requests/${reference}?lang=en`]);
  const page = await (await get(`${path}/${reference}?lang=en`, { Accept: browser_accept })).text();
  expect(page).not.toContain('one-time-code');
});

it('a code verifies the request that it was made for, and no other of the same person', async () => {
  const { ask_for, send, mails, verify, status, advance } = await openMailing();
  const receipts: Receipt[] = [];
  for (let n = 0; n < 3; n++) {
    receipts.push(await ask_for());
    await send();
    advance(minutes(1));
  }
  const codes = mails.map(({ text }) => codeIn(text));
  const other = codes.find(code => code !== codes[0]);
  expect(other).toBeDefined();
  expect(await verify(receipts[0]!.reference, other!)).toBe(404);
  for (const { reference } of receipts) expect((await status(reference)).state).toBe('received');
  for (const n of [0, 1, 2]) expect(await verify(receipts[n]!.reference, codes[n]!)).toBe(204);
});

it('what the server puts off is sent again under the same id, but no code after its ten minutes', async () => {
  let status: number | undefined = 451;
  const { ask_for, send, mails, advance, db } = await openMailing(() => status);
  const first = await ask_for();
  await send();
  advance(5_000);
  await send();
  status = undefined;
  advance(minutes(5));
  await send();
  expect(mails.map(({ text }) => text.includes(first.reference))).toEqual([true]);
  status = 451;
  await ask_for();
  for (const ms of [0, 5_000, minutes(5), minutes(30)]) {
    advance(ms);
    await send();
  }
  expect(mails).toHaveLength(1);
  expect(
    await db.selectFrom('mails').select(['state', 'attempts', 'last_status']).orderBy('queued_at').execute(),
  ).toEqual([
    { state: 'sent', attempts: 3, last_status: 250 },
    { state: 'dead', attempts: 3, last_status: 451 },
  ]);
});

it('[R2] the address of a copy goes to the contact on file, in the language of the lead where staff took the request, unless relatives asked', async () => {
  const { ask, send, mails, get, post } = await openMailing();
  const english = { ...lead, phone: '13900139000', locale: 'en' };
  const { id } = (await (await post('/forms/mini-ai-experience', english)).json()) as { id: string };
  const take = async (by: string) => {
    const sent = { type: 'copy', channel: 'phone', lead_ids: [id] };
    const taken = (await (await ask('POST', '/subject-requests', sent)).json()) as { id: string };
    await ask('POST', `/subject-requests/${taken.id}/verification`, { by });
    await ask('POST', `/subject-requests/${taken.id}/fulfilment`);
  };
  await take('relatives');
  expect(await send()).toBe(0);
  await take('callback');
  expect(await send()).toBe(1);
  const [{ text, to }] = mails as [(typeof mails)[0]];
  expect(to).toEqual([lead.email]);
  const address = new URL(/https:\S+/.exec(text)![0]);
  expect(address.href.startsWith(`${origin}/requests/copies/`)).toBe(true);
  expect(text).toContain('2026');
  expect(text).toContain('The copy of your personal data');
  expect(address.search).toBe('?lang=en');
  expect((await get(address.pathname)).status).toBe(200);
  const copy = (await (await post(address.pathname, '', { Accept: 'application/json' })).json()) as {
    recipients: object[];
  };
  expect(copy.recipients).toEqual([{ name: '127.0.0.1', purpose: expect.any(String) }]);
});

describe.each(engines)('on $engine', ({ open }) => {
  it('mails are queued, sent once by two servers, and forgotten after 30 days', async () => {
    const { db: database, close } = await open();
    const { ask_for, send, mails, advance, services, db, publish } = await openMailing(undefined, database);
    await ask_for();
    await Promise.all([send(), send(), send()]);
    expect(mails).toHaveLength(1);
    advance(1);
    await publish('2026-02', { change_class: 'significant' });
    await Promise.all([runDueJobs(services), runDueJobs(services)]);
    await Promise.all([send(), send()]);
    expect(mails).toHaveLength(2);
    advance(32 * 24 * 60 * minutes(1));
    await runDueJobs(services);
    expect(await db.selectFrom('mails').selectAll().execute()).toEqual([]);
    await close();
  }, 90_000);
});

it('[V2] a significant version is mailed once to each person whose leads are live, in their language, after what is urgent', async () => {
  const { mails, send, post, publish, services, advance, ask_for, ask } = await openMailing();
  const other = { ...lead, email: 'li.si@example.com', phone: '13900139000', locale: 'en' };
  const submit = async (sent: object) =>
    ((await (await post('/forms/mini-ai-experience', sent)).json()) as { id: string }).id;
  await submit({ ...lead, email: 'ZHANG.SAN@example.com' });
  await submit(other);
  const erased = await submit({ ...lead, email: 'gone@example.com', phone: '13900139001' });
  await ask('DELETE', `/leads/${erased}`);
  const held = await submit({ ...lead, email: 'held@example.com', phone: '13900139002' });
  await ask('POST', `/leads/${held}/holds`, { ground: 'law', reference: '7', review_on: '2027-05-23' });
  const withdrawn = await post('/forms/mini-ai-experience', {
    ...lead,
    email: 'withdrawn@example.com',
    phone: '13900139004',
  });
  const { id: kept, receipt_code } = (await withdrawn.json()) as Record<string, string>;
  await ask('POST', `/leads/${kept}/holds`, { ground: 'law', reference: '8', review_on: '2027-05-23' });
  await post('/withdrawals', { receipt_code });
  advance(60_000);
  await publish('2026-02', { change_class: 'minor' });
  await runDueJobs(services);
  expect(mails).toEqual([]);
  advance(60_000);
  await publish('2026-03', { change_class: 'significant' });
  await submit({ ...other, email: 'new@example.com', phone: '13900139003', policy_version: '2026-03' });
  for (let n = 0; n < 3; n++) {
    advance(60_000);
    await ask_for({ ...asked, email: other.email });
    await runDueJobs(services);
  }
  await send();
  const about = mails.filter(({ text }) => text.includes('/policies/2026-03'));
  expect(about.map(({ to: [to], text }) => [to, text.includes('lang=en')]).sort()).toEqual([
    ['ZHANG.SAN@example.com', false],
    ['held@example.com', false],
    ['li.si@example.com', true],
  ]);
  expect(mails[0]!.text).toContain('/requests/');
});

describe.each(engines)('a version that takes effect later, on $engine', ({ open }) => {
  it('[V2] is mailed to who agrees to the old one after its publication too, and to nobody twice', async () => {
    const { db: database, close } = await open();
    const { mails, send, post, publish, services, advance } = await openMailing(undefined, database);
    const submit = async (email: string, more: object = {}) =>
      (await post('/forms/mini-ai-experience', { ...lead, email, ...more })).status;
    const day = 24 * 60 * minutes(1);
    await submit('early@example.com');
    advance(minutes(2));
    const effective_at = new Date(services.now().getTime() + 40 * day).toISOString();
    await publish('2026-02', { change_class: 'significant', effective_at });
    const told = async () => {
      await runDueJobs(services);
      await send();
      return mails.map(({ to: [to] }) => to).sort();
    };
    const first = ['Zhang.San@example.com', 'early@example.com'];
    expect(await told()).toEqual(first);
    // They send another form under the old version: the one was told, the other is new.
    await submit('early@example.com');
    await submit('late@example.com');
    for (let n = 0; n < 3; n++, advance(minutes(1))) await told();
    expect(await told()).toEqual([...first, 'late@example.com']);
    advance(39 * day);
    await submit('last@example.com');
    advance(minutes(1));
    expect(await told()).toEqual([...first, 'last@example.com', 'late@example.com']);
    advance(day);
    expect(await submit('new@example.com', { policy_version: '2026-02' })).toBe(201);
    advance(minutes(1));
    expect(await told()).toHaveLength(4);
    await close();
  }, 90_000);
});

describe.each(engines)('an incident on $engine', ({ open }) => {
  it('is mailed to each person it affects, once, and of whom no mail reaches the announcement counts', async () => {
    const { db: database, close } = await open();
    const isLost = { now: false };
    const { mails, send, post, ask, advance, id } = await openMailing(() => (isLost.now ? 550 : undefined), database);
    const submit = async (sent: object) =>
      ((await (await post('/forms/mini-ai-experience', sent)).json()) as { id: string }).id;
    const again = await submit(lead);
    const english = await submit({ ...lead, email: 'li.si@example.com', phone: '13900139000', locale: 'en' });
    const erased = await submit({ ...lead, email: 'gone@example.com', phone: '13900139001' });
    const told = async (incident: string) => {
      const { notices } = (await (await ask('GET', `/incidents/${incident}`)).json()) as {
        notices: { lead_id: string; by: string }[];
      };
      return Object.fromEntries(notices.map(({ lead_id, by }) => [lead_id, by]));
    };
    const incident = await recordOf(ask, [id, again, english, erased]);
    await ask('DELETE', `/leads/${erased}`);
    expect((await ask('POST', `/incidents/${incident}/notice`, notice)).status).toBeLessThan(300);
    expect(await told(incident)).toEqual({ [erased]: 'announcement' });
    expect(await send()).toBe(2);
    expect(mails.map(({ to: [to] }) => to).sort()).toEqual(['Zhang.San@example.com', 'li.si@example.com']);
    for (const { text } of mails) for (const word of Object.values(words)) expect(text).toContain(word);
    expect(await told(incident)).toEqual({
      [id]: 'mail',
      [again]: 'mail',
      [english]: 'mail',
      [erased]: 'announcement',
    });
    isLost.now = true;
    const lost = await recordOf(ask, [english]);
    await ask('POST', `/incidents/${lost}/notice`, notice);
    for (let n = 0; n < 10; n++, advance(24 * 60 * minutes(1))) await send();
    expect(await told(lost)).toEqual({ [english]: 'announcement' });
    await close();
  }, 90_000);
});

describe('the trail of mails', () => {
  it('[A1] tells of each mail, whatever its kind, when an address was opened for it and when its server took it', async () => {
    let status: number | undefined;
    const { id, ask, ask_for, send, publish, advance, services, pull } = await openMailing(() => status);
    const request = async (sent: object) => {
      const { id } = (await (await ask('POST', '/subject-requests', sent)).json()) as { id: string };
      await ask('POST', `/subject-requests/${id}/verification`, { by: 'callback' });
      await ask('POST', `/subject-requests/${id}/fulfilment`);
      return id;
    };
    await ask_for();
    await ask_for({ ...asked, email: 'nobody@example.com' });
    await send();
    const copy = await request({ type: 'copy', channel: 'phone', lead_ids: [id] });
    await send();
    advance(1);
    await publish('2026-02', { change_class: 'significant' });
    await runDueJobs(services);
    await send();
    status = 451;
    const incident = await recordOf(ask, [id]);
    await ask('POST', `/incidents/${incident}/notice`, notice);
    await send();
    status = undefined;
    advance(minutes(1));
    await send();
    const events = (await (await pull(`/audit-events?lead_id=${id}&order=asc`)).json()) as {
      audit_events: Record<string, string>[];
    };
    const mailed = events.audit_events.filter(({ action }) => /^(address|mail)\./.test(action!));
    expect(mailed.map(({ action, purpose, fields }) => [action, purpose, fields])).toEqual([
      ['address.opened', 'code', 'email'],
      ['mail.sent', 'code', expect.any(String)],
      ['address.opened', 'copy', 'email'],
      ['mail.sent', 'copy', copy],
      ['address.opened', 'policy', 'email'],
      ['mail.sent', 'policy', '2026-02'],
      ['address.opened', 'incident', 'email'],
      ['address.opened', 'incident', 'email'],
      ['mail.sent', 'incident', incident],
    ]);
    for (const event of mailed) expect(event).toMatchObject({ actor: 'system', role: 'system', lead_ids: [id] });
  });

  it('[A1] no address is opened, and no mail goes out, without the event that says so', async () => {
    const { db, ask_for, send, mails, advance } = await openMailing();
    await sql`create trigger refused before insert on audit_events when new.action = 'address.opened' begin select raise(abort, 'refused'); end`.execute(
      db,
    );
    await ask_for();
    await send();
    expect(mails).toEqual([]);
    await sql`drop trigger refused`.execute(db);
    advance(minutes(2));
    await send();
    expect(mails).toHaveLength(1);
  });
});
