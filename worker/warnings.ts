import { isReplicated } from '../db/health.ts';
import { back_up_job, failure_mark, findJob } from '../db/jobs.ts';
import { currentPolicy, listPolicies } from '../db/policies.ts';
import type { Services, Warning } from './context.ts';

/** What a warning is found out from. */
type Known = Pick<Services, 'db' | 'now' | 'settings' | 'hostWarnings'>;

/** A backup is overdue when it is so much later than it should be. */
const overdue_factor = 1.1;
const hour_ms = 3_600_000;

/** Lists what is amiss, with the service and with the host. */
export async function listWarnings(known: Known): Promise<Warning[]> {
  const host = known.hostWarnings?.() ?? [];
  return [
    ...(await findPolicyWarning(known)),
    ...host,
    ...(await findBackupWarnings(known)),
    ...(await findChannelWarning(known)),
    ...(await findStandbyWarning(known)),
  ];
}

/** Without a policy in force there is no banner, and no form takes anything. */
async function findPolicyWarning({ db, now }: Known): Promise<Warning[]> {
  return currentPolicy(await listPolicies(db), now()) ? [] : ['no-policy'];
}

async function findChannelWarning({ db, now }: Known): Promise<Warning[]> {
  const { listFailing } = await import('../db/notices/channels.ts');
  return (await listFailing(db, now())).length > 0 ? ['channel-failing'] : [];
}

/** Several servers in the address say that one stands by. */
async function findStandbyWarning({ db, settings }: Known): Promise<Warning[]> {
  if (!isStandbyExpected(settings)) return [];
  return (await isReplicated(db)) ? [] : ['standby-not-synchronous'];
}

function isStandbyExpected({ database_url = '', database_read_url }: Known['settings']): boolean {
  return database_read_url !== undefined || /^postgres(ql)?:\/\/[^/?]*,/.test(database_url);
}

async function findBackupWarnings({ db, now, settings }: Known): Promise<Warning[]> {
  if (!settings.backup_dir) return [];
  const job = await findJob(db, back_up_job);
  const warnings: Warning[] = [];
  if (job?.result?.startsWith(failure_mark)) warnings.push('backup-failed');
  const latest = job?.last_success_at;
  const longest_ms = settings.backup_every_hours * hour_ms * overdue_factor;
  if (latest && now().getTime() - Date.parse(latest) > longest_ms) warnings.push('backup-overdue');
  return warnings;
}

const hints: Record<Warning, string> = {
  'no-policy':
    'No policy is in force: there is no banner, and no form takes anything. Publish one: ops policy publish.',
  'no-log-dir':
    'LOG_DIR is not set: nothing here keeps the log, and a policy that states for how long logs are kept is not true by itself.',
  'log-dir-unwritable':
    'The files in LOG_DIR cannot be written: the log stands on stdout only. Look at its room and rights.',
  'no-backup-dir':
    'BACKUP_DIR is not set: nothing here makes backups, and a policy that promises them is not true by itself.',
  'database-tls-unverified':
    'DATABASE_URL names a server elsewhere, and its certificate is not checked: add sslmode=verify-full.',
  'backup-failed': 'The latest backup failed, or did not pass its trial: `job_failed` in the log says why.',
  'channel-failing':
    'The receiver of a channel has taken nothing for a day, or has switched it off: see channel list, or Notices in the console.',
  'standby-not-synchronous':
    'What is stored is on one PostgreSQL server alone: if it is lost, so are the latest leads. See synchronous_standby_names and pg_stat_replication.',
  'backup-overdue': 'The latest backup is older than BACKUP_EVERY_HOURS allows: does a server with BACKUP_DIR run?',
};

/** Logs each warning, with what to do about it. */
export async function logWarnings(services: Services): Promise<void> {
  for (const warning of await listWarnings(services))
    services.log('warn', 'warning', { warning, hint: hints[warning] });
}
