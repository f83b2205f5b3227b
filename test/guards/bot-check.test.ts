import { beforeEach, describe, expect, it } from 'vitest';
import { lead, readProblem, runJobs, start, startPublished } from '../support/harness.ts';
import { getAnswer, getPageFields, readPageFields } from '../support/proofs.ts';

const path = '/forms/mini-ai-experience';
const minute_ms = 60_000;
const failed = { slug: 'bot-check-failed', status: 403 };

let started: Awaited<ReturnType<typeof startPublished>>;
beforeEach(async () => {
  started = await startPublished({ BOT_CHECK: 'on' });
});

const countLeads = async () => (await started.db.selectFrom('leads').select('id').execute()).length;
const submit = (more: object, headers?: Record<string, string>) => started.post(path, { ...lead, ...more }, headers);

describe('a solved challenge', () => {
  it('is good for a lead, until ten minutes are over', async () => {
    const [first, second] = [await getAnswer(started), await getAnswer(started)];
    started.advance(10 * minute_ms - 1);
    expect((await submit({ challenge: first })).status).toBe(201);
    started.advance(1);
    expect(await readProblem(await submit({ challenge: second }))).toMatchObject(failed);
    expect(await countLeads()).toBe(1);
  });

  it('is good for one lead, of 50 posts at once too', async () => {
    const challenge = await getAnswer(started);
    const posts = Array.from({ length: 50 }, (_, n) => submit({ challenge, name: `Visitor ${n}` }));
    const statuses = (await Promise.all(posts)).map(({ status }) => status).sort();
    expect(statuses).toEqual([201, ...Array(49).fill(403)]);
    expect(await countLeads()).toBe(1);
    expect((await submit({ challenge })).status).toBe(403);
  });

  it('is not spent by a post with mistakes', async () => {
    const challenge = await getAnswer(started);
    expect((await submit({ challenge, email: 'x' })).status).toBe(422);
    expect((await submit({ challenge, policy_version: '1999' })).status).toBe(422);
    expect((await submit({ challenge })).status).toBe(201);
  });

  it('comes after what a person can correct: without one, a policy that is not in force is 422', async () => {
    for (const policy_version of ['1999', '2026-01']) {
      const { post, publish } = await start({ BOT_CHECK: 'on' });
      if (policy_version === '2026-01') {
        await publish('2026-01');
        await publish('2026-02', { effective_at: '2026-02-01T00:00:00.000Z' });
      }
      const refused = await readProblem(await post(path, { ...lead, policy_version }));
      const code = policy_version === '1999' ? 'invalid' : 'outdated';
      expect(refused).toEqual({ slug: 'invalid-fields', status: 422, errors: [`policy_version ${code}`] });
    }
    const foreign = await submit({ policy_version: '1999' }, { Origin: 'https://evil.example' });
    expect(await readProblem(foreign)).toMatchObject({ slug: 'origin-not-allowed', status: 403 });
  });

  it('is refused when it is another form’s, changed, unsolved, made up or missing', async () => {
    const other = await getAnswer(started, 'ecological-cooperation');
    const good = await getAnswer(started);
    const parts = good.split('.');
    const easier = ['1', ...parts.slice(1, 5), parts[5]!.split('-')[0]].join('.');
    const longer = [...parts.slice(0, 2), `z${parts[2]!.slice(1)}`, ...parts.slice(3)].join('.');
    const guessed = [...parts.slice(0, 5), Array(32).fill('0').join('-')].join('.');
    const wrong = [
      other,
      easier,
      longer,
      guessed,
      parts.slice(0, 5).join('.'),
      `${good}-0`,
      'x'.repeat(9_000),
      7,
      {},
      '',
    ];
    for (const challenge of wrong) expect(await readProblem(await submit({ challenge }))).toMatchObject(failed);
    expect(await readProblem(await submit({}))).toMatchObject(failed);
    expect(await countLeads()).toBe(0);
    expect((await submit({ challenge: good })).status).toBe(201);
  });

  it('is not asked for again by a repeat with the same Idempotency-Key', async () => {
    const headers = { 'Idempotency-Key': 'k' };
    const challenge = await getAnswer(started);
    const first = await (await submit({ challenge }, headers)).json();
    expect(await (await submit({ challenge }, headers)).json()).toEqual(first);
    expect(await (await submit({}, headers)).json()).toEqual(first);
    const atOnce = await getAnswer(started);
    const both = await Promise.all([1, 2].map(() => submit({ challenge: atOnce }, { 'Idempotency-Key': 'both' })));
    expect(both.map(({ status }) => status)).toEqual([201, 201]);
    expect(await countLeads()).toBe(2);
  });
});

describe('the token of the plain page', () => {
  it('is good for one lead from 3 seconds to 24 hours after the page was made', async () => {
    const [early, late, expired] = await Promise.all([1, 2, 3].map(() => getPageFields(started)));
    started.advance(2_999);
    expect(await readProblem(await submit(early!))).toMatchObject(failed);
    started.advance(1);
    expect((await submit(early!)).status).toBe(201);
    expect(await readProblem(await submit({ ...early, name: 'Another' }))).toMatchObject(failed);
    started.advance(24 * 60 * minute_ms - 3_001);
    expect((await submit(late!)).status).toBe(201);
    started.advance(1);
    expect(await readProblem(await submit(expired!))).toMatchObject(failed);
    expect(await countLeads()).toBe(2);
  });

  it('is refused with a filled or a missing trap, changed, or of another form', async () => {
    const page = await getPageFields(started);
    const other = await getPageFields(started, 'ecological-cooperation');
    started.advance(5_000);
    const { form_token } = page;
    for (const wrong of [
      { form_token, website: 'https://spam.example' },
      { form_token },
      other,
      { ...page, form_token: `0${form_token}` },
      { ...page, form_token: `${form_token}.1` },
      { ...page, form_token: [] },
      { website: '' },
    ])
      expect(await readProblem(await submit(wrong))).toMatchObject(failed);
    expect((await submit(page)).status).toBe(201);
  });

  it('is refused where another kind of page was sent with it', async () => {
    const asked = { type: 'access', email: lead.email };
    for (const [from, sent, to, other] of [
      ['/requests', asked, path, lead],
      [path, lead, '/requests', asked],
    ] as const) {
      const page = readPageFields(await (await started.get(from, { Accept: 'text/html' })).text());
      started.advance(5_000);
      expect((await started.post(from, { ...sent, ...page })).status).toBeLessThan(300);
      expect(await readProblem(await started.post(to, { ...other, ...page }))).toMatchObject(failed);
    }
  });

  it('is refused once its signing key has left, whatever it has answered', async () => {
    const [a, b] = [1, 2].map(n => Buffer.alloc(32, 40 + n).toString('base64'));
    for (const SIGNING_KEY of [`${a},${b}`, `${b},${a}`]) {
      started = await startPublished({ BOT_CHECK: 'on', SIGNING_KEY });
      const page = await getPageFields(started);
      started.advance(5_000);
      expect((await submit(page)).status).toBe(201);
      const other = await start({ BOT_CHECK: 'on', SIGNING_KEY: SIGNING_KEY.split(',')[0]! }, started.db);
      other.advance(5_000);
      expect(await readProblem(await other.post(path, { ...lead, ...page }))).toMatchObject(failed);
    }
  });

  it('does not pass for a challenge', async () => {
    const { form_token } = await getPageFields(started);
    started.advance(5_000);
    expect(await readProblem(await submit({ challenge: form_token }))).toMatchObject(failed);
    expect(await readProblem(await submit({ form_token: await getAnswer(started), website: '' }))).toMatchObject(
      failed,
    );
  });
});

it('spent proofs are kept until they would have ended by themselves, and no longer', async () => {
  const challenge = await getAnswer(started);
  await submit({ challenge });
  started.advance(10 * minute_ms - 1);
  await runJobs(started.services);
  expect((await submit({ challenge })).status).toBe(403);
  started.advance(1);
  await runJobs(started.services);
  expect(await started.db.selectFrom('once').selectAll().execute()).toEqual([]);
});

it('BOT_CHECK=off takes its fields and does not look at them', async () => {
  const { post } = await startPublished({ BOT_CHECK: 'off' });
  expect((await post(path, { ...lead, challenge: 1, form_token: 'x', website: 'filled' })).status).toBe(201);
  for (let n = 0; n < 2; n++) expect((await post(path, { ...lead, form_token: 'x' })).status).toBe(201);
});
