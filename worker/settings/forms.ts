import type { WorkingHours } from '../../db/calendar/working-hours.ts';
import type { KeyEncryptionKey } from '../../db/vault/vault.ts';
import { type Role, roles } from '../guards/roles.ts';
import { checkField, normalizeField } from '../shared/fields.ts';

/** How a setting's text is read: into its value, or undefined when it is not as expected. */
export interface Form<T> {
  /** Ends the sentence "NAME: expected …". */
  expected: string;
  read(text: string): T | undefined;
}

export const log_levels = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof log_levels)[number];

const key_bytes = 32;

export const logLevel: Form<LogLevel> = {
  expected: log_levels.join(', '),
  read: text => log_levels.find(level => level === text),
};

export const onOrOff: Form<boolean> = {
  expected: 'on or off',
  read: text => (text === 'on' ? true : text === 'off' ? false : undefined),
};

/** An origin as browsers write it, without a path. */
export const origin: Form<string> = {
  expected: 'an address like https://leads.example.com, with no path',
  read: readOrigin,
};

export const origins: Form<string[]> = {
  expected: 'origins like https://www.example.com, separated by commas',
  read(text) {
    const read = text ? text.split(',').map(part => readOrigin(part.trim())) : [];
    return read.every(one => one !== undefined) ? read : undefined;
  },
};

/** A token that a client can present in the header `Authorization` (RFC 6750 §2.1). */
export const bearer = matching(
  /^[A-Za-z0-9._~+/-]{1,180}=*$/,
  'letters, digits and . _ ~ + / - as a bearer token has them, at most 180',
);

/** A file or a PostgreSQL server. A database in memory is refused, because it would lose what was acknowledged. */
export const databaseAddress = matching(/^(file:(?!:memory:).+|postgres(ql)?:\/\/.+)$/, 'file:PATH or postgres://…');

export const postgresAddress = matching(/^postgres(ql)?:\/\/.+$/, 'postgres://…');

export const hostName = matching(/^[A-Za-z0-9.:_-]+$/, 'a host name or address');

/** Names and addresses of hosts, each in the spelling in which a URL has it: lower case, IPv6 in brackets. */
export const hosts: Form<string[]> = {
  expected: 'host names like hooks.example.com, or addresses, separated by commas',
  read(text) {
    const read = text ? text.split(',').map(part => readHost(part.trim())) : [];
    return read.every(one => one !== undefined) ? read : undefined;
  },
};

/** A server that takes mail: by TLS from the first byte, or not. `host` is in the spelling of `hosts`. */
export interface MailServer {
  secure: boolean;
  host: string;
  port: number;
  login: { user: string; pass: string } | undefined;
}

export const mailServer: Form<MailServer> = {
  expected: 'an address like smtps://user:password@smtp.example.com:465',
  read(text) {
    if (!URL.canParse(text)) return undefined;
    const { protocol, hostname, port, username, password, pathname, search, hash } = new URL(text);
    const host = readHost(hostname);
    const [user, pass] = [decode(username), decode(password)];
    const isBare = /^\/?$/.test(pathname) && !search && !hash;
    if (!host || !/^smtps?:$/.test(protocol) || !isBare || user === undefined || pass === undefined) return undefined;
    const secure = protocol === 'smtps:';
    const login = user ? { user, pass } : undefined;
    return { secure, host, port: Number(port) || (secure ? 465 : 25), login };
  },
};

/** The address by which a provider of identities is known. Its host is in the spelling of `hosts`. */
export const issuer: Form<URL> = {
  expected: 'an address like https://login.example.com/realms/staff',
  read(text) {
    if (!URL.canParse(text)) return undefined;
    const url = new URL(text);
    const isBare = !url.search && !url.hash && !url.username && !url.password;
    return isBare && /^https?:$/.test(url.protocol) && readHost(url.hostname) ? url : undefined;
  },
};

/** Roles by the value of a claim that gives them. Of several that a person has, the first one counts. */
export const rolesByValue: Form<[value: string, role: Role][]> = {
  expected: `VALUE:ROLE, or several separated by commas, each value once and each role one of ${roles.join(', ')}`,
  read(text) {
    const read = text.split(',').map(part => {
      const [, value, typed] = /^(\S.*):(\w+)$/.exec(part.trim()) ?? [];
      const role = roles.find(one => one === typed);
      return value && role ? ([value.trim(), role] as [string, Role]) : undefined;
    });
    const values = new Set(read.map(entry => entry?.[0]));
    return read.every(entry => entry !== undefined) && values.size === read.length ? read : undefined;
  },
};

/** A sender of mail, with or without a name. */
export interface Mailbox {
  name: string;
  address: string;
}

export const mailbox: Form<Mailbox> = {
  expected: 'name@example.com or Name <name@example.com>',
  read(text) {
    const [, name = '', bracketed] = /^([^<>"\p{Cc}]{0,100})<([^<>]+)>$/u.exec(text) ?? [];
    const address = bracketed ?? text;
    return checkField('email', address) ? undefined : { name: name.trim(), address: normalizeField('email', address) };
  },
};

export const headerName: Form<string> = lowerCase(matching(/^[A-Za-z0-9-]+$/, 'the name of one header'));

/** A domain in the one spelling that browsers compare: lower case, without the leading dot of older cookies. */
export const cookieDomain: Form<string> = {
  expected: 'a domain like example.com',
  read: text => (/^\.?[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(text) ? text.replace(/^\./, '').toLowerCase() : undefined),
};

/** Keys without names. There is more than one only while a key is turned. */
export const keyList: Form<Buffer[]> = {
  expected: `${key_bytes} bytes in base64, or several such keys separated by commas`,
  read(text) {
    const read = text.split(',').map(part => readKey(part.trim()));
    return read.every(key => key !== undefined) ? read : undefined;
  },
};

export const namedKeys: Form<KeyEncryptionKey[]> = {
  expected: `id:base64 of ${key_bytes} bytes, separated by commas, each id once`,
  read(text) {
    const read = text.split(',').map(part => {
      const [, id, base64] = /^([A-Za-z0-9-]{1,32}):(.+)$/.exec(part.trim()) ?? [];
      const key = base64 && readKey(base64);
      return id && key ? { id, key } : undefined;
    });
    const ids = new Set(read.map(entry => entry?.id));
    return read.every(entry => entry !== undefined) && ids.size === read.length ? read : undefined;
  },
};

export const region: Form<string> = {
  expected: 'an ISO 3166 code like CN',
  read(text) {
    const [, country] = /^([A-Z]{2})(-[A-Z0-9]{1,3})?$/.exec(text) ?? [];
    const names = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });
    return country && country !== 'ZZ' && names.of(country) ? text : undefined;
  },
};

export const timeZone: Form<string> = {
  expected: 'a time zone like Asia/Shanghai',
  read(text) {
    try {
      return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone;
    } catch {
      return undefined;
    }
  },
};

/** The hours of a working day. It ends on the day on which it begins. */
export const workingHours: Form<WorkingHours> = {
  expected: 'hours of one day like 09:00-18:00',
  read(text) {
    const [, begin, end] = /^((?:[01]\d|2[0-3]):[0-5]\d)-((?:[01]\d|2[0-3]):[0-5]\d|24:00)$/.exec(text) ?? [];
    if (!begin || !end || begin >= end) return undefined;
    return { begin_ms: msOf(begin), end_ms: msOf(end) };
  },
};

/** Returns the form of a whole number, both bounds inclusive. */
export function whole(least: number, most: number): Form<number> {
  return {
    expected: `a whole number from ${least} to ${most}`,
    read: text => (/^\d+$/.test(text) && Number(text) >= least && Number(text) <= most ? Number(text) : undefined),
  };
}

/**
 * Returns the form of a number of months for each of the names: one number for all, or `name:months` for some, and the
 * usual number for the others.
 */
export function monthsBy<Name extends string>(names: readonly Name[], usual: number): Form<Record<Name, number>> {
  const { expected, read } = whole(1, 1200);
  return {
    expected: `${expected}, or ${names.map(name => `${name}:MONTHS`).join(',')}`,
    read(text) {
      const all = read(text);
      const months = new Map(names.map(name => [name, all ?? usual]));
      const named = all === undefined ? text.split(',').map(part => part.trim().split(':')) : [];
      for (const [name, typed = '', ...rest] of named) {
        const known = names.find(one => one === name);
        const own = read(typed);
        const isTwice = named.filter(([other]) => other === name).length > 1;
        if (!known || own === undefined || rest.length > 0 || isTwice) return undefined;
        months.set(known, own);
      }
      return Object.fromEntries(months) as Record<Name, number>;
    },
  };
}

/** A line of text, with at most so many characters. */
export function line(most: number): Form<string> {
  return {
    expected: `a line of at most ${most} characters`,
    read: text => ([...text].length <= most && !/\p{Cc}/u.test(text) ? text : undefined),
  };
}

export const icpNumber = matching(
  /^(?=.*\d{5})[\p{Script=Han}A-Za-z0-9 -]{8,40}$/u,
  'a number like 苏ICP备2026012345号-1',
);

export const psbNumber = matching(
  /^(?=.*\d{8})[\p{Script=Han}0-9 ]{8,40}$/u,
  'a number like 苏公网安备32010602012345号',
);

/** Returns the form of a whole number that may also be 0, which stands for "never" or "none". */
export function wholeOrNone(least: number, most: number): Form<number> {
  const { expected, read } = whole(least, most);
  return { expected: `0, or ${expected}`, read: text => (text === '0' ? 0 : read(text)) };
}

function matching(pattern: RegExp, expected: string): Form<string> {
  return { expected, read: text => (pattern.test(text) ? text : undefined) };
}

function lowerCase({ expected, read }: Form<string>): Form<string> {
  return { expected, read: text => read(text)?.toLowerCase() };
}

function msOf(clock: string): number {
  const [hours, minutes] = clock.split(':').map(Number);
  return (hours! * 60 + minutes!) * 60_000;
}

/**
 * Reads an origin. A URL lets a host have an asterisk, which no page's origin has, and in a content policy would allow
 * every name below.
 */
function readOrigin(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const bare = url.pathname === '/' && !url.search && !url.hash && !url.username && !url.password;
  const isHost = /^([\w.-]+|\[[\da-f:.]+\])$/.test(url.hostname);
  return bare && isHost && /^https?:$/.test(url.protocol) ? url.origin : undefined;
}

function readHost(text: string): string | undefined {
  const written = /^[0-9a-f:.]*:[0-9a-f:.]*$/i.test(text) ? `[${text}]` : text;
  if (!/^([A-Za-z0-9._-]+|\[[0-9a-f:.]+\])$/i.test(written) || !URL.canParse(`https://${written}`)) return undefined;
  return new URL(`https://${written}`).hostname;
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function readKey(text: string): Buffer | undefined {
  const key = Buffer.from(text, 'base64');
  return /^[A-Za-z0-9+/_-]+=*$/.test(text) && key.length === key_bytes ? key : undefined;
}
