import type { Warning } from './context.ts';

/** What to do about each warning. */
export const hints: Record<Warning, string> = {
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
  'job-failing':
    'A job has failed, or has not succeeded for long: `job_failed` in the log says which, and the table `jobs` when each last worked.',
  'disk-nearly-full':
    'A disk of the database, the backups or the log has less room left than 2 GB and a tenth of it: make room before it is full.',
  'backup-overdue': 'The latest backup is older than BACKUP_EVERY_HOURS allows: does a server with BACKUP_DIR run?',
};
