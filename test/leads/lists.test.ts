import { describe, expect, it } from 'vitest';
import { firstIdAt } from '../../db/ids.ts';
import { countMatches, countSome } from '../../db/leads/count.ts';
import { draftLead } from '../../db/leads/create.ts';
import { listMatches, type Position } from '../../db/leads/read.ts';
import type { LeadQuery } from '../../db/leads/rows/filter.ts';
import type { Services } from '../../worker/context.ts';
import { startConsole } from '../support/console.ts';
import { engines } from '../support/engines.ts';
import { lead, noon, operator, startPublished } from '../support/harness.ts';
import { createRandom, type Random, seed, times } from '../support/random.ts';

const day_ms = 86_400_000;
const forms = ['mini-ai-experience', 'ecological-cooperation'] as const;
const statuses = ['new', 'contacted', 'qualified', 'closed'] as const;
const reasons = ['won', 'no_fit', 'duplicate'] as const;
const days = ['2026-11-20', '2026-11-23', '2026-11-30'] as const;

/** The columns of a lead by which lists are narrowed down. */
interface Made {
  id: string;
  form: string;
  status: (typeof statuses)[number];
  assigned_to: string | null;
  closed_reason: string | null;
  follow_up_on: string | null;
  contacted_at: string | null;
  qualified_at: string | null;
  closed_at: string | null;
  restricted_at: string | null;
}

describe.each(engines)('lists on $engine', ({ open }) => {
  it('hold what every combination of filters leaves, on each page once, and counts agree with them', async () => {
    const { db, close } = await open();
    const { services } = await startPublished({}, db);
    const random = createRandom(seed);
    const made = await makeLeads(services, random, 160);
    db.rows_at_once = 7;
    for (let n = 0; n < times(25); n++) {
      const query = inventQuery(random);
      const expected = made.filter(one => matches(one, query)).toSorted(inOrderOf(query));
      const listed = await listAll(services, query);
      const said = JSON.stringify(query);
      expect(listed, said).toEqual(expected.map(({ id }) => id));
      expect(await countMatches(services, query, 1_000), said).toBe(expected.length);
      const { count, has_more } = await countSome(services, query, 5);
      expect(count <= expected.length && (has_more || count === expected.length), `${said}: ${count}`).toBe(true);
    }
    await close();
  });
});

it('no list reads more than a slice in one turn, nor goes on for ever: a page that ends early leads on', async () => {
  const { services, open } = await startConsole();
  const { db } = services;
  await makeLeads(services, createRandom(1), 210, { status: 'new', assigned_to: 'Grace' });
  const [last] = await makeLeads(
    services,
    createRandom(2),
    1,
    { status: 'new' },
    new Date(noon.getTime() - 99 * day_ms),
  );
  db.rows_at_once = 1;
  let turns = 0;
  const { read } = db;
  db.read = async query => {
    const before = turns;
    setImmediate(() => (turns += 1));
    const rows = await read(query);
    if (/case when/.test(query.sql)) expect(rows.length).toBeLessThan(2);
    expect(turns - before).toBeLessThan(2);
    return rows;
  };
  const sales = await open('sales');
  const first = await (await sales.get('/console?unassigned=1')).text();
  expect(first).toContain('None among the latest leads that were looked at');
  expect(first).not.toContain('Nothing matches these filters');
  const next = /rel="next" href="([^"]+)"/.exec(first)![1]!.replaceAll('&amp;', '&');
  expect(await (await sales.get(next)).text()).toContain(`data-id="${last!.id}"`);
  expect(turns).toBeGreaterThan(200);
});

async function listAll(services: Services, query: LeadQuery): Promise<string[]> {
  const ids: string[] = [];
  for (let after: Position | undefined; ; ) {
    const page = await listMatches(services, query, after, { masked: true }, noon);
    expect(page.leads.length).toBeLessThanOrEqual(query.limit);
    ids.push(...page.leads.map(({ id }) => id));
    if (!page.has_more) return ids;
    after = page.end;
  }
}

/** Stores made-up leads of the last days with random columns, or with those that are given. */
async function makeLeads(
  services: Services,
  random: Random,
  count: number,
  fixed?: Partial<Made>,
  latest = noon,
): Promise<Made[]> {
  const { db } = services;
  const { policy_version, ...values } = lead;
  const consent = { policy_version, policy_sha256: '0'.repeat(64), locale: 'en' };
  const maybe = <T>(value: T) => (random.below(2) ? value : null);
  const made: Made[] = [];
  for (let n = 0; n < count; n++) {
    const received = new Date(latest.getTime() - random.below(20 * day_ms));
    const form = random.pick(forms);
    const { receipt, statements } = draftLead(services, { form, values, ...consent }, {}, operator, received);
    const status = random.pick(statuses);
    const reached = Math.max(statuses.indexOf(status), random.below(4));
    const at = (step: number) => (step <= reached ? noon.toISOString() : null);
    const columns = {
      status,
      assigned_to: maybe(random.pick(['Grace', "王芳 <b>'"])),
      closed_reason: status === 'closed' ? maybe(random.pick(reasons)) : null,
      follow_up_on: maybe(random.pick(days)),
      ...{ contacted_at: at(1), qualified_at: at(2), closed_at: at(3) },
      restricted_at: random.below(10) ? null : noon.toISOString(),
    };
    const own = fixed
      ? { ...{ closed_reason: null, assigned_to: null, restricted_at: null, follow_up_on: null }, ...fixed }
      : columns;
    await db.atomic([
      ...statements,
      db
        .updateTable('leads')
        .set({ ...columns, ...own })
        .where('id', '=', receipt.id)
        .compile(),
    ]);
    made.push({ id: receipt.id, form, ...columns, ...own });
  }
  return made;
}

function inventQuery(random: Random): LeadQuery {
  const maybe = <T>(value: T) => (random.below(3) ? undefined : value);
  const span = random.below(20) * day_ms;
  return {
    form: maybe(random.pick(forms)),
    status: maybe(random.pick(statuses)),
    assigned_to: maybe(random.pick(['Grace', "王芳 <b>'", 'nobody'])),
    unassigned: maybe(true),
    closed_reason: maybe(random.pick(reasons)),
    reached: maybe(random.pick(['contacted', 'qualified', 'closed'])),
    received_from: maybe(new Date(noon.getTime() - span - 5 * day_ms).toISOString()),
    received_to: maybe(new Date(noon.getTime() - span).toISOString()),
    due_by: maybe(random.pick(days)),
    order: random.pick(['asc', 'desc']),
    limit: random.pick([1, 10, 50]),
  };
}

/** Tells whether a lead is in a list, condition by condition. */
function matches(one: Made, query: LeadQuery): boolean {
  const { reached, received_from, received_to, due_by } = query;
  return (
    one.restricted_at === null &&
    (['form', 'status', 'assigned_to', 'closed_reason'] as const).every(
      name => query[name] === undefined || one[name] === query[name],
    ) &&
    (!query.unassigned || one.assigned_to === null) &&
    (!reached || (one.contacted_at !== null && one[`${reached}_at`] !== null)) &&
    (!received_from || one.id >= firstIdAt(new Date(received_from))) &&
    (!received_to || one.id < firstIdAt(new Date(received_to))) &&
    (!due_by || (one.status !== 'closed' && one.follow_up_on !== null && one.follow_up_on <= due_by))
  );
}

function inOrderOf({ due_by, order }: LeadQuery): (one: Made, other: Made) => number {
  const place = (one: Made) => (due_by ? `${one.follow_up_on} ${one.id}` : one.id);
  const sign = order === 'desc' && !due_by ? -1 : 1;
  return (one, other) => (place(one) < place(other) ? -sign : sign);
}
