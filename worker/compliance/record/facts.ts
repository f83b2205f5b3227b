import { listChecks } from '../../../db/compliance/results.ts';
import type { Database } from '../../../db/database.ts';
import { listChannels } from '../../../db/notices/channels.ts';
import { currentPolicy } from '../../../db/policies/force.ts';
import { choice_holds_days, type PolicyDocument } from '../../../db/policies/policy.ts';
import { listFormTerms, listPolicies } from '../../../db/policies/read.ts';
import { listHolders } from '../../../db/staff/holders.ts';
import type { Settings } from '../../settings.ts';
import { type Form, forms } from '../../shared/fields.ts';

/** The settings that a record of processing is written from. None of them is a key; of SMTP_URL it holds the host alone. */
export const record_settings = [
  ...(['CONTROLLER_NAME', 'CONTROLLER_CONTACT', 'DATA_REGION', 'TIME_ZONE', 'OUTBOUND_HOSTS', 'SMTP_URL'] as const),
  ...(['LEAD_RETENTION_MONTHS', 'CONSENT_RETENTION_MONTHS', 'AUDIT_RETENTION_MONTHS'] as const),
  ...(['LOG_DIR', 'LOG_RETENTION_MONTHS', 'BACKUP_DIR', 'BACKUP_EVERY_HOURS', 'BACKUPS_KEPT'] as const),
] as const;

export type RecordSettings = Pick<Settings, Lowercase<(typeof record_settings)[number]>>;

/** The record states these facts of the processing: the settings, the policy and the channels in force. */
export interface RecordFacts {
  settings: RecordSettings;
  now: Date;
  policy: { version: string; effective_at: string; documents: PolicyDocument[] } | undefined;
  /** Months for which a form's leads are kept: the shorter of what the policy and the setting say. */
  months: Record<Form, number>;
  choice_days: number;
  channels: { kind: string; name: string; host: string; events: string[] }[];
  /** Tokens and accounts that are good now, by role. */
  roles: Record<string, number>;
  checks: { promise: string; state: string; checked_at: string }[];
}

/** Gathers what a record of processing says. */
export async function gatherFacts(db: Database, settings: RecordSettings, now: Date): Promise<RecordFacts> {
  const [policies, channels, holders, checks] = await Promise.all([
    listPolicies(db),
    listChannels(db),
    listHolders(db),
    listChecks(db),
  ]);
  const policy = currentPolicy(policies, now);
  const terms = policy ? await listFormTerms(db, policy.version) : [];
  const months = Object.fromEntries(
    forms.map(form => {
      const agreed = terms.filter(term => term.form === form).map(({ retention_months }) => retention_months);
      return [form, Math.min(...agreed, settings.lead_retention_months[form]!)];
    }),
  ) as Record<Form, number>;
  const roles: Record<string, number> = {};
  for (const { role, good_until } of holders) if (good_until > now.toISOString()) roles[role] = (roles[role] ?? 0) + 1;
  return {
    ...{ settings, now, policy, months, roles, checks, choice_days: choice_holds_days },
    channels: channels
      .filter(({ off_at }) => !off_at)
      .map(({ kind, name, address, events }) => ({ kind, name, host: hostOf(address), events })),
  };
}

/** Returns the host of an address. Because the rest of it may let whoever knows it send, it is in no paper. */
function hostOf(address: string): string {
  return URL.canParse(address) ? new URL(address).host : address;
}
