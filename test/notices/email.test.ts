import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { tellDue } from '../../db/notices/due.ts';
import { mailOut, type PostMail } from '../../worker/egress/mail.ts';
import { createPostMail } from '../../worker/node/mail.ts';
import { readSettings } from '../../worker/settings.ts';
import { origin, start, test_keys } from '../support/harness.ts';
import { operate } from '../support/operate.ts';
import { makeFolder } from '../support/server.ts';
import { decodeWords, mailBy, startMailServer } from './mail-server.ts';
import { opened, startNoticing } from './noticing.ts';
import { trustingIt } from './receiver.ts';

const mailbox = 'sales@example.com';
const asked = { kind: 'email', name: 'Sales', address: mailbox, events: ['lead.created'] };

/** Returns what sends mail by a server on this machine. */
function mailTo(server: Server) {
  const { port } = server.address() as AddressInfo;
  const read = readSettings({ ...test_keys, ...mailBy(`smtp://127.0.0.1:${port}`) }, 'node');
  if ('mistakes' in read) throw new Error(read.mistakes.join());
  return { settings: read.settings, postMail: createPostMail(read.settings) };
}

const hurry =
  (post: PostMail, timeout_ms: number): PostMail =>
  (mail, judge, limits) =>
    post(mail, judge, { ...limits, timeout_ms });

it('a mailbox is told of a lead in its language: form, time and one link, and by TLS where the server offers it', async () => {
  const server = await startMailServer();
  const { make, submit, send, deliveries, lines } = await startNoticing(undefined, server.environment);
  await make(mailbox, { kind: 'email' });
  await make('team@例子.example.com', { kind: 'email', locale: 'en' });
  const id = await submit();
  expect(await send()).toBe(2);
  const [chinese, english] = server.mails.toSorted((one, other) => one.to[0]!.localeCompare(other.to[0]!));
  expect(chinese).toMatchObject({ from: 'notice@example.com', to: [mailbox], isSecure: true });
  expect(decodeWords(chinese!.headers.subject!)).toBe('收到一条新咨询');
  expect(decodeWords(chinese!.headers.from!)).toBe('小视科技 <notice@example.com>');
  expect(chinese!.headers['auto-submitted']).toBe('auto-generated');
  expect(chinese!.text.replaceAll('\r', '')).toBe(
    `表单：Mini AI 算法体验申请\n时间：北京时间 12:00\n\n到控制台查看\n${origin}/console/leads/${id}\n`,
  );
  expect(english!.headers.subject).toBe('New inquiry');
  expect(english!.to).toEqual(['team@例子.example.com']);
  expect(english!.text).toContain(`Open the console\r\n${origin}/console/leads/${id}`);
  expect(await deliveries('state=sent')).toMatchObject([
    { attempts: 1, last_status: 250, last_error: null },
    { attempts: 1, last_status: 250, last_error: null },
  ]);
  expect(lines.join('')).not.toContain(mailbox);
});

it('a mail leads to the list of what it counts, or to the page that everyone may open', async () => {
  const server = await startMailServer();
  const { make, submit, send, advance, publish, services } = await startNoticing(undefined, server.environment);
  const { db, settings, now } = services;
  await make(mailbox, { kind: 'email', events: ['lead.waiting', 'policy.published'] });
  await Promise.all([submit(), submit()]);
  await publish('2026-02');
  // Four working hours and one more.
  advance(5 * 3_600_000);
  await tellDue(db, { hours: settings.working_hours, time_zone: settings.time_zone }, now());
  await send();
  const told = server.mails.map(({ headers, text }) => [
    decodeWords(headers.subject!),
    text.replaceAll('\r', '').trimEnd().split('\n').slice(-2).join(' '),
  ]);
  expect(Object.fromEntries(told)).toEqual({
    '有 2 条咨询久未联系': `到控制台查看 ${origin}/console?status=new&order=asc`,
    隐私政策发布了新版本: `查看隐私政策的全部版本 ${origin}/policies?lang=zh-CN`,
  });
});

it('a burst is one mail that counts, and no more than three and then one a minute are sent', async () => {
  const server = await startMailServer();
  const { make, submit, send, advance } = await startNoticing(undefined, server.environment);
  await make(mailbox, { kind: 'email' });
  for (let burst = 0; burst < 5; burst++) {
    for (let count = 0; count < 3; count++) await submit();
    await send();
  }
  const subjects = () => server.mails.map(({ headers }) => decodeWords(headers.subject!));
  expect(subjects()).toEqual(Array(3).fill('收到 3 条新咨询'));
  advance(60_000);
  await send();
  expect(subjects().slice(3)).toEqual(['收到 6 条新咨询']);
  expect(new Set(server.mails.map(({ headers }) => headers['message-id'])).size).toBe(4);
});

it('what the server puts off or refuses is tried again under the same id, and told by its status', async () => {
  let status: number | undefined = 451;
  const server = await startMailServer(() => status);
  const { make, submit, send, deliveries, advance } = await startNoticing(undefined, server.environment);
  await make(mailbox, { kind: 'email' });
  const id = await submit();
  await send();
  expect(await deliveries()).toMatchObject([
    { state: 'queued', attempts: 1, last_status: 451, last_error: 'EENVELOPE' },
  ]);
  status = 550;
  advance(5_000);
  await send();
  expect(await deliveries()).toMatchObject([{ state: 'queued', attempts: 2, last_status: 550, lead_id: id }]);
  status = undefined;
  advance(300_000);
  await send();
  const [delivery] = await deliveries();
  expect(delivery).toMatchObject({ state: 'sent', attempts: 3, last_status: 250, last_error: null });
  expect(server.mails[0]!.headers['message-id']).toBe(`<${delivery!.id}@${new URL(origin).hostname}>`);
});

it('a wrong login, a certificate that nobody vouches for, and a server that is away are told by a code', async () => {
  const [plain, secure] = [await startMailServer(), await startMailServer(undefined, { secure: true })];
  const urls: [string, string, number | null][] = [
    ['EAUTH', `smtp://other:password@127.0.0.1:${plain.port}`, 535],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', secure.environment.SMTP_URL, null],
    ['ECONNREFUSED', 'smtp://127.0.0.1:9', null],
  ];
  for (const [code, url, last_status] of urls) {
    const { make, submit, send, deliveries } = await startNoticing(undefined, mailBy(url));
    await make(mailbox, { kind: 'email' });
    await submit();
    await send();
    expect(await deliveries()).toMatchObject([{ state: 'queued', attempts: 1, last_error: code, last_status }]);
  }
  expect([...plain.mails, ...secure.mails]).toEqual([]);
});

it('by smtps a mail goes to a server whose certificate is trusted and bears the name of SMTP_URL, and to no other', async () => {
  await trustingIt(async () => {
    const server = await startMailServer(undefined, { secure: true });
    const { SMTP_URL } = server.environment;
    for (const [host, last_error] of [
      ['localhost', null],
      ['127.0.0.1', 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ] as const) {
      const environment = mailBy(SMTP_URL.replace('127.0.0.1', host));
      const listed = { OUTBOUND_HOSTS: '127.0.0.1,[::1]' };
      const { make, submit, send, deliveries } = await startNoticing(undefined, { ...environment, ...listed });
      await make(mailbox, { kind: 'email' });
      await submit();
      await send();
      expect(await deliveries()).toMatchObject([{ attempts: 1, last_error }]);
    }
    expect(server.mails).toMatchObject([{ to: [mailbox], isSecure: true }]);
  });
});

it('a server that greets at once, as one that is near does, is heard', async () => {
  const server = createServer(socket => {
    const replies = ['250 localhost', '250 from', '250 to', '354 data', '250 taken'];
    socket.on('error', () => {}).write('220 localhost\r\n');
    socket.on('data', lines => /\r\n$/.test(String(lines)) && socket.write(`${replies.shift()}\r\n`));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  opened.push(server);
  const { settings, postMail } = mailTo(server);
  const mail = { to: mailbox, subject: 'x', text: 'x', message_id: '<x@example.com>' };
  expect(await mailOut({ postMail: hurry(postMail, 1_000), settings }, mail)).toEqual({ status: 250, error: null });
});

it('a server that says nothing, or too much, is left', async () => {
  const silent = createServer(() => {});
  const loud = createServer(socket => {
    socket.on('error', () => {});
    const write = () => socket.destroyed || socket.write(`${'220-'.padEnd(8_000, 'x')}\r\n`, write);
    write();
  });
  for (const [server, code] of [
    [silent, 'ETIMEDOUT'],
    [loud, 'answer-too-long'],
  ] as const) {
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    opened.push(server);
    const { settings, postMail } = mailTo(server);
    const hurried = hurry(postMail, code === 'ETIMEDOUT' ? 200 : 5_000);
    const mail = { to: mailbox, subject: 'x', text: 'x', message_id: '<x@example.com>' };
    expect(await mailOut({ postMail: hurried, settings }, mail)).toEqual({ status: null, error: code });
  }
});

it('no line break in a mail makes a header or a recipient', async () => {
  const server = await startMailServer();
  const { services } = await startNoticing(undefined, server.environment);
  const breaks = '\r\nBcc: other@example.com\r\n\r\n.\r\n';
  const mail = {
    to: `${mailbox}`,
    subject: `One${breaks}`,
    text: `.${breaks}x\r\n`,
    message_id: `<x@example.com>${breaks}`,
  };
  expect(await mailOut(services, mail)).toEqual({ status: 250, error: null });
  expect(await mailOut(services, { ...mail, to: `${mailbox}${breaks}` })).toEqual({ status: 501, error: 'EENVELOPE' });
  expect(server.mails).toMatchObject([{ to: [mailbox], text: mail.text }]);
  expect(Object.keys(server.mails[0]!.headers)).not.toContain('bcc');
});

it.each([
  ['smtp://mail.example.com', '10.0.0.1', 'private-address'],
  ['smtp://mail.example.com', '8.8.8.8', 'not-https'],
  ['smtps://mail.example.com', '169.254.169.254', 'private-address'],
  ['smtps://mail.example.com', '::ffff:127.0.0.1', 'private-address'],
])('%s is not connected to at %s: %s', async (url, address, error) => {
  const read = readSettings({ ...test_keys, ...mailBy(url) }, 'node');
  if ('mistakes' in read) throw new Error(read.mistakes.join());
  const resolve = ((_: string, __: object, done: (error: null, found: object[]) => void) =>
    done(null, [{ address, family: address.includes(':') ? 6 : 4 }])) as unknown as Parameters<
    typeof createPostMail
  >[1];
  const postMail = createPostMail(read.settings, resolve);
  const mail = { to: mailbox, subject: 'x', text: 'x', message_id: '<x@example.com>' };
  expect(await mailOut({ postMail, settings: read.settings }, mail)).toEqual({ status: null, error });
});

it('no channel leads to what is no mailbox, or by a server that no setting names, or from a host that sends no mail', async () => {
  const { ask } = await start(mailBy('smtp://127.0.0.1:9'));
  for (const address of ['sales', 'a@example.com,b@example.com', 'https://example.com'])
    expect(await (await ask('POST', '/channels', { ...asked, address }, 'admin')).json()).toMatchObject({
      status: 422,
      errors: [{ field: 'address', message: 'Expected one e-mail address, like sales@example.com.' }],
    });
  const injected = 'sales@example.com\r\nBcc: other@example.com';
  for (const more of [{ secret: 'x' }, { address: injected }])
    expect((await ask('POST', '/channels', { ...asked, ...more }, 'admin')).status).toBe(422);
  const without = await start();
  expect(await (await without.ask('POST', '/channels', asked, 'admin')).json()).toMatchObject({
    errors: [{ field: 'address', message: expect.stringContaining('SMTP_URL') }],
  });
  delete without.services.postMail;
  expect(await (await without.ask('POST', '/channels', asked, 'admin')).json()).toMatchObject({
    errors: [{ field: 'address', message: expect.stringContaining('Not on this host') }],
  });
});

it('the server of mail is read from its settings, and counts as listed', () => {
  const read = (more: object) => readSettings({ ...test_keys, ...more }, 'node');
  expect(read(mailBy('smtps://a%40b.example:p%3A@SMTP.example.com'))).toMatchObject({
    settings: {
      smtp_url: { secure: true, host: 'smtp.example.com', port: 465, login: { user: 'a@b.example', pass: 'p:' } },
      mail_from: { name: '小视科技', address: 'notice@example.com' },
      outbound_hosts: ['smtp.example.com'],
    },
  });
  expect(read({ SMTP_URL: 'smtp://[::1]:2525' })).toEqual({
    mistakes: ['MAIL_FROM: missing, and required with SMTP_URL'],
  });
  for (const SMTP_URL of [
    'https://smtp.example.com',
    'smtp://',
    'smtp://a/b',
    'smtps://x:%zz@example.com',
    'mail.example.com',
  ])
    expect(read(mailBy(SMTP_URL))).toEqual({ mistakes: [expect.stringMatching(/^SMTP_URL: expected/)] });
  for (const MAIL_FROM of ['notice', 'A <a@example.com> b', '"A" <a@example.com>', 'a@example.com, b@example.com'])
    expect(read({ ...mailBy('smtps://smtp.example.com'), MAIL_FROM })).toEqual({
      mistakes: [expect.stringMatching(/^MAIL_FROM: expected/)],
    });
});

it('a test that is sent by hand leads to the server that runs without a PUBLIC_URL, as one does in development', async () => {
  const server = await startMailServer();
  const { folder, remove } = makeFolder();
  opened.push({ close: async () => remove() });
  const environment = { DATABASE_URL: `file:${join(folder, 'leads.db')}`, PORT: '8123', ...server.environment };
  const add = [
    'channel',
    'add',
    '--kind',
    'email',
    '--name',
    'Sales',
    '--address',
    mailbox,
    '--events',
    'lead.created',
  ];
  await operate(['migrate'], environment);
  const { id } = JSON.parse((await operate(add, environment)).stdout) as { id: string };
  expect(await operate(['channel', 'test', id], environment)).toMatchObject({ code: 0, stderr: '' });
  expect(server.mails[0]!.text).toContain('http://127.0.0.1:8123/console');
  expect(server.mails[0]!.headers['message-id']).toMatch(/@127\.0\.0\.1>$/);
});
