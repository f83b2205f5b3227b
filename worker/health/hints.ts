import type { Warning } from '../context.ts';
import type { Locale } from '../shared/locales.ts';

export type { Warning };

const en: Record<Warning, string> = {
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
  'standby-not-synchronous':
    'What is stored is on one PostgreSQL server alone: if it is lost, so are the latest leads. See synchronous_standby_names and pg_stat_replication.',
  'backup-failed': 'The latest backup failed, or did not pass its trial: `job_failed` in the log says why.',
  'channel-failing':
    'The receiver of a channel has taken nothing for a day, or has switched it off: see channel list, or Notices in the console.',
  'job-failing':
    'A job has failed, or has not succeeded for long: `job_failed` in the log says which, and the table `jobs` when each last worked.',
  'disk-nearly-full':
    'A disk of the database, the backups or the log has less room left than 2 GB and a tenth of it: make room before it is full.',
  'backup-overdue': 'The latest backup is older than BACKUP_EVERY_HOURS allows: does a server with BACKUP_DIR run?',
};

const zh_cn: Record<Warning, string> = {
  'no-policy':
    '没有生效的隐私政策：不显示 Cookie 横幅，表单也不接收任何内容。请在控制台“隐私政策”中或用命令 ops policy publish 发布。',
  'no-log-dir': '未设置 LOG_DIR：本服务不保存日志，政策中写明的日志保存期限不会自动实现。',
  'log-dir-unwritable': '无法写入 LOG_DIR 中的文件：日志仅输出到 stdout。请检查其空间和权限。',
  'no-backup-dir': '未设置 BACKUP_DIR：本服务不做备份，政策中承诺的备份不会自动实现。',
  'database-tls-unverified': 'DATABASE_URL 指向另一台服务器，但未验证其证书：请加上 sslmode=verify-full。',
  'standby-not-synchronous':
    '数据只存于一台 PostgreSQL 服务器：它若损坏，最新的线索也随之丢失。请查看 synchronous_standby_names 和 pg_stat_replication。',
  'backup-failed': '最近一次备份失败，或未通过试恢复：原因见日志中的 job_failed。',
  'channel-failing': '某个通知渠道的接收方已一整天未接收，或已被停用：请查看控制台“通知”，或运行 channel list。',
  'job-failing': '某项任务失败，或久未成功：日志中的 job_failed 写明是哪一项，数据表 jobs 写明各项最近何时成功。',
  'disk-nearly-full': '数据库、备份或日志所在磁盘的剩余空间少于 2 GB 且不足十分之一：请在写满之前腾出空间。',
  'backup-overdue': '最近一次备份早于 BACKUP_EVERY_HOURS 的要求：是否有设置了 BACKUP_DIR 的服务器在运行？',
};

/** What to do about each warning. The log has it in English. */
export const hints: Record<Locale, Record<Warning, string>> = { en, 'zh-CN': zh_cn };
