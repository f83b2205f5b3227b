import type { D1Database } from '@cloudflare/workers-types';
import { expect, it } from 'vitest';
import { getPlatformProxy } from 'wrangler';
import { replaceRule } from '../../db/assignment.ts';
import { recordChoice } from '../../db/consents/record.ts';
import * as d1 from '../../db/dialects/d1.ts';
import { createLead } from '../../db/leads/create.ts';
import { createChannel } from '../../db/notices/channels.ts';
import { applyMigrations } from '../support/engines.ts';
import { lead, noon, operator, startPublished } from '../support/harness.ts';

/** D1 bills each row and each index entry that a unit writes, and tells how many they were. */
it('a lead with key and proof costs at most 14 written rows on D1 and 2 more for each channel, a choice with key at most 4', async () => {
  const { env, dispose } = await getPlatformProxy<{ DB: D1Database }>({ persist: false, envFiles: [] });
  await applyMigrations(env.DB);
  let rows = 0;
  const counted = new Proxy(env.DB, {
    get: (target, name) =>
      name === 'batch'
        ? async (statements: never[]) => {
            const results = await target.batch(statements);
            rows += results.reduce((sum, { meta }) => sum + meta.rows_written, 0);
            return results;
          }
        : Reflect.get(target, name).bind(target),
  });
  const { services } = await startPublished({}, d1.open(counted));
  const count = async (write: () => Promise<unknown>) => {
    rows = 0;
    await write();
    return rows;
  };
  const visitor = { id: 'visitor', role: 'visitor', request_id: '0190b1f0-0000-7000-8000-000000000000' };
  const { policy_version, ...values } = lead;
  const submission = {
    form: 'mini-ai-experience',
    values: { ...values, phone: '+8613800138000' },
    policy_version,
    policy_sha256: '0'.repeat(64),
    locale: 'en',
  };
  const choice = { policy_version, locale: 'en', shown: [], granted: [], source: 'banner', chosen_at: noon };
  const written = [];
  for (const name of ['first', 'second']) {
    const repeatable = [{ key: name, fingerprint: 'f' }];
    const proof = { proof: `proof ${name}`, expires_at: noon };
    written.push([
      await count(() => createLead(services, submission, { repeatable, proof }, visitor, noon)),
      await count(() => recordChoice(services.db, { visitor_id: 'v', ...choice }, repeatable, noon, 6_000)),
    ]);
  }
  const channel = { name: 'x', address: 'https://x/', shown_address: 'https://x/', locale: 'en', after_hours: 4 };
  const rowsOfLead: number[] = [];
  for (const event of ['policy.published', 'lead.created', 'lead.created', 'lead.created'] as const) {
    const asked = { kind: 'webhook' as const, ...channel, events: [event], paused: false };
    await createChannel(services, asked, operator, new Date(noon.getTime() + rowsOfLead.length));
    const proof = { proof: `proof of ${rowsOfLead.length}`, expires_at: noon };
    const repeatable = [{ key: `key of ${rowsOfLead.length}`, fingerprint: 'f' }];
    rowsOfLead.push(await count(() => createLead(services, submission, { repeatable, proof }, visitor, noon)));
  }
  // An assignee stands in two more indexes, and the turn takes a row where there are several holders.
  const rowsOfAssigned: number[] = [];
  for (const holders of [['one'], ['one', 'other'], []]) {
    await replaceRule(services.db, submission.form, holders, operator, noon);
    const proof = { proof: `proof of ${holders}`, expires_at: noon };
    const repeatable = [{ key: `key of ${holders}`, fingerprint: 'f' }];
    rowsOfAssigned.push(await count(() => createLead(services, submission, { repeatable, proof }, visitor, noon)));
  }
  await dispose();
  expect(written).toEqual([
    [14, 4],
    [14, 4],
  ]);
  // The first channel is not told of leads.
  expect(rowsOfLead).toEqual([14, 16, 18, 20]);
  expect(rowsOfAssigned).toEqual([22, 23, 20]);
});
