import { expect, it } from 'vitest';
import { Conflict } from '../../db/database.ts';
import { addDays, dayOf, nextDay, startOfDay } from '../../db/days.ts';
import { draftLead } from '../../db/leads/create.ts';
import { tallyLeads } from '../../db/leads/figures/stats.ts';
import { jobs } from '../../worker/jobs.ts';
import { startConsole } from '../support/console.ts';
import { lead, noon, operator, runJobs } from '../support/harness.ts';
import { createRandom, type Random, seed, times } from '../support/random.ts';

/** Zones whose clocks change within the weeks before the noon of the tests, and one half an hour off. */
const zones = ['America/New_York', 'America/Santiago', 'Africa/Cairo', 'Asia/Kolkata', 'Asia/Shanghai'];
const forms = ['mini-ai-experience', 'ecological-cooperation'] as const;
const people = ['Grace', '王芳 & co', '<i>"O\'Neil"</i>', 'a+b=c%20?&status=new'];
const reasons = ['won', 'no_fit', 'spam'];

it('each figure of the overview is what a plain recount gives, and its link shows as many leads', async () => {
  const random = createRandom(seed);
  for (let round = 0; round < times(1); round++) {
    const TIME_ZONE = random.pick(zones);
    const started = await startConsole({ TIME_ZONE });
    const { services, open, ask } = started;
    const today = dayOf(noon, TIME_ZONE);
    const privacy = await open('privacy_officer');
    const read = async (weeks: number) => (await privacy.get(`/console/overview?weeks=${weeks}`)).text();
    await read(4);
    const made = await makeLeads(started, random, today, TIME_ZONE);
    const late = made.splice(0, 5);
    await jobs.find(({ name }) => name === 'count_days')!.run(services, services.now());
    for (const { id } of late) await ask('PATCH', `/leads/${id}`, { assigned_to: random.pick(people) });
    made.push(...late);
    const gone = random.below(2) ? [made[0]!, made[9]!, made[10]!] : [made[3]!, made[20]!, made[21]!];
    await ask('DELETE', `/leads/${gone[0]!.id}`);
    await ask('POST', `/leads/${gone[1]!.id}/holds`, { ground: 'law', reference: '7', review_on: '2027-05-23' });
    for (const { email } of [gone[2]!, made[30]!]) await restrict(started, email);
    await ask('DELETE', `/leads/${made[30]!.id}/restriction`, { reason: 'x' });
    const listed = made.filter(one => !gone.includes(one));

    const monday = addDays(today, -((new Date(`${today}T00:00:00Z`).getUTCDay() + 6) % 7));
    const weeks = random.pick([4, 8, 13]);
    const page = await read(weeks);
    const from = addDays(monday, -7 * (weeks - 1));
    const inSpan = ({ day }: { day: string }) => day >= from && day <= today;
    const links = [...page.matchAll(/<a href="(\/console(?:\?[^"]*)?)">(\d+)<\/a>/g)].map(([, href, figure]) => ({
      address: href!.replaceAll('&amp;', '&'),
      figure: Number(figure),
    }));
    const said = `${TIME_ZONE}, ${weeks} weeks`;
    const figureOf = (query: string) => links.find(({ address }) => address === `/console?${query}`)?.figure ?? 0;
    expect(figureOf(`from=${from}&to=${today}`), said).toBe(listed.filter(inSpan).length);
    for (let week = from; week <= today; week = addDays(week, 7)) {
      const sunday = addDays(week, 6);
      const ofWeek = listed.filter(({ day }) => day >= week && day <= sunday);
      expect(figureOf(`from=${week}&to=${sunday}`), `${said}: ${week}`).toBe(ofWeek.length);
      for (const form of forms)
        expect(figureOf(`form=${form}&from=${week}&to=${sunday}`), `${said}: ${week} ${form}`).toBe(
          ofWeek.filter(one => one.form === form).length,
        );
    }
    const goneInSpan = gone.filter(inSpan).length;
    if (goneInSpan === 0) expect(page).not.toContain('erased or restricted since');
    else expect(page, said).toContain(`${goneInSpan} more lead${goneInSpan === 1 ? '' : 's'} came in`);
    for (const { address, figure } of links) expect(await countRows(address), `${said}: ${address}`).toBe(figure);
    expect(links.length).toBeGreaterThan(20);

    async function countRows(address: string): Promise<number> {
      let rows = 0;
      for (let next: string | undefined = address; next; ) {
        const list: string = await (await privacy.get(next)).text();
        rows += [...list.matchAll(/<li data-id="[\w-]{36}"/g)].length;
        next = /rel="next" href="([^"]+)"/.exec(list)?.[1]?.replaceAll('&amp;', '&');
      }
      return rows;
    }
  }
});

it('an administrator is told that no policy is in force, and where to publish one', async () => {
  const { open, advance } = await startConsole();
  const told = 'No policy is in force';
  const read = async (role: 'admin' | 'sales') => (await (await open(role)).get('/console/overview')).text();
  advance(-400 * 86_400_000);
  expect(await read('admin')).toMatch(/No policy is in force[^<]*<a href="\/console\/policies">/);
  expect(await read('sales')).not.toContain(told);
  advance(400 * 86_400_000);
  expect(await read('admin')).not.toContain(told);
});

it('while a first count waits for the job, the overview says so instead of "nothing"', async () => {
  const { services, open, submitLead, advance } = await startConsole();
  for (let day = 0; day < 51; day++) {
    await submitLead();
    advance(86_400_000);
  }
  const sales = await open('sales');
  const read = async () => (await sales.get('/console/overview')).text();
  const early = await read();
  expect(early).toContain('Not all is counted yet');
  const [leads] = early.split('>Cookie choices');
  expect(leads).toContain('Waiting too long');
  for (const untrue of ['Nothing in this period', 'No lead of this period', '>0<', '>0%<'])
    expect(leads).not.toContain(untrue);
  await runJobs(services);
  const counted = await read();
  expect(counted).not.toContain('Not all is counted yet');
  expect(counted).toMatch(/in total; most in/);
});

it('an overview waits for no first count of many leads: what is missing is said, and the job counts it', async () => {
  const { services, open, submitLead } = await startConsole();
  const { db } = services;
  for (let n = 0; n < 7; n++) await submitLead();
  db.rows_at_once = 1;
  expect(await tallyLeads(db, 'Asia/Shanghai', 4)).toBe(4);
  await db.deleteFrom('tallies').execute();
  await db.deleteFrom('lead_days').execute();
  const sales = await open('sales');
  const { atomic } = db;
  let steps = 0;
  db.atomic = statements => {
    if (statements.some(({ sql }) => /"lead_days"/.test(sql))) steps += 1;
    return atomic(statements);
  };
  expect(await (await sales.get('/console/overview')).text()).not.toContain('since');
  expect(steps).toBeLessThan(5);
  steps = 0;
  db.atomic = async statements => {
    if (!statements.some(({ sql }) => /"lead_days"/.test(sql))) return atomic(statements);
    steps += 1;
    throw new Conflict('tallies', undefined);
  };
  expect((await sales.get('/console/overview')).status).toBe(200);
  expect(steps).toBe(4);
  db.atomic = atomic;
  db.rows_at_once = 500;
  await jobs.find(({ name }) => name === 'count_days')!.run(services, services.now());
  const days = await db.selectFrom('lead_days').select('received').execute();
  expect(days).toEqual([{ received: 7 }]);
});

/** Restricts a person's lead, as she asked for by phone. No hold stands on it. */
async function restrict({ ask }: Pick<Awaited<ReturnType<typeof startConsole>>, 'ask'>, email: string) {
  const taken = await ask('POST', '/subject-requests', { type: 'restriction', channel: 'phone', email });
  const { id } = (await taken.json()) as { id: string };
  await ask('POST', `/subject-requests/${id}/verification`, { by: 'callback' });
  expect((await ask('POST', `/subject-requests/${id}/fulfilment`)).status).toBe(200);
}

/** Stores leads of the last weeks, many of them at the edges of days, and has staff work on them. */
async function makeLeads(
  { services, ask }: Pick<Awaited<ReturnType<typeof startConsole>>, 'services' | 'ask'>,
  random: Random,
  today: string,
  time_zone: string,
) {
  const { policy_version, ...values } = lead;
  const consent = { policy_version, policy_sha256: '0'.repeat(64), locale: 'en' };
  const made: { id: string; form: string; day: string; email: string }[] = [];
  for (let n = 0; n < 60; n++) {
    const day = addDays(today, -random.below(14 * 7));
    const [begun, ended] = [startOfDay(day, time_zone), startOfDay(nextDay(day), time_zone)];
    const edges = [begun, new Date(begun.getTime() + random.below(22 * 3_600_000)), new Date(ended.getTime() - 1)];
    const received = edges.map(edge => (edge > noon ? begun : edge))[random.below(3)]!;
    const form = random.pick(forms);
    const email = `n${n}@example.com`;
    const of = { ...values, email };
    const { receipt, statements } = draftLead(services, { form, values: of, ...consent }, {}, operator, received);
    await services.db.atomic(statements);
    made.push({ id: receipt.id, form, day, email });
    const moves: object[] = [
      { assigned_to: random.pick(people) },
      { status: random.pick(['new', 'contacted', 'qualified']) },
      { status: 'closed', closed_reason: random.pick(reasons) },
      { assigned_to: random.pick([...people, null]) },
      { status: 'new' },
    ];
    for (const move of moves.slice(0, random.below(moves.length + 1))) await ask('PATCH', `/leads/${receipt.id}`, move);
  }
  return made;
}
