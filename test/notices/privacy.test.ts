import { expect, it } from 'vitest';
import { lead } from '../support/harness.ts';
import { apps } from './apps.ts';
import { decodeWords, startMailServer } from './mail-server.ts';
import { receive, startNoticing } from './noticing.ts';

const uuid = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

it('[S1] of 1,000 people, no kind of channel is told anything, nor do the outbox, the log and the lists hold anything', async () => {
  const mail = await startMailServer(count => (count % 4 === 0 ? 451 : undefined));
  const started = await startNoticing(undefined, { ...mail.environment, LOG_LEVEL: 'debug' });
  const { make, submit, send, db, lines, pull, deliveries, advance } = started;
  const webhook = await receive((_, count) => (count % 9 === 0 ? 500 : 204));
  await make(webhook.address);
  await make('sales@example.com', { kind: 'email' });
  const robots = [];
  for (const app of apps) {
    const robot = await receive((_, count) => ({
      status: 200,
      content: JSON.stringify(count % 3 === 0 ? app.refused.answer : app.accepted),
    }));
    const address = `http://127.0.0.1:${robot.port}${app.path}`;
    await make(address, { kind: app.kind, secret: app.secret, locale: app.kind === 'dingtalk' ? 'en' : 'zh-CN' });
    robots.push(robot);
  }
  const people = Array.from({ length: 1_000 }, (_, index) => ({
    name: `欧阳${String.fromCodePoint(0x4e00 + index)}${String.fromCodePoint(0x5e00 + index)}`,
    phone: `139${String(10_000_000 + index * 7_919).slice(-8)}`,
    email: `person.${index * 7_919}@mail-${index}.example.com`,
    company: `公司${String.fromCodePoint(0x6e00 + index)}${index}有限`,
  }));
  for (let at = 0; at < people.length; at += 100) {
    await Promise.all(people.slice(at, at + 100).map(person => submit({ ...lead, ...person })));
    if (at % 200 === 0) await Promise.all([submit(lead, 'ecological-cooperation'), send()]);
    advance(5_000);
  }
  for (let round = 0; round < 4; round++, advance(400_000)) await send();
  expect(webhook.received.length).toBeGreaterThan(1_000);
  for (const { received } of robots) expect(received.length).toBeGreaterThan(5);
  expect(mail.mails.length).toBeGreaterThan(3);
  const said = [
    ...[webhook, ...robots].flatMap(({ received }) => received),
    ...mail.mails.map(({ headers, ...one }) => [one, Object.values(headers).map(decodeWords)]),
    ...(await db.selectFrom('deliveries').selectAll().execute()),
    ...(await db.selectFrom('channels').selectAll().execute()),
    ...lines,
    ...(await deliveries('limit=200')),
    await (await pull('/channels', 'admin')).json(),
  ];
  // Without ids most rows are alike, and each is searched once.
  const left = [...new Set(said.map(one => JSON.stringify(one).replace(uuid, '')))].join('\n');
  for (const text of ['Mini AI 算法体验申请：', 'Mini AI experience request: ']) expect(left).toContain(text);
  expect(people.flatMap(person => Object.values(person)).filter(value => left.includes(value))).toEqual([]);
});
