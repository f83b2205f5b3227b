import type { Purpose } from '../../db/policies/policy.ts';
import { type Form, forms } from '../shared/fields.ts';
import { type Locale, locales } from '../shared/locales.ts';

/** The front matter of a policy file. */
export interface PolicyFields {
  version: string;
  locale: Locale;
  effective_at: string;
  /**
   * The day as its author wrote it. Because it is in the author's time zone, `effective_at` may fall on another
   * day in UTC.
   */
  effective_day: string;
  change_class: 'minor' | 'significant';
  /** What the version changes, in a few sentences. A significant one has it. */
  summary?: string;
  purposes: Loose<Purpose>[];
  /** Retention period of a form's leads in months, where the policy names it. */
  retention_months?: { [Name in Form]?: number };
}

type Loose<T> = { [Key in keyof T]: T[Key] | undefined };
type Report = (mistake: string) => undefined;
type Fields = Record<string, unknown>;

const known_keys = ['version', 'locale', 'effective_at', 'change_class', 'summary', 'purposes', 'retention_months'];

const version_shape = /^(?!current$)[A-Za-z0-9-]{1,32}$/;
const months_shape = /^[1-9]\d{0,2}$/;
const longest_summary = 500;
const purpose_shape = /^[a-z0-9-]{1,32}$/;
const instant_shape = /^(\d{4}-\d\d-\d\d)(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d))?$/;

/** Reads the keys of a front matter, whose values are all still text, and reports whatever is missing or wrong. */
export function readFields(fields: unknown, report: Report): Partial<PolicyFields> {
  if (!isMap(fields)) return report('the front matter is no map of keys and values') ?? {};
  reportMistyped(fields, known_keys, report);
  const version = readText(fields, 'version', report);
  if (version && !version_shape.test(version))
    report(`version "${version}" is not 1 to 32 of A-Z, a-z, 0-9 and -, or is "current"`);
  const locale = readChoice(fields, 'locale', locales, report);
  const effective = readText(fields, 'effective_at', report);
  const effective_at = effective && readInstant(effective);
  if (effective && !effective_at)
    report(`effective_at "${effective}" is neither a date (2026-01-31) nor an instant (2026-01-31T00:00:00Z)`);
  const change_class = readChoice(fields, 'change_class', ['minor', 'significant'], report);
  const summary = readSummary(fields, change_class, report);
  const purposes = readList(fields, 'purposes', report, readPurpose);
  if (purposes?.length === 0) report('purposes is empty');
  const ids = purposes?.map(({ id }) => id) ?? [];
  for (const id of new Set(ids.filter((id, index) => id && ids.indexOf(id) < index)))
    report(`purpose "${id}" stands there twice`);
  const retention_months = readRetention(fields.retention_months, report);
  const effective_day = effective?.slice(0, 'YYYY-MM-DD'.length);
  return dropMissing({
    ...{ version, locale, effective_at, effective_day, change_class, summary, purposes, retention_months },
  });
}

function readSummary(fields: Fields, change_class: string | undefined, report: Report): string | undefined {
  if (change_class !== 'significant' && fields.summary === undefined) return undefined;
  const summary = readText(fields, 'summary', report)?.replace(/\s+/g, ' ');
  if (summary && [...summary].length > longest_summary)
    return report(`summary has more than ${longest_summary} characters`);
  return summary;
}

function readRetention(value: unknown, report: Report): { [Name in Form]?: number } | undefined {
  if (value === undefined || value === null) return undefined;
  if (!isMap(value)) return report('retention_months is no map of forms and months');
  const months: { [Name in Form]?: number } = {};
  for (const [name, typed] of Object.entries(value)) {
    const form = forms.find(one => one === name);
    if (!form) report(`retention_months has "${name}", which is neither ${forms.join(' nor ')}`);
    else if (typeof typed !== 'string' || !months_shape.test(typed))
      report(`retention_months of ${name} is not 1 to 999`);
    else months[form] = Number(typed);
  }
  return months;
}

function readPurpose(fields: Fields, at: string, report: Report): Loose<Purpose> {
  const id = readText(fields, 'id', report, at);
  if (id && !purpose_shape.test(id)) report(`${at}id "${id}" is not 1 to 32 of a-z, 0-9 and -`);
  const name = readText(fields, 'name', report, at);
  const description = readText(fields, 'description', report, at);
  const required = readChoice(fields, 'required', ['true', 'false'], report, at);
  if (id === 'necessary' && required === 'false') report(`${at}necessary is required: it needs no consent`);
  const cookies = readList(fields, 'cookies', report, readCookie, at);
  return { id, name, description, required: required && required === 'true', cookies };
}

const stores = ['cookie', 'local_storage', 'session_storage'] as const;

function readCookie(fields: Fields, at: string, report: Report): Purpose['cookies'][number] {
  const [name = '', provider = '', lifetime = '', purpose = ''] = ['name', 'provider', 'lifetime', 'purpose'].map(key =>
    readText(fields, key, report, at),
  );
  reportMistyped(fields, ['name', 'type', 'provider', 'lifetime', 'purpose'], report, at);
  const type = fields.type === undefined ? undefined : readChoice(fields, 'type', stores, report, at);
  return { name, ...(type && { type }), provider, lifetime, purpose };
}

/**
 * Reports keys that are spelled almost like one that is not there. A key that may be left out would else be passed over, and
 * a published version never changes. Keys of other programs, such as `title`, may stand there.
 */
function reportMistyped(fields: Fields, known: string[], report: Report, at = '') {
  for (const key of Object.keys(fields).filter(one => !known.includes(one))) {
    const meant = known.find(one => isAlmost(one, key.toLowerCase()) && !Object.hasOwn(fields, one));
    if (meant) report(`${at}${key} is no key of a policy: write ${at}${meant}`);
  }
}

/** Returns whether two keys begin alike, or have the same letters but for one, in any order and number. */
function isAlmost(one: string, other: string): boolean {
  const lacks = (key: string, letters: string) => [...new Set(letters)].filter(letter => !key.includes(letter)).length;
  return one.slice(0, 3) === other.slice(0, 3) || lacks(one, other) + lacks(other, one) <= 1;
}

function readText(fields: Fields, key: string, report: Report, at = ''): string | undefined {
  const value = Object.hasOwn(fields, key) ? fields[key] : undefined;
  if (value === undefined || value === null) return report(`${at}${key} is missing`);
  if (typeof value !== 'string') return report(`${at}${key} is no text`);
  return value.trim() || report(`${at}${key} is empty`);
}

function readChoice<const T extends string>(
  fields: Fields,
  key: string,
  choices: readonly T[],
  report: Report,
  at = '',
): T | undefined {
  const value = readText(fields, key, report, at);
  const choice = choices.find(known => known === value);
  if (value && !choice) report(`${at}${key} "${value}" is neither ${choices.join(' nor ')}`);
  return choice;
}

function readList<T>(
  fields: Fields,
  key: string,
  report: Report,
  readEntry: (entry: Fields, at: string, report: Report) => T,
  at = '',
): T[] | undefined {
  const value = Object.hasOwn(fields, key) ? fields[key] : undefined;
  if (value === undefined || value === null) return report(`${at}${key} is missing`);
  if (!Array.isArray(value)) return report(`${at}${key} is no list`);
  return value.flatMap((entry, index) => {
    const where = `${at}${key}[${index}]`;
    if (isMap(entry)) return [readEntry(entry, `${where}.`, report)];
    report(`${where} is no map of keys and values`);
    return [];
  });
}

function readInstant(typed: string): string | undefined {
  const day = instant_shape.exec(typed)?.[1];
  // A Date rolls the 30th of February over to March.
  if (!day || !new Date(`${day}T00:00:00Z`).toJSON()?.startsWith(day)) return undefined;
  return new Date(typed).toJSON() ?? undefined;
}

function isMap(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function dropMissing<T extends object>(fields: T): { [Key in keyof T]?: NonNullable<T[Key]> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}
