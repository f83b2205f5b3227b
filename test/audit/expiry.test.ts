import { expect, it } from 'vitest';
import { makeCheckpoint, readCheckpoints } from '../../db/audit/checkpoint.ts';
import { expireAudit } from '../../db/audit/expire.ts';
import { verifyTrail } from '../../db/audit/verify.ts';
import { monthsBefore } from '../../db/days.ts';
import { readLeadDays } from '../../db/leads/figures/stats.ts';
import { createCheckpointKey, isSignedBy } from '../../db/vault/checkpoint-key.ts';
import { kinds } from '../../worker/retention.ts';
import { runDueJobs } from '../../worker/run-jobs.ts';
import { engines } from '../support/engines.ts';
import { lead, noon, startPublished } from '../support/harness.ts';
import { takeOffGuards } from '../support/trail.ts';

const key = createCheckpointKey(Buffer.alloc(32, 4));
const month_ms = 31 * 86_400_000;
const november = { from_day: '2026-11-01', to_day: '2026-11-30', time_zone: 'Asia/Shanghai' };

/** Reads the checkpoints of a text that a key has signed. */
function read(text: string, { public_key } = key) {
  const result = readCheckpoints(text, (signed, signature) => isSignedBy(public_key, signed, signature));
  return 'checkpoints' in result ? result.checkpoints : [];
}

it.each(engines)(
  '[A1] [P8] on $engine, old events go in whole sealed ranges, and the rest verifies',
  async ({ engine, open }) => {
    const { db, close } = await open();
    const started = await startPublished({}, db);
    const { services, advance, pull, post } = started;
    const inquire = () => post('/forms/mini-ai-experience', lead);
    const checkpoint = () => makeCheckpoint(db, key, services.now());
    const expire = (months: number) =>
      kinds.events({ db, settings: { ...services.settings, audit_retention_months: months } }, services.now(), {});
    const numbers = async (query: string) => {
      const listed = (await (await pull(`/audit-events?${query}`, 'auditor')).json()) as {
        audit_events: { seq: number }[];
      };
      return listed.audit_events.map(({ seq }) => seq);
    };

    const { id } = (await (await inquire()).json()) as { id: string };
    for (let n = 0; n < 2; n++) await inquire();
    const lines = [await checkpoint()];
    advance(month_ms);
    await pull('/leads?view=clear');
    await readLeadDays(db, november);
    lines.push(await checkpoint());
    advance(35 * month_ms);
    await inquire();
    lines.push(await checkpoint());

    expect(await numbers('')).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(await expire(0)).toBe(0);
    expect(await expire(37)).toBe(0);
    expect(await expireAudit(db, monthsBefore(services.now(), 36), { dry_run: true })).toBe(5);
    expect(await numbers('')).toHaveLength(9);
    const both = await Promise.all([expire(36), expire(36)]);
    expect(both[0]! + both[1]!).toBe(5);

    expect(await numbers('')).toEqual([6, 7, 8, 9]);
    expect(await numbers(`lead_id=${id}`)).toEqual([7]);
    expect(await numbers('recorded_from=2026-11-01T00:00:00Z')).toEqual([6, 7, 8, 9]);
    const verify = () => verifyTrail(db, { now: services.now(), checkpoints: read(lines.join('\n')) });
    expect(await verify()).toEqual({ from_seq: 6, to_seq: 9, sealed_to: 8, seals: 3, checkpoints: 3 });
    // A time zone that was never counted finds the leads whose events are gone.
    for (const time_zone of ['Asia/Shanghai', 'Europe/Berlin'])
      expect(await readLeadDays(db, { ...november, time_zone })).toMatchObject([{ received: 3 }]);

    await takeOffGuards(db, engine);
    await db.insertInto('audit_subjects').values({ seq: 2, lead_id: id }).execute();
    expect(await verify()).toEqual({ found: 'inserted', what: 'subject', from_seq: 2, to_seq: 2 });
    await db
      .insertInto('audit_events')
      .values({ seq: 2, recorded_at: noon.toISOString(), actor: 'x', role: 'sales', action: 'lead.revealed' })
      .execute();
    expect(await verify()).toEqual({ found: 'inserted', what: 'event', from_seq: 2, to_seq: 2 });
    await close();
  },
);

it('a checkpoint is written to the log once a day, at any level, and verifies with the public key alone', async () => {
  const { db, services, lines, advance } = await startPublished({ LOG_LEVEL: 'error' });
  await runDueJobs(services);
  await runDueJobs(services);
  advance(86_400_000);
  await runDueJobs(services);
  const log = lines.join('');
  expect(log.match(/audit_checkpoint/g)).toHaveLength(2);
  const checkpoints = read(log, createCheckpointKey(services.settings.signing_key.at(-1)!));
  expect(await verifyTrail(db, { now: services.now(), checkpoints })).toMatchObject({ checkpoints: 2 });
  await db.destroy();
});

it('an instant is moved by calendar months, to the last day of a shorter one', () => {
  const before = (instant: string, months: number) => monthsBefore(new Date(instant), months).toISOString();
  expect(before('2026-11-23T04:00:00.000Z', 36)).toBe('2023-11-23T04:00:00.000Z');
  expect(before('2027-03-31T00:00:00.000Z', 37)).toBe('2024-02-29T00:00:00.000Z');
  expect(before('2026-01-15T00:00:00.000Z', 1)).toBe('2025-12-15T00:00:00.000Z');
});
