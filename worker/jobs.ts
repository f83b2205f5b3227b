import { makeCheckpoint } from '../db/audit/checkpoint.ts';
import { sealTrail } from '../db/audit/seal.ts';
import { tallyConsents } from '../db/consents/stats.ts';
import type { noteFailure } from '../db/jobs.ts';
import { tallyLeads } from '../db/leads/figures/stats.ts';
import { reindexLeads } from '../db/leads/reindex.ts';
import { forgetDeliveries } from '../db/notices/deliveries.ts';
import { forgetMails } from '../db/notices/mails.ts';
import { listChanges } from '../db/policies/force.ts';
import { listPolicies } from '../db/policies/read.ts';
import { createCheckpointKey } from '../db/vault/checkpoint-key.ts';
import { index_rule } from '../db/vault/vault.ts';
import type { Services } from './context.ts';
import { canMail } from './egress/mail.ts';
import { expireAll } from './retention.ts';
import { normalizePhone } from './shared/phone.ts';

/** A recurring job. Every job is safe to run twice, also at the same time, and to kill. */
export interface Job {
  name: string;
  /** Period in which one server runs the job once, counted from 1970: an hour of the clock, say. */
  every_ms: number;
  /** How often a host looks whether it is due, where that is not each minute: a job that fails is tried again then. */
  poll_ms?: number;
  /** Returns whether what it makes is not there. Then it is due, although it succeeded in its period. */
  isMissing?(now: Date): Promise<boolean>;
  /** Whether a server that ends runs it once more, because what it would do soon must not wait for a next start. */
  at_end?: true;
  /** Returns what is written in the unit that notes a failure, where the run before did not fail too. */
  tellFailure?(services: Services): Parameters<typeof noteFailure>[3];
  /** Does the work and returns its figures. */
  run(services: Services, now: Date): Promise<Record<string, number>>;
}

const minute_ms = 60_000;
const hour_ms = 60 * minute_ms;
const day_ms = 24 * hour_ms;

/** Days for which a delivery that is sent or dead is listed. */
const deliveries_kept_days = 30;

/** Time after which a long job ends, so that it does before its lease. What is left is done in the next run. */
const longest_ms = 4 * minute_ms;

/** The recurring jobs of the whole service. Node's timers and the one cron trigger of Workers read this list. */
export const jobs: Job[] = [
  {
    name: 'count_days',
    every_ms: minute_ms,
    async run({ db, settings }, now) {
      const { tallyOutcomes } = await import('../db/leads/figures/outcome-tally.ts');
      const { forgetOutcomes } = await import('../db/leads/figures/outcome-rows.ts');
      const consents = await tallyConsents(db, settings.time_zone, now);
      const leads = await tallyLeads(db, settings.time_zone);
      const outcomes = await tallyOutcomes(db, settings.time_zone);
      await forgetOutcomes(db, settings.time_zone, now);
      return { steps: consents + leads + outcomes };
    },
  },
  {
    // Node looks more often by itself (node/outbox.ts); Workers look after each request that has written something too.
    name: 'send_deliveries',
    every_ms: minute_ms,
    run: async services => {
      // Because the next run begins after this one, a slow receiver would else keep others from what is due to them.
      const attempts = await (await import('./notices/send.ts')).sendDue(services, minute_ms - 15_000);
      return {
        attempts,
        mails: canMail(services) ? await (await import('./notices/mails.ts')).sendMails(services) : 0,
      };
    },
  },
  {
    name: 'tell_due',
    every_ms: minute_ms,
    run: async ({ db, settings: { working_hours: hours, time_zone } }, now) => ({
      ...(await (await import('../db/notices/due.ts')).tellDue(db, { hours, time_zone }, now)),
    }),
  },
  {
    name: 'mail_changes',
    every_ms: minute_ms,
    async run(services, now) {
      if (!canMail(services)) return { mails: 0 };
      const { queueChanges } = await import('../db/notices/mailings.ts');
      const mayGoOn = () => isInTime(services, now);
      const mails = await queueChanges(services.db, listChanges(await listPolicies(services.db)), now, mayGoOn);
      if (mails > 0) services.notify?.();
      return { mails };
    },
  },
  {
    name: 'forget_deliveries',
    every_ms: day_ms,
    run: async ({ db }, now) => ({
      deliveries: await forgetDeliveries(db, new Date(now.getTime() - deliveries_kept_days * day_ms)),
      mails: await forgetMails(db, new Date(now.getTime() - deliveries_kept_days * day_ms)),
    }),
  },
  {
    name: 'expire',
    every_ms: hour_ms,
    run: (services, now) => expireAll(services, now, { mayGoOn: () => isInTime(services, now) }),
  },
  {
    name: 'end_requests',
    every_ms: hour_ms,
    async run({ db, notify }, now) {
      const { endUnverified, remindOfDue } = await import('../db/requests/expire.ts');
      const expired = await endUnverified(db, now);
      const reminded = await remindOfDue(db, now);
      if (reminded > 0) notify?.();
      return { expired, reminded };
    },
  },
  {
    // Because a look at the job may come late, half a minute seals every event within one.
    name: 'seal_audit',
    every_ms: minute_ms / 2,
    run: async ({ db }, now) => ({ events: await sealTrail(db, now) }),
  },
  {
    name: 'checkpoint_audit',
    every_ms: day_ms,
    async run({ db, log, settings }, now) {
      const line = await makeCheckpoint(db, createCheckpointKey(settings.signing_key.at(-1)!), now);
      if (line) log('notice', 'audit_checkpoint', { line });
      return { checkpoints: line ? 1 : 0 };
    },
  },
  {
    name: 'check_promises',
    every_ms: hour_ms,
    run: async services => (await import('./compliance/pages.ts')).checkPromises(services),
  },
  {
    // Because the rule stands in the name, a new one is applied at the first start that knows it.
    name: `reindex_leads_${index_rule}`,
    every_ms: day_ms,
    async run(services) {
      const { renewed, unopened } = await reindexLeads(services, phone => normalizePhone(phone) ?? phone);
      return { leads: renewed, unreadable: unopened.length };
    },
  },
];

/** Returns whether a run that began at an instant may go on. When the clock was set back, nobody knows; it then ends. */
function isInTime({ now }: Services, began: Date): boolean {
  return Math.abs(now().getTime() - began.getTime()) < longest_ms;
}
