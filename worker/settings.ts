import { least_months } from '../db/audit/expire.ts';
import * as forms from './settings/forms.ts';
import * as views from './settings/views.ts';
import { forms as form_names } from './shared/fields.ts';

export type Host = 'node' | 'workers';
export type Environment = Record<string, string | undefined>;

/** What settings are about, in the order in which people are shown them. */
export const setting_groups = [
  'website',
  'company',
  'keys',
  'server',
  'limits',
  'periods',
  'backups',
  'notices',
  'accounts',
  'hours',
  'logs',
] as const;
export type SettingGroup = (typeof setting_groups)[number];

interface Setting {
  form: forms.Form<unknown>;
  group: SettingGroup;
  /** What may be shown of it. Without a view it is a secret, of which people learn only whether it is set. */
  view?: (text: string) => views.View;
  /** The text that is read where nothing is set: for every host, or for those that are named. */
  default?: string | Partial<Record<Host, string>>;
  /** The host that reads it; both do when absent. */
  host?: Host;
  required?: 'in production' | 'always';
  /** Its meaning, in one or more sentences. */
  sentence: string;
}

/** Months for which the leads of a form are kept where nothing is said of it. */
const usual_lead_months = 24;

/** Every setting of a deployment. `docs/settings.md` is written from this table. */
export const settings_table = {
  PUBLIC_URL: {
    form: forms.origin,
    group: 'website',
    view: views.asWritten,
    required: 'in production',
    sentence: "The product's own address, https in production. In development it is `http://HOST:PORT`.",
  },
  SITE_ORIGINS: {
    form: forms.origins,
    group: 'website',
    view: views.asWritten,
    default: '',
    required: 'in production',
    sentence: 'The websites that may post and embed, separated by commas. The own address always may.',
  },
  DATA_REGION: {
    form: forms.region,
    group: 'company',
    view: views.asWritten,
    required: 'in production',
    sentence:
      'ISO 3166 code of where the database stands, shown in the console. Workers refuse `CN`, since D1 stores nothing there.',
  },
  ENCRYPTION_KEYS: {
    form: forms.namedKeys,
    group: 'keys',
    view: views.keyIds,
    required: 'always',
    sentence:
      'Keys that seal the leads, `id:base64` of 32 bytes, separated by commas. The last one encrypts, all decrypt; `keys rotate` turns one into the next.',
  },
  INDEX_KEY: {
    form: forms.keyList,
    group: 'keys',
    view: views.keyCount,
    required: 'always',
    sentence:
      'Key of the index by phone and e-mail: 32 bytes in base64, as `openssl rand -base64 32` prints. While it is turned, several, separated by commas: the last one makes the index, all find.',
  },
  SIGNING_KEY: {
    form: forms.keyList,
    group: 'keys',
    view: views.keyCount,
    required: 'always',
    sentence:
      'Key that signs receipt codes and bot checks: 32 bytes in base64. While it is turned, several, separated by commas: the last one signs, all are believed. No two keys may be the same.',
  },
  CONTROLLER_NAME: {
    form: forms.line(100),
    group: 'company',
    view: views.asWritten,
    default: 'lead-consent',
    required: 'in production',
    sentence: 'The company that answers for the personal data, as pages show it.',
  },
  CONTROLLER_CONTACT: {
    form: forms.line(200),
    group: 'company',
    view: views.asWritten,
    required: 'in production',
    sentence: 'Whom people ask about their data: an e-mail address, a telephone number, an https address, or words.',
  },
  ICP_NUMBER: {
    form: forms.icpNumber,
    group: 'company',
    view: views.asWritten,
    sentence: "The website's ICP filing number, which the foot of every page then shows with its link.",
  },
  PSB_NUMBER: {
    form: forms.psbNumber,
    group: 'company',
    view: views.asWritten,
    sentence: 'The same for its public-security filing number.',
  },
  DATABASE_URL: {
    form: forms.databaseAddress,
    group: 'server',
    view: views.bareAddress,
    default: 'file:data/leads.db',
    host: 'node',
    sentence:
      '`file:PATH` (SQLite) or `postgres://…`, with up to five hosts as libpq has them. Workers use the D1 binding `DB`.',
  },
  DATABASE_READ_URL: {
    form: forms.postgresAddress,
    group: 'server',
    view: views.bareAddress,
    host: 'node',
    sentence: 'PostgreSQL: a standby on which lists and exports are read while it keeps up.',
  },
  PORT: {
    form: forms.whole(0, 65_535),
    group: 'server',
    view: views.asWritten,
    default: '8787',
    host: 'node',
    sentence: 'The port to listen on. 0 takes any that is free.',
  },
  HOST: {
    form: forms.hostName,
    group: 'server',
    view: views.asWritten,
    default: '127.0.0.1',
    host: 'node',
    sentence: 'The address to listen on. Put a proxy that speaks TLS before it.',
  },
  KEEP_ALIVE_SECONDS: {
    form: forms.whole(1, 3600),
    group: 'server',
    view: views.asWritten,
    default: '75',
    host: 'node',
    sentence:
      'How long an idle connection stays open: longer than your proxy keeps its own, else the proxy answers 502 now and then.',
  },
  CONNECTIONS: {
    form: forms.whole(1, 1e6),
    group: 'server',
    view: views.asWritten,
    default: '10000',
    host: 'node',
    sentence: 'Connections that are open at once. One more is closed at once.',
  },
  DRAIN_SECONDS: {
    form: forms.whole(0, 600),
    group: 'server',
    view: views.asWritten,
    default: '2',
    host: 'node',
    sentence:
      'After SIGTERM `/health` answers 503 at once, and the server goes on for this long before it stops to listen: time for a balancer to look elsewhere.',
  },
  CLIENT_IP_HEADER: {
    form: forms.headerName,
    group: 'server',
    view: views.asWritten,
    default: { workers: 'cf-connecting-ip' },
    sentence:
      "The header in which your proxy writes the visitor's address; of a list, the last entry counts. Without it, the address of the connection counts: behind a proxy all visitors are then one.",
  },
  COOKIE_DOMAIN: {
    form: forms.cookieDomain,
    group: 'website',
    view: views.asWritten,
    sentence:
      "Domain of the consent cookie: the site's registrable domain. Without it the website cannot read what the server sets, where website and host are different subdomains.",
  },
  BOT_CHECK: {
    form: forms.onOrOff,
    group: 'limits',
    view: views.asWritten,
    default: 'on',
    sentence: '`off` takes posts without a bot check: for load tests and private networks.',
  },
  FORM_LIMIT_PER_MINUTE: {
    form: forms.whole(0, 1e6),
    group: 'limits',
    view: views.asWritten,
    default: '10',
    sentence:
      'Posts to one form from one address (IPv6: one /64), that many at once and then evenly; withdrawals have a bucket of the same size. 0 = no limit. On Workers it must be the figure of the binding in `wrangler.toml`.',
  },
  REFUSED_LIMIT_PER_MINUTE: {
    form: forms.whole(0, 1e6),
    group: 'limits',
    view: views.asWritten,
    default: '120',
    sentence:
      'Requests to the public paths that one address may have refused (4xx). Beyond it the address gets 429 there for whatever it asks. 0 = no limit.',
  },
  CONSENT_LIMIT_PER_MINUTE: {
    form: forms.whole(0, 1e6),
    group: 'limits',
    view: views.asWritten,
    default: '60',
    sentence: 'The same for cookie choices, and for reading what a visitor chose.',
  },
  FORM_QUOTA_PER_MINUTE: {
    form: forms.whole(0, 1e9),
    group: 'limits',
    view: views.asWritten,
    default: { node: '0', workers: '600' },
    sentence: 'Leads that one form takes in a clock minute, all addresses together. 0 = no quota.',
  },
  CONSENT_QUOTA_PER_MINUTE: {
    form: forms.whole(0, 1e9),
    group: 'limits',
    view: views.asWritten,
    default: '6000',
    sentence:
      'Cookie choices that are stored in a clock minute, all addresses together. Beyond it a choice holds in the browser and is sent later. 0 = no quota.',
  },
  LEAD_RETENTION_MONTHS: {
    form: forms.monthsBy(form_names, usual_lead_months),
    group: 'periods',
    view: views.asWritten,
    default: String(usual_lead_months),
    sentence:
      'How long a lead is kept after the last contact: its receipt, or the last change of its status. `mini-ai-experience:12,ecological-cooperation:24` says it for each form; one that is not named has 24. The publication of a policy fixes it for that version, unless the policy names its own (`retention_months`); a shorter period set later counts for earlier leads too.',
  },
  CONSENT_RETENTION_MONTHS: {
    form: forms.whole(1, 1200),
    group: 'periods',
    view: views.asWritten,
    default: '36',
    sentence: 'How long a cookie choice is kept after it expired, which is 182 days after it was made.',
  },
  AUDIT_RETENTION_MONTHS: {
    form: forms.wholeOrNone(least_months, 1200),
    group: 'periods',
    view: views.asWritten,
    default: '0',
    sentence: `How long an audit event is kept, at least ${least_months} months. 0 = for good.`,
  },
  BACKUP_DIR: {
    form: forms.line(1000),
    group: 'backups',
    view: views.asWritten,
    host: 'node',
    sentence:
      'A folder for backups, on another disk than the database and on storage that keeps no old versions of files: the server then makes them by itself and tries each. The same storage for all servers, or set on one only.',
  },
  BACKUP_EVERY_HOURS: {
    form: forms.whole(1, 8760),
    group: 'backups',
    view: views.asWritten,
    default: '24',
    host: 'node',
    sentence: 'How often a backup is made, counted from 00:00 UTC of 1 January 1970.',
  },
  BACKUPS_KEPT: {
    form: forms.whole(1, 10_000),
    group: 'backups',
    view: views.asWritten,
    default: '7',
    host: 'node',
    sentence: 'How many backups are kept. The server removes older ones after each that has passed its trial.',
  },
  OUTBOUND_HOSTS: {
    form: forms.hosts,
    group: 'notices',
    view: views.asWritten,
    default: '',
    sentence:
      'The hosts that channels may call, separated by commas; all others are refused. Those of robots are `open.feishu.cn`, `oapi.dingtalk.com` and `qyapi.weixin.qq.com`. A name that leads to a private or loopback address is refused unless the address is listed too. On Workers only names can be checked.',
  },
  SMTP_URL: {
    form: forms.mailServer,
    group: 'notices',
    view: views.bareAddress,
    host: 'node',
    sentence:
      'The server that e-mail goes out by, to staff and to people in the database: `smtps://user:password@smtp.example.com`, with `:465` unless another port stands there. `smtp://` (25) leads only to loopback and private addresses. Its host counts as listed in `OUTBOUND_HOSTS`.',
  },
  MAIL_FROM: {
    form: forms.mailbox,
    group: 'notices',
    view: views.asWritten,
    host: 'node',
    sentence: 'The sender of e-mail: `name@example.com` or `Name <name@example.com>`. Required with `SMTP_URL`.',
  },
  OIDC_ISSUER: {
    form: forms.issuer,
    group: 'accounts',
    view: views.asWritten,
    sentence:
      "The provider of the company's accounts (OpenID Connect), as it names itself in what it signs: staff then sign in to the console with those accounts. The five settings `OIDC_…` come together; [Sign-in](sign-in.md) says what to tell the provider. Its host counts as listed in `OUTBOUND_HOSTS`.",
  },
  OIDC_CLIENT_ID: {
    form: forms.line(500),
    group: 'accounts',
    view: views.asWritten,
    sentence: 'The id under which the provider knows the console.',
  },
  OIDC_CLIENT_SECRET: {
    form: forms.line(1_000),
    group: 'accounts',
    sentence: 'The secret that goes with it.',
  },
  OIDC_ROLE_CLAIM: {
    form: forms.line(200),
    group: 'accounts',
    view: views.asWritten,
    sentence:
      'The claim that says what people may do: its name, such as `groups`, or the way to it, such as `realm_access.roles`.',
  },
  OIDC_ROLES: {
    form: forms.rolesByValue,
    group: 'accounts',
    view: views.asWritten,
    sentence:
      'The role for each value of that claim: `sales-team:sales,dpo:privacy_officer`. Whoever has several gets the first one; whoever has none is not let in.',
  },
  WIDGET_STALE_HOURS: {
    form: forms.whole(0, 8760),
    group: 'website',
    view: views.asWritten,
    default: '24',
    sentence:
      'How long a browser may use its copy of the widget while it fetches a new one. 0 = it always asks first. A significant policy version should be published that much ahead.',
  },
  TIME_ZONE: {
    form: forms.timeZone,
    group: 'hours',
    view: views.asWritten,
    default: 'Asia/Shanghai',
    sentence: 'Where the days of charts and figures begin.',
  },
  WORKING_HOURS: {
    form: forms.workingHours,
    group: 'hours',
    view: views.asWritten,
    default: '09:00-18:00',
    sentence: 'The hours of working days, by the clock of `TIME_ZONE`, in which a lead waits.',
  },
  METRICS_TOKEN: {
    form: forms.bearer,
    group: 'logs',
    sentence:
      'Who presents it as a bearer token reads `GET /metrics` and the figures of `/health?full`. Make it with `openssl rand -hex 32`. Without it both are off and nothing is counted.',
  },
  LOG_LEVEL: {
    form: forms.logLevel,
    group: 'logs',
    view: views.asWritten,
    default: 'info',
    sentence: '`debug`, `info`, `warn` or `error`: JSON lines on stdout, without personal data.',
  },
  LOG_DIR: {
    form: forms.line(1_000),
    group: 'logs',
    view: views.asWritten,
    host: 'node',
    sentence:
      'A folder for the same lines, a file for each day (UTC) and server. Servers may share it. Without it, production warns.',
  },
  LOG_RETENTION_MONTHS: {
    form: forms.whole(6, 13),
    group: 'logs',
    view: views.asWritten,
    default: '6',
    host: 'node',
    sentence: 'Calendar months for which those files are kept: at least 6, at most 13.',
  },
} satisfies Record<string, Setting>;

/** The settings that come together or not at all. */
const oidc_settings = Object.keys(settings_table).filter(name => name.startsWith('OIDC_'));

type Table = typeof settings_table;
export type SettingName = keyof Table;

/** A setting as it is in force, without anything secret. */
export interface SettingInForce extends views.View {
  name: SettingName;
  group: SettingGroup;
  /** Whether anything is read: its own text, or the default. */
  isSet: boolean;
  isDefault: boolean;
  /** Whether this host reads it. */
  isRead: boolean;
  /** What it is for, as the table says it. */
  sentence: string;
}

type Always = { default: string | Record<Host, string> } | { required: 'always' };
type ValueOf<Row> = Row extends { form: forms.Form<infer T> } ? (Row extends Always ? T : T | undefined) : never;

/** The deployment's settings, read once at the start, by name in lower case; undefined where none is set. */
export type Settings = { production: boolean; in_force: SettingInForce[] } & {
  [Name in keyof Table as Lowercase<Name>]: ValueOf<Table[Name]>;
};

/**
 * Reads the settings from environment variables (Node) or vars and secrets (Workers).
 *
 * @returns The settings, or every mistake at once, one line each that says what to do. No line repeats a value.
 */
export function readSettings(environment: Environment, host: Host): { settings: Settings } | { mistakes: string[] } {
  const { settings, mistakes } = readAsFar(environment, host);
  if (mistakes.length > 0) return { mistakes };
  return { settings: { ...settings, in_force: listInForce(environment, host) } };
}

/**
 * Reads the settings as far as they can be read, for who looks at a deployment before its start.
 *
 * @returns The settings, undefined those that are wrong or missing, and every mistake.
 */
export function readAsFar(environment: Environment, host: Host) {
  const { settings, mistakes } = readSome(environment, host, Object.keys(settings_table) as (keyof Table)[]);
  mistakes.push(...findContradictions(settings, host));
  const { outbound_hosts = [], smtp_url, oidc_issuer } = settings;
  if (smtp_url && !environment.MAIL_FROM) mistakes.push('MAIL_FROM: missing, and required with SMTP_URL');
  const missing = oidc_settings.filter(name => !environment[name]?.trim());
  if (missing.length < oidc_settings.length)
    mistakes.push(...missing.map(name => `${name}: missing, and required with the other settings OIDC_…`));
  const called = [smtp_url?.host, oidc_issuer?.hostname].filter(host => host !== undefined);
  settings.outbound_hosts = [...new Set([...outbound_hosts, ...called])];
  return { settings, mistakes };
}

/**
 * Reads some settings on their own, for a command that needs no others.
 *
 * @returns The settings as far as they can be read, and every mistake.
 */
export function readSome<Name extends keyof Table>(environment: Environment, host: Host, names: Name[]) {
  const production =
    host === 'workers' ? environment.NODE_ENV !== 'development' : environment.NODE_ENV === 'production';
  const settings: Record<string, unknown> = { production };
  const mistakes: string[] = [];
  for (const name of names) {
    const row: Setting = settings_table[name];
    const isRead = !row.host || row.host === host;
    const written = (isRead && environment[name]?.trim()) || undefined;
    if (!written && (row.required === 'always' || (row.required && production)))
      mistakes.push(`${name}: missing, and required${production ? ' in production' : ''}. ${row.sentence}`);
    const text = written ?? defaultOf(row, host);
    const value = text === undefined ? undefined : row.form.read(text);
    if (text !== undefined && value === undefined) mistakes.push(`${name}: expected ${row.form.expected}`);
    settings[name.toLowerCase()] = value;
  }
  return { settings: settings as Pick<Settings, 'production' | Lowercase<Name>>, mistakes };
}

/** Lists what may be shown of every setting of the table. */
function listInForce(environment: Environment, host: Host): SettingInForce[] {
  const rows = Object.entries(settings_table) as [SettingName, Setting][];
  return rows.map(([name, row]) => {
    const isRead = !row.host || row.host === host;
    const usual = defaultOf(row, host);
    const text = isRead ? environment[name]?.trim() || usual : undefined;
    const about = { name, group: row.group, sentence: row.sentence, isRead };
    return { ...about, isSet: !!text, isDefault: !!text && text === usual, ...(text && row.view?.(text)) };
  });
}

/** Returns the text that is read on a host where nothing is set; undefined when there is none. */
export function defaultOf(row: Setting, host: Host): string | undefined {
  return typeof row.default === 'object' ? row.default[host] : row.default;
}

/** Finds values that are well formed by themselves, but wrong beside another one or on this host. */
function findContradictions(settings: Partial<Settings>, host: Host): string[] {
  const { production, public_url, data_region, encryption_keys = [], index_key = [], signing_key = [] } = settings;
  const mistakes: string[] = [];
  if (production && public_url?.startsWith('http:') && !isLoopback(public_url))
    mistakes.push('PUBLIC_URL: expected https:// in production, since personal data is posted to it');
  if (host === 'workers' && /^CN\b/.test(data_region ?? ''))
    mistakes.push('DATA_REGION: D1 stores nothing in CN: run the Node server there instead');
  if (settings.database_read_url && settings.database_url?.startsWith('file:'))
    mistakes.push('DATABASE_READ_URL: a file has no standby; leave it out, or name PostgreSQL in DATABASE_URL');
  const all = [...encryption_keys.map(({ key }) => key), ...index_key, ...signing_key];
  if (new Set(all.map(key => key.toString('hex'))).size < all.length)
    mistakes.push('ENCRYPTION_KEYS, INDEX_KEY, SIGNING_KEY: two of them are the same key; make each its own');
  return mistakes;
}

/** Returns the address at which a server is reached that is told no `PUBLIC_URL`, as in development. */
export function localAddress(host: string, port: number): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Returns whether an origin is this machine itself, where browsers treat plain http as secure. */
export function isLoopback(origin: string): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\])$/.test(new URL(origin).hostname);
}
