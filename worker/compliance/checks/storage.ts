import { firstActAt } from '../../../db/compliance/begin.ts';
import { back_up_job, failure_mark, findJob } from '../../../db/jobs.ts';
import { expireLeads } from '../../../db/leads/expire.ts';
import { broken, type Check, kept, unproven } from '../finding.ts';

const hour_ms = 3_600_000;
const day_ms = 24 * hour_ms;

/** A backup is late when it is so much older than it should be. */
const overdue_factor = 1.1;

/** Time that the hourly job has to erase what is due. */
const grace_ms = 2 * hour_ms;

/** A backup was made in time and passed its drill, which every backup that a server makes ends with. */
export const P5: Check = async ({ services: { db, settings, files }, now }) => {
  const { backup_dir, backup_every_hours } = settings;
  const job = await findJob(db, back_up_job);
  const last = job?.last_success_at;
  const age_ms = last ? now.getTime() - Date.parse(last) : Number.POSITIVE_INFINITY;
  if (last && age_ms <= backup_every_hours * hour_ms * overdue_factor) return kept('backup_drilled', { last });
  if (last) return broken('backup_late', { last, hours: backup_every_hours });
  if (job?.result?.startsWith(failure_mark)) return broken('backup_failed');
  if (backup_dir) return unproven('backup_awaited', { hours: backup_every_hours });
  return files ? broken('backup_unset') : unproven('backup_elsewhere');
};

/** The region of the data is declared. That it may be on this host is checked at the start. */
export const P6: Check = ({ services: { settings, files } }) => {
  const { data_region } = settings;
  if (!data_region) return broken('region_undeclared');
  return !files && /^CN\b/.test(data_region)
    ? broken('region_impossible', { region: data_region })
    : kept('region', { region: data_region });
};

/** No lead is here whose period was over two hours ago, unless a hold stands on it. */
export const P8: Check = async ({ services: { db, settings }, now, walk }) => {
  const overdue = await expireLeads(db, settings.lead_retention_months, new Date(now.getTime() - grace_ms), {
    dry_run: true,
  });
  if (overdue > 0) return broken('leads_overdue', { leads: overdue });
  const job = await findJob(db, 'expire');
  const begun = await firstActAt(db);
  const since = job?.last_success_at ?? begun;
  if (since && now.getTime() - Date.parse(since) > day_ms) return broken('retention_idle', { last: since });
  return kept('leads_in_time', { leads: walk.leads, last: job?.last_success_at ?? now.toISOString() });
};
