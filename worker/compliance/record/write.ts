import { writeInstant } from '../../http/times.ts';
import { forms } from '../../shared/fields.ts';
import { common_form_texts } from '../../shared/form-texts.ts';
import type { Locale } from '../../shared/locales.ts';
import { type PromiseId, promise_ids } from '../finding.ts';
import { compliance_texts, promise_titles } from '../texts.ts';
import type { RecordFacts } from './facts.ts';
import { type RecordTexts, record_texts } from './texts.ts';

/**
 * Writes the record of processing as Markdown: what is processed, why, for how long, who receives it and what protects
 * it, as it is in force now.
 *
 * @see PIPL art. 55, 56
 */
export function writeRecord(facts: RecordFacts, locale: Locale): string {
  const text = record_texts[locale];
  const { settings, channels, roles } = facts;
  return [
    `# ${text.title}`,
    text.intro(plain(settings.controller_name)),
    `## ${text.controller}`,
    ...writeController(facts, locale),
    `## ${text.activities}`,
    writeTable(text.activity_heads, listActivities(facts, locale)),
    `## ${text.cookies}`,
    writeCookies(facts, locale),
    `## ${text.recipients}`,
    channels.length > 0
      ? writeTable(
          text.channel_heads,
          channels.map(one => [one.name, one.kind, one.host, one.events.join(', ')]),
        )
      : text.no_channels,
    text.channel_data,
    settings.smtp_url ? text.mail(plain(settings.smtp_url.host)) : text.no_mail,
    text.exports,
    settings.outbound_hosts.length > 0
      ? `${text.hosts} ${settings.outbound_hosts.map(plain).join(', ')}`
      : text.no_hosts,
    text.cross_border(settings.data_region && plain(settings.data_region)),
    `## ${text.staff}`,
    Object.keys(roles).length > 0
      ? writeTable(
          text.staff_heads,
          Object.entries(roles).map(([role, n]) => [role, String(n)]),
        )
      : text.no_staff,
    `## ${text.measures}`,
    text.measures_intro,
    writeTable(text.measure_heads, listMeasures(facts, locale)),
    `## ${text.not_done}`,
    ...text.undone.map(line => `- ${line}`),
    '',
  ]
    .join('\n\n')
    .replaceAll(/(\n- [^\n]+)\n(?=\n- )/g, '$1');
}

/**
 * Writes the form of an impact assessment as Markdown: what the system knows is filled in, what people must judge is
 * left blank.
 *
 * @see PIPL art. 55, 56
 */
export function writeAssessment(facts: RecordFacts, locale: Locale): string {
  const { assessment: text } = record_texts[locale];
  const list = (lines: string[]) => lines.map(line => `- ☐ ${line}`).join('\n');
  return [
    `# ${text.title}`,
    text.intro,
    `## ${text.subject}`,
    ...writeController(facts, locale),
    `## ${text.occasions}`,
    list(text.occasion_list),
    ...text.parts.flatMap(({ title, ask, known }) => [
      `## ${title}`,
      ask,
      `${text.known} ${known(describe(facts, locale))}`,
      `${text.judged}\n\n${'\\_'.repeat(60)}`,
    ]),
    `## ${text.risks}`,
    writeTable(
      text.risk_heads,
      text.risk_list.map(risk => [risk, '', '', '']),
    ),
    `## ${text.result}`,
    writeTable(text.result_heads, [['', '', '']]),
    text.kept,
    '',
  ].join('\n\n');
}

function writeController({ settings, policy, now }: RecordFacts, locale: Locale): string[] {
  const text = record_texts[locale];
  const { controller_name, controller_contact, data_region, time_zone } = settings;
  const rows = [
    [text.name, plain(controller_name)],
    [text.contact, plain(controller_contact ?? text.undeclared)],
    [text.region, plain(data_region ?? text.undeclared)],
    [text.written, writeInstant(locale, time_zone, now)],
    [
      text.policy,
      policy
        ? `${policy.version} (${policy.documents.map(({ locale, sha256 }) => `${locale}: ${sha256}`).join('; ')})`
        : text.no_policy,
    ],
  ];
  return [rows.map(([name, value]) => `- **${name}** ${value}`).join('\n')];
}

function listActivities(facts: RecordFacts, locale: Locale): string[][] {
  const text = record_texts[locale];
  const names = common_form_texts[locale];
  const { months, settings, policy } = facts;
  const sentences = (policy?.documents.find(one => one.locale === locale) ?? policy?.documents[0])?.agreements ?? {};
  const kinds = [...Object.values(names.labels), text.note].join(text.comma);
  return [
    ...forms.map(form => [
      names.titles[form],
      sentences[form]?.replaceAll(/[[\]]/g, '') ?? text.no_policy,
      kinds,
      text.consent,
      text.lead_period(months[form]),
    ]),
    [...text.choices, text.choice_period(facts.choice_days, settings.consent_retention_months)],
    [...text.requests, text.request_period],
    [...text.incidents, text.for_good],
    [...text.trail, settings.audit_retention_months > 0 ? text.months(settings.audit_retention_months) : text.for_good],
    [...text.accounts, text.account_period],
    [...text.logs, settings.log_dir ? text.months(settings.log_retention_months) : text.elsewhere],
    [
      ...text.backups,
      settings.backup_dir ? text.backup_period(settings.backup_every_hours, settings.backups_kept) : text.elsewhere,
    ],
  ];
}

function writeCookies({ policy }: RecordFacts, locale: Locale): string {
  const text = record_texts[locale];
  const document = policy?.documents.find(one => one.locale === locale) ?? policy?.documents[0];
  if (!document) return text.no_policy;
  const rows = document.purposes.flatMap(({ name, required, cookies }) =>
    (cookies.length > 0 ? cookies : [{ name: '–', provider: '–', lifetime: '–', purpose: '–' }]).map(cookie => [
      name,
      required ? text.necessary : text.consent,
      ...[cookie.name, cookie.provider, cookie.lifetime, cookie.purpose],
    ]),
  );
  return writeTable(text.cookie_heads, rows);
}

function listMeasures({ checks, settings }: RecordFacts, locale: Locale): string[][] {
  const { states } = compliance_texts[locale];
  return promise_ids.map(id => {
    const check = checks.find(({ promise }) => promise === id);
    return [
      id,
      promise_titles[locale][id as PromiseId],
      states[(check?.state ?? 'unproven') as keyof typeof states],
      check ? writeInstant(locale, settings.time_zone, new Date(check.checked_at)) : '–',
    ];
  });
}

/** Returns the facts with which the form of an impact assessment is filled in. */
function describe(
  { settings, months, channels, checks, policy }: RecordFacts,
  locale: Locale,
): Parameters<RecordTexts['assessment']['parts'][number]['known']>[0] {
  const count = (state: string) => checks.filter(one => one.state === state).length;
  return {
    version: policy?.version ?? record_texts[locale].no_policy,
    months: Math.max(...Object.values(months)),
    region: plain(settings.data_region ?? record_texts[locale].undeclared),
    channels: channels.length,
    ...{ kept: count('kept'), broken: count('broken'), unproven: count('unproven') },
  };
}

function writeTable(heads: readonly string[], rows: string[][]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(heads), line(heads.map(() => '---')), ...rows.map(row => line(row.map(plain)))].join('\n');
}

/** Writes a text so that Markdown shows it as it is. */
function plain(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll(/[\\`*_{}[\]<>#|~]/g, sign => `\\${sign}`);
}
