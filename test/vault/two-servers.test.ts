import { describe, expect, it } from 'vitest';
import type { Database } from '../../db/database.ts';
import { countKeys } from '../../db/vault/count.ts';
import { noteRotated, rewrapKeys } from '../../db/vault/rotate.ts';
import { jobs } from '../../worker/jobs.ts';
import { engines } from '../support/engines.ts';
import { lead, noon, operator, start, startPublished } from '../support/harness.ts';
import { getPageFields } from '../support/proofs.ts';

type Setting = 'ENCRYPTION_KEYS' | 'INDEX_KEY' | 'SIGNING_KEY';
type Server = Awaited<ReturnType<typeof start>>;

const form = '/forms/mini-ai-experience';
const key = (byte: number) => Buffer.alloc(32, byte).toString('base64');
const old_keys = { ENCRYPTION_KEYS: `one:${key(1)}`, INDEX_KEY: key(3), SIGNING_KEY: key(4) };
const new_keys = { ENCRYPTION_KEYS: `two:${key(5)}`, INDEX_KEY: key(6), SIGNING_KEY: key(7) };

/** The setting holds these in each step in which two servers turn its key. */
function stepsOf(setting: Setting): string[] {
  const [before, after] = [old_keys[setting], new_keys[setting]];
  return [before, `${after},${before}`, `${before},${after}`, after];
}

/** Starts the servers of each step but the last, in which the old key is gone, and ends with a way to start that. */
async function startSteps(db: Database, setting: Setting, more: Record<string, string> = {}) {
  const begin = (list: string) => start({ ...old_keys, ...more, [setting]: list }, db);
  const [before, first, second, after] = stepsOf(setting) as [string, string, string, string];
  const servers: Server[] = [await startPublished({ ...old_keys, ...more, [setting]: before }, db)];
  for (const list of [first, second]) servers.push(await begin(list));
  const pairs = [
    [servers[0]!, servers[1]!],
    [servers[1]!, servers[2]!],
  ] as const;
  return { servers, pairs, startLast: () => begin(after) };
}

const idOf = async (response: Response) => ((await response.json()) as { id: string }).id;
const countLeads = async (db: Database) => (await db.selectFrom('leads').select('id').execute()).length;

const choice = {
  visitor_id: '0190b1f0-0000-4000-8000-000000000001',
  policy_version: '2026-01',
  locale: 'en',
  shown: ['analytics'],
  granted: ['analytics'],
  source: 'banner',
  chosen_at: noon.toISOString(),
};

describe.each(engines)('[P2] a key that turns under two servers on $engine', ({ open }) => {
  it('of the signatures: one lead and one choice for one key, and the first answer again, whichever servers run', async () => {
    const { db, close } = await open();
    const { servers, pairs, startLast } = await startSteps(db, 'SIGNING_KEY');
    const answers = async (path: string, sent: object, both: readonly Server[], name: string) => {
      const posts = both.map(server => server.post(path, sent, { 'Idempotency-Key': name }));
      return Promise.all((await Promise.all(posts)).map(async answer => [answer.status, await answer.json()]));
    };
    const last = [servers[2]!, await startLast()] as const;
    let codes: string[] = [];
    for (const [n, pair] of [...pairs, last].entries()) {
      const leads = await answers(form, lead, [...pair, ...pair], `lead-${n}`);
      expect(leads[0]![0]).toBe(201);
      expect(leads).toEqual(leads.map(() => leads[0]));
      const again = await answers(form, lead, pair, `lead-${n}`);
      expect(again).toEqual([leads[0], leads[0]]);
      const choices = await answers('/consents', choice, [...pair, ...pair], `choice-${n}`);
      expect(choices[0]![0]).toBe(201);
      expect(choices).toEqual(choices.map(() => choices[0]));
      const other = await pair[1].post(form, { ...lead, name: 'Other' }, { 'Idempotency-Key': `lead-${n}` });
      expect(other.status).toBe(422);
      codes = [...codes, (leads[0]![1] as { receipt_code: string }).receipt_code];
      expect(await countLeads(db)).toBe(n + 1);
      expect(await db.selectFrom('consents').select('id').execute()).toHaveLength(n + 1);
    }
    // What the first server has taken is known until its key goes.
    expect((await answers(form, lead, [servers[2]!], 'lead-0'))[0]).toMatchObject([201, { receipt_code: codes[0] }]);
    expect((await answers('/consents', choice, [servers[2]!], 'choice-0'))[0]![0]).toBe(201);
    expect(await countLeads(db)).toBe(3);
    // What was taken while both keys were listed is known under each, whichever of them made the receipt.
    for (const n of [1, 2])
      expect((await answers(form, lead, [last[1]], `lead-${n}`))[0]).toMatchObject([201, { receipt_code: codes[n] }]);
    for (const receipt_code of codes) expect((await last[1].post('/withdrawals', { receipt_code })).status).toBe(200);
    expect((await last[1].post(form, lead, { 'Idempotency-Key': 'lead-1' })).status).toBe(410);
    await close();
  });

  it('of the indexes: no search and no earlier lead of a person is lost, and the old key goes when nothing is found by it', async () => {
    const { db, close } = await open();
    const { servers, pairs, startLast } = await startSteps(db, 'INDEX_KEY');
    const ids: string[] = [];
    const search = async (server: Server, query: Record<string, string>) => {
      const found = await server.pull(`/leads?order=desc&${new URLSearchParams(query)}`);
      return ((await found.json()) as { leads: { id: string; earlier_lead_id: string | null }[] }).leads;
    };
    const expectAll = async (server: Server) => {
      for (const query of [{ phone: lead.phone }, { email: lead.email }]) {
        const found = await search(server, { ...query });
        expect(found.map(({ id }) => id)).toEqual(ids.toReversed());
        expect(found.map(one => one.earlier_lead_id)).toEqual([...ids.slice(0, -1).toReversed(), null]);
      }
    };
    ids.push(await idOf(await servers[0]!.post(form, lead)));
    for (const [one, two] of pairs) {
      for (const server of [one, two]) ids.push(await idOf(await server.post(form, lead)));
      await expectAll(two);
    }
    await expect(startLast()).rejects.toThrow(
      /^INDEX_KEY: key \w{8} is missing, and the keys of 4 subjects .*keys rotate/,
    );
    const job = jobs.find(({ name }) => name.startsWith('reindex_leads'))!;
    expect(await job.run(servers[2]!.services, noon)).toEqual({ leads: 4, unreadable: 0 });
    await expectAll(servers[2]!);
    await expectAll(await startLast());
    await close();
  });

  it('of the seals: every lead opens on both, also while it is corrected or erased, and the old key goes when it wraps nothing', async () => {
    const { db, close } = await open();
    const { servers, pairs, startLast } = await startSteps(db, 'ENCRYPTION_KEYS');
    const ids: string[] = [];
    const expectClear = async (server: Server) => {
      const read = await server.pull('/leads?view=clear&order=desc');
      const { leads } = (await read.json()) as { leads: { id: string; email: string }[] };
      expect(leads.map(({ id }) => id)).toEqual(ids.toReversed());
      return leads;
    };
    for (const pair of pairs) {
      for (const server of pair) ids.push(await idOf(await server.post(form, lead)));
      for (const server of pair) await expectClear(server);
    }
    await expect(startLast()).rejects.toThrow('ENCRYPTION_KEYS: key one is missing, and the keys of 3 subjects');

    const services = servers[2]!.services;
    const [corrected, erased] = ids as [string, string];
    const { atomic } = db;
    db.atomic = async statements => {
      db.atomic = atomic;
      await servers[1]!.ask('PATCH', `/leads/${corrected}`, { email: 'new@example.com' });
      await servers[1]!.ask('DELETE', `/leads/${erased}`);
      return atomic(statements);
    };
    expect(await rewrapKeys(services)).toEqual({ renewed: 1, unopened: [] });
    ids.splice(1, 1);
    expect(await expectClear(servers[2]!)).toContainEqual(
      expect.objectContaining({ id: corrected, email: 'new@example.com' }),
    );
    // The server of the first step sealed the correction under the old key.
    expect(await noteRotated(services, ['one'], operator, noon)).toEqual([]);
    expect(await rewrapKeys(services)).toEqual({ renewed: 1, unopened: [] });
    expect((await countKeys(db)).map(({ kek_id, subjects }) => [kek_id, subjects])).toEqual([['two', 3]]);
    expect(await noteRotated(services, [], operator, noon)).toEqual(['one']);
    expect(await noteRotated(services, [], operator, noon)).toEqual([]);
    await expectClear(await startLast());
    const events = db.selectFrom('audit_events').select(['action', 'fields']).where('action', 'like', 'key.%');
    expect(await events.execute()).toEqual([
      { action: 'key.first_used', fields: 'one' },
      { action: 'key.first_used', fields: 'two' },
      { action: 'key.rotated', fields: 'one' },
    ]);
    await close();
  });
});

it('what a page or a challenge was signed with holds on the other server, and its lead is stored once', async () => {
  const { db, close } = await engines[0]!.open();
  const { servers, pairs } = await startSteps(db, 'SIGNING_KEY', { BOT_CHECK: 'on' });
  for (const pair of pairs)
    for (const [one, other] of [pair, pair.toReversed()] as [Server, Server][]) {
      const fields = await getPageFields(one);
      for (const server of servers) server.advance(4_000);
      const before = await countLeads(db);
      const sent = { ...lead, ...fields };
      const answers = await Promise.all([other, one, other].map(server => server.submit(form, sent)));
      const told = await Promise.all(answers.map(async answer => [answer.status, await answer.text()] as const));
      // The second one to come gets the receipt of the first.
      expect(told.map(([status]) => status).sort()).toEqual([303, 403, 403]);
      for (const [status, page] of told) if (status === 403) expect(page).toMatch(/([0-9A-Z]{5}-){3}[0-9A-Z]{5}/);
      expect(await countLeads(db)).toBe(before + 1);
    }
  await close();
});
