import type { KeyEncryptionKey } from '../db/vault/vault.ts';

/** The deployment's settings, read once at the start. `DATABASE_URL` and `PORT` matter to Node alone. */
export interface Settings {
  production: boolean;
  port: number;
  host: string;
  /** Origin of the product itself, without a trailing slash; undefined until the address is known. */
  public_url: string | undefined;
  site_origins: string[];
  database_url: string;
  cookie_domain: string | undefined;
  client_ip_header: string | undefined;
  encryption_keys: KeyEncryptionKey[];
  index_key: Buffer;
  signing_key: Buffer;
  bot_check: boolean;
  form_limit_per_minute: number;
  consent_limit_per_minute: number;
  form_quota_per_minute: number;
  data_region: string | undefined;
  lead_retention_months: number;
  consent_retention_months: number;
  time_zone: string;
  log_level: LogLevel;
}

/** A file that lasts, or a PostgreSQL server; a database in memory would lose what was acknowledged. */
export const database_address = /^(file:(?!:memory:).+|postgres(ql)?:\/\/.+)$/;

export const log_levels = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof log_levels)[number];
export type Environment = Record<string, string | undefined>;
export type Host = 'node' | 'workers';

const required_in_production = ['PUBLIC_URL', 'SITE_ORIGINS', 'DATA_REGION'];
const keys = ['ENCRYPTION_KEYS', 'INDEX_KEY', 'SIGNING_KEY'];
const key_bytes = 32;

/**
 * Reads the settings from environment variables (Node) or vars and secrets (Workers).
 *
 * @returns The settings, or every mistake in one go, a line each that says what to do. No mistake repeats a value.
 */
export function readSettings(environment: Environment, host: Host): { settings: Settings } | { mistakes: string[] } {
  const mistakes: string[] = [];
  const production =
    host === 'workers' ? environment.NODE_ENV !== 'development' : environment.NODE_ENV === 'production';

  function read<T>(name: string, fallback: T, parse: (text: string) => T | undefined, expected: string): T {
    const text = environment[name]?.trim();
    if (!text) return fallback;
    const value = parse(text);
    if (value === undefined) mistakes.push(`${name}: expected ${expected}`);
    return value ?? fallback;
  }
  const text = (name: string, pattern: RegExp, expected: string) =>
    read<string | undefined>(name, undefined, value => (pattern.test(value) ? value : undefined), expected);
  const whole = (name: string, fallback: number, least: number, most: number) =>
    read(name, fallback, value => parseWhole(value, least, most), `a whole number from ${least} to ${most}`);
  const key = (name: string) => read(name, Buffer.alloc(0), parseKey, `${key_bytes} bytes in base64`);

  for (const name of [...(production ? required_in_production : []), ...keys]) {
    if (!environment[name]?.trim())
      mistakes.push(`${name}: missing, and required${production ? ' in production' : ''}`);
  }
  const settings: Settings = {
    production,
    port: whole('PORT', 8787, 0, 65_535),
    host: text('HOST', /^[A-Za-z0-9.:_-]+$/, 'a host name or address') ?? '127.0.0.1',
    public_url: read<string | undefined>(
      'PUBLIC_URL',
      undefined,
      parseOrigin,
      'an address like https://leads.example.com, with no path',
    ),
    site_origins: read('SITE_ORIGINS', [], parseOrigins, 'origins like https://www.example.com, separated by commas'),
    database_url: text('DATABASE_URL', database_address, 'file:PATH or postgres://…') ?? 'file:data/leads.db',
    cookie_domain: text('COOKIE_DOMAIN', /^\.?[a-z0-9-]+(\.[a-z0-9-]+)+$/i, 'a domain like example.com')
      ?.replace(/^\./, '')
      .toLowerCase(),
    client_ip_header:
      text('CLIENT_IP_HEADER', /^[A-Za-z0-9-]+$/, 'the name of one header')?.toLowerCase() ??
      (host === 'workers' ? 'cf-connecting-ip' : undefined),
    encryption_keys: read(
      'ENCRYPTION_KEYS',
      [],
      parseKeys,
      `id:base64 of ${key_bytes} bytes, separated by commas, each id once`,
    ),
    index_key: key('INDEX_KEY'),
    signing_key: key('SIGNING_KEY'),
    bot_check: read(
      'BOT_CHECK',
      true,
      value =>
        new Map([
          ['on', true],
          ['off', false],
        ]).get(value),
      'on or off',
    ),
    form_limit_per_minute: whole('FORM_LIMIT_PER_MINUTE', 10, 0, 1e6),
    consent_limit_per_minute: whole('CONSENT_LIMIT_PER_MINUTE', 60, 0, 1e6),
    form_quota_per_minute: whole('FORM_QUOTA_PER_MINUTE', host === 'workers' ? 600 : 0, 0, 1e9),
    data_region: read<string | undefined>('DATA_REGION', undefined, parseRegion, 'an ISO 3166 code like CN'),
    lead_retention_months: whole('LEAD_RETENTION_MONTHS', 24, 1, 1200),
    consent_retention_months: whole('CONSENT_RETENTION_MONTHS', 36, 1, 1200),
    time_zone: read('TIME_ZONE', 'Asia/Shanghai', parseTimeZone, 'a time zone like Asia/Shanghai'),
    log_level: read('LOG_LEVEL', 'info', value => log_levels.find(level => level === value), log_levels.join(', ')),
  };
  mistakes.push(...findContradictions(settings, host));
  return mistakes.length > 0 ? { mistakes } : { settings };
}

function findContradictions(settings: Settings, host: Host): string[] {
  const { production, public_url, data_region, encryption_keys, index_key, signing_key } = settings;
  const mistakes: string[] = [];
  if (production && public_url?.startsWith('http:') && !isLoopback(public_url))
    mistakes.push('PUBLIC_URL: expected https:// in production, since personal data is posted to it');
  if (host === 'workers' && /^CN\b/.test(data_region ?? ''))
    mistakes.push('DATA_REGION: D1 stores nothing in CN: run the Node server there instead');
  const all = [...encryption_keys.map(({ key }) => key), index_key, signing_key].filter(({ length }) => length > 0);
  if (new Set(all.map(key => key.toString('hex'))).size < all.length)
    mistakes.push('ENCRYPTION_KEYS, INDEX_KEY, SIGNING_KEY: two of them are the same key; make each its own');
  return mistakes;
}

/** Whether an origin is this machine itself, where browsers treat plain http as secure. */
export function isLoopback(origin: string): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\])$/.test(new URL(origin).hostname);
}

function parseWhole(text: string, least: number, most: number): number | undefined {
  const value = Number(text);
  return /^\d+$/.test(text) && value >= least && value <= most ? value : undefined;
}

function parseOrigin(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const bare = url.pathname === '/' && !url.search && !url.hash && !url.username && !url.password;
  return bare && /^https?:$/.test(url.protocol) ? url.origin : undefined;
}

function parseOrigins(text: string): string[] | undefined {
  const origins = text.split(',').map(part => parseOrigin(part.trim()));
  return origins.every(origin => origin !== undefined) ? origins : undefined;
}

function parseKey(text: string): Buffer | undefined {
  const key = Buffer.from(text, 'base64');
  return /^[A-Za-z0-9+/_-]+=*$/.test(text) && key.length === key_bytes ? key : undefined;
}

function parseKeys(text: string): KeyEncryptionKey[] | undefined {
  const parsed = text.split(',').map(part => {
    const [, id, base64] = /^([A-Za-z0-9-]{1,32}):(.+)$/.exec(part.trim()) ?? [];
    const key = base64 && parseKey(base64);
    return id && key ? { id, key } : undefined;
  });
  const ids = new Set(parsed.map(entry => entry?.id));
  return parsed.every(entry => entry !== undefined) && ids.size === parsed.length ? parsed : undefined;
}

function parseRegion(text: string): string | undefined {
  const [, country] = /^([A-Z]{2})(-[A-Z0-9]{1,3})?$/.exec(text) ?? [];
  const names = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });
  return country && country !== 'ZZ' && names.of(country) ? text : undefined;
}

function parseTimeZone(text: string): string | undefined {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}
