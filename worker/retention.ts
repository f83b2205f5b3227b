import { expireAudit } from '../db/audit/expire.ts';
import { Stopped } from '../db/background.ts';
import { expireConsents } from '../db/consents/expire.ts';
import type { Database } from '../db/database.ts';
import { monthsBefore } from '../db/days.ts';
import { expireLeads, type RunOptions } from '../db/leads/expire.ts';
import { tallyLeads } from '../db/leads/figures/stats.ts';
import { forgetExpired } from '../db/once/forget.ts';
import { forgetHolders } from '../db/staff/expire.ts';
import { forgetOldSessions } from '../db/staff/sessions.ts';
import type { Settings } from './settings.ts';

/** The settings that say how long things are kept. */
export const retention_settings = [
  'LEAD_RETENTION_MONTHS',
  'CONSENT_RETENTION_MONTHS',
  'AUDIT_RETENTION_MONTHS',
  'TIME_ZONE',
] as const;

/** What retention needs. */
export interface Retained {
  db: Database;
  settings: Pick<Settings, Lowercase<(typeof retention_settings)[number]>>;
}

type Expire = (retained: Retained, now: Date, options: RunOptions) => Promise<number>;

/** The kinds of data that are kept for a period, and what ends each. Those on which most others depend come first. */
export const kinds = {
  keys_and_proofs: ({ db }, now, options) => forgetExpired(db, now, options),
  sessions: ({ db }, now, options) => forgetOldSessions(db, now, options),
  leads: ({ db, settings }, now, options) => expireLeads(db, settings.lead_retention_months, now, options),
  choices: ({ db, settings }, now, options) => {
    const period = { months: settings.consent_retention_months, time_zone: settings.time_zone };
    return expireConsents(db, period, now, options);
  },
  async requests({ db }, now, options) {
    const { expireRequests } = await import('../db/requests/expire.ts');
    return expireRequests(db, now, options);
  },
  holders: ({ db }, now, options) => forgetHolders(db, now, options),
  async events({ db, settings }, now, options) {
    const months = settings.audit_retention_months;
    if (months === 0) return 0;
    // The figures by day are counted from the trail.
    if (!options.dry_run) await tallyLeads(db, settings.time_zone);
    return expireAudit(db, monthsBefore(now, months), options);
  },
} satisfies Record<string, Expire>;

/**
 * Ends what is past its period, kind by kind. Safe to run at any time, on several servers at once, and to kill.
 *
 * @returns How much of each kind has gone; with `dry_run`, how much would go.
 * @throws The first error of a kind, after the other kinds have run.
 */
export async function expireAll(retained: Retained, now: Date, options: RunOptions = {}) {
  const figures: Record<string, number> = {};
  const errors: unknown[] = [];
  for (const [kind, expire] of Object.entries(kinds))
    try {
      figures[kind] = await expire(retained, now, options);
    } catch (error) {
      if (error instanceof Stopped) throw error;
      errors.push(error);
    }
  if (errors.length > 0) throw errors[0];
  return figures;
}
