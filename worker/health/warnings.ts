import { isReplicated } from '../../db/health.ts';
import { back_up_job, failure_mark, findJob } from '../../db/jobs.ts';
import { currentPolicy } from '../../db/policies/force.ts';
import { listPolicies } from '../../db/policies/read.ts';
import type { Services, Warning } from '../context.ts';
import type { Settings } from '../settings.ts';

/** The services that a warning is found out from. */
type Known = Pick<Services, 'db' | 'now' | 'settings' | 'hostWarnings' | 'host_jobs' | 'running_since'>;

/** A backup is overdue when it is so much later than it should be. */
const overdue_factor = 1.1;
const hour_ms = 3_600_000;

/** Lists what is amiss, with the service and with the host. */
export async function listWarnings(known: Known): Promise<Warning[]> {
  const host = (await known.hostWarnings?.()) ?? [];
  return [
    ...(await findPolicyWarning(known)),
    ...host,
    ...(await findBackupWarnings(known)),
    ...(await findChannelWarning(known)),
    ...(await findStandbyWarning(known)),
    ...(await findJobWarning(known)),
  ];
}

/** Without a policy in force there is no banner, and no form takes anything. */
async function findPolicyWarning({ db, now }: Known): Promise<Warning[]> {
  return currentPolicy(await listPolicies(db), now()) ? [] : ['no-policy'];
}

async function findChannelWarning({ db, now }: Known): Promise<Warning[]> {
  const { listFailing } = await import('../../db/notices/channels.ts');
  return (await listFailing(db, now())).length > 0 ? ['channel-failing'] : [];
}

async function findStandbyWarning({ db, settings }: Known): Promise<Warning[]> {
  if (!isStandbyExpected(settings)) return [];
  return (await isReplicated(db)) ? [] : ['standby-not-synchronous'];
}

/** Several servers in the address say that one stands by, and so does an address to read from. */
export function isStandbyExpected({
  database_url = '',
  database_read_url,
}: Partial<Pick<Settings, 'database_url' | 'database_read_url'>>): boolean {
  return database_read_url !== undefined || /^postgres(ql)?:\/\/[^/?]*,/.test(database_url);
}

async function findJobWarning(known: Known): Promise<Warning[]> {
  const { isAnyFailing } = await import('./late-jobs.ts');
  return (await isAnyFailing(known)) ? ['job-failing'] : [];
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

/** Logs each warning, with what to do about it. */
export async function logWarnings(services: Services): Promise<void> {
  const warnings = await listWarnings(services);
  if (warnings.length === 0) return;
  const { hints } = await import('./hints.ts');
  for (const warning of warnings) services.log('warn', 'warning', { warning, hint: hints.en[warning] });
}
