import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { document } from '../support/conformance.ts';
import { lead, readProblem, startPublished } from '../support/harness.ts';
import { getAnswer } from '../support/proofs.ts';

const path = '/forms/mini-ai-experience';

/** Every reason to refuse a lead, in the order in which it is told, in the words of the pages that tell of it. */
const order = [
  ['fields', '422'],
  ['repeat', ''],
  ['limit of the address', '429'],
  ['version', '422'],
  ['bot check', '403'],
  ['quota', '429'],
];

it('a lead is refused for one reason after another, in the order that the description and the docs tell', async () => {
  const settings = { BOT_CHECK: 'on', FORM_LIMIT_PER_MINUTE: '2', FORM_QUOTA_PER_MINUTE: '1' };
  const started = await startPublished({ ...settings, CLIENT_IP_HEADER: 'X-Client-Ip' });
  const key = { 'Idempotency-Key': 'first' };
  const submit = (address: string, changes: object, headers = {}) =>
    started.post(path, { ...lead, ...changes }, { 'X-Client-Ip': address, ...headers });
  const [often, seldom] = ['192.0.2.1', '198.51.100.1'];
  const outdated = { policy_version: '1999' };
  expect((await submit(often, { challenge: await getAnswer(started) }, key)).status).toBe(201);
  expect((await submit(often, outdated)).status).toBe(422);

  expect(await readProblem(await submit(often, { ...outdated, name: '' }))).toMatchObject({
    errors: ['name required'],
  });
  expect((await submit(often, {}, key)).status).toBe(201);
  const flood = await submit(often, outdated);
  expect([flood.status, flood.headers.get('RateLimit-Policy')]).toEqual([429, '"form";q=2;w=60']);
  expect(await readProblem(await submit(seldom, outdated))).toMatchObject({ errors: ['policy_version invalid'] });
  expect(await readProblem(await submit(seldom, {}))).toMatchObject({ slug: 'bot-check-failed' });
  const full = await submit('203.0.113.1', { challenge: await getAnswer(started) });
  expect([full.status, full.headers.get('RateLimit-Policy')]).toEqual([429, '"form-quota";q=1;w=60']);

  const { description } = document.paths['/forms/{form}']!.post as unknown as { description: string };
  const told = [readFileSync('docs/http.md', 'utf8'), description].map(
    text => /in this order: ([^.]*)\./.exec(text)![1]!,
  );
  for (const text of told) {
    const reasons = text.split(/,\s/);
    expect(reasons.map((reason, at) => reason.replace(/\s+/g, ' ').includes(order[at]![0]!))).toEqual(
      order.map(() => true),
    );
  }
  expect([...told[0]!.matchAll(/\((\d+)\)/g)].map(([, status]) => status)).toEqual(order.flatMap(([, it]) => it || []));
});

it('the description of the proof of work allows whatever the description tells to ask it for, and the server gives it', async () => {
  const { parameters } = document.paths['/challenge']!.get!;
  const allowed = parameters.find(({ name }) => name === 'form')!.schema.enum!;
  const named = [...JSON.stringify(document).matchAll(/\/challenge\?form=([a-z-]+)/g)].map(([, name]) => name);
  expect(named).toContain('requests');
  expect(allowed).toEqual(expect.arrayContaining(named));
  const { get } = await startPublished();
  for (const form of allowed) expect((await get(`/challenge?form=${form}`)).status, `${form}`).toBe(200);
});
