import { parseDocument, type YAMLError } from 'yaml';
import type { Purpose } from '../../db/policies/policy.ts';
import type { PolicyDraft as Draft } from '../../db/policies/publish.ts';
import type { Operator } from '../http/footer.ts';
import { type Form, forms } from '../shared/fields.ts';
import type { Locale } from '../shared/locales.ts';
import { agreements } from './agreements.ts';
import { type PolicyFields, readFields } from './front-matter.ts';
import { renderPolicyPage } from './page.ts';

/**
 * Limits of what is read: characters of a file, of its front matter and of a word; lines; `|` in a line; emphasis marks
 * in a paragraph. Because reading takes longer than in proportion beyond them, larger files are refused; no real policy
 * is that large.
 */
const lengths = { file: 100_000, front_matter: 20_000, lines: 5_000, bars: 50, word: 2_000, marks: 1_000 };

/** A file of a policy version: Markdown with YAML front matter, in one language. */
interface PolicyFile {
  name: string;
  text: string;
}

/** Names of the settings that a publication fixes. */
export const published_settings = [
  'LEAD_RETENTION_MONTHS',
  'SITE_ORIGINS',
  'CONTROLLER_NAME',
  'CONTROLLER_CONTACT',
  'ICP_NUMBER',
  'PSB_NUMBER',
] as const;

/** The settings that a publication fixes. */
export interface Publisher extends Operator {
  /** Retention period of each form's leads where the files name none. */
  lead_retention_months: Record<Form, number>;
}

/** A policy version ready for publication, with its documents rendered. */
interface PolicyDraft extends Draft {
  documents: (Draft['documents'][number] & { locale: Locale })[];
}

/** The version ready for publication, or every mistake of every file, each with its file's name. */
type PolicyReading = { policy: PolicyDraft } | { mistakes: string[] };

/** The content of a file, as far as it can be read. */
interface Reading {
  name: string;
  mistakes: string[];
  fields: Partial<PolicyFields>;
  markdown: string;
}

/**
 * Reads the files of one policy version, one per language: Markdown with YAML front matter.
 *
 * @param publisher What the deployment's settings add to the files.
 */
export function readPolicyFiles(files: PolicyFile[], publisher: Publisher): PolicyReading {
  const readings = files.map(readFile);
  const mistakes = [...readings.flatMap(reading => reading.mistakes), ...compareReadings(readings)];
  if (readings.length === 0) mistakes.push('no policy file was given');
  if (mistakes.length > 0) return { mistakes };
  try {
    return { policy: draftPolicy(readings, publisher) };
  } catch (error) {
    // A text with a thousand nested quotes exhausts the stack.
    if (!(error instanceof RangeError)) throw error;
    return { mistakes: [`${readings.map(({ name }) => name).join(', ')}: the text is nested too deeply`] };
  }
}

function draftPolicy(readings: Reading[], publisher: Publisher): PolicyDraft {
  const languages = readings.map(({ fields }) => fields.locale!);
  const documents = readings.map(({ fields, markdown }) => {
    const { locale, purposes, retention_months, summary, ...facts } = fields as PolicyFields;
    return {
      locale,
      html: renderPolicyPage({ ...facts, locale, languages, markdown, operator: publisher }),
      purposes: purposes as Purpose[],
      summary,
      forms: forms.map(form => ({
        form,
        agreement: agreements[locale][form],
        retention_months: retention_months?.[form] ?? publisher.lead_retention_months[form],
      })),
    };
  });
  const { version, effective_at, change_class } = readings[0]!.fields as PolicyFields;
  return { version, effective_at, change_class, documents };
}

function readFile({ name, text }: PolicyFile): Reading {
  const mistakes: string[] = [];
  const report = (mistake: string) => {
    mistakes.push(`${name}: ${mistake}`);
    return undefined;
  };
  if (text.length > lengths.file) {
    report(`the file has more than ${lengths.file} characters`);
    return { name, mistakes, fields: {}, markdown: '' };
  }
  const lines = text.replace(/^\ufeff/, '').replace(/\r\n?/g, '\n');
  const [front, yaml] = /^---[ \t]*\n([\s\S]*?)(?<=\n)---[ \t]*(?:\n|$)/.exec(lines) ?? [];
  const markdown = lines.slice(front?.length ?? 0);
  if (!markdown.trim()) report('there is no text');
  for (const excess of findExcesses(markdown)) report(excess);
  if (yaml === undefined) report('there is no front matter: begin with a line ---, then the keys, then a line ---');
  return { name, mistakes, markdown, fields: yaml === undefined ? {} : readFrontMatter(yaml, report) };
}

/**
 * Lists what no policy has: characters that no database takes, and wide tables or runs of marks that take minutes or
 * gigabytes to read.
 */
function findExcesses(markdown: string): string[] {
  const { lines, bars, word, marks } = lengths;
  const most = (parts: string[], measure: (part: string) => number) => Math.max(...parts.map(measure));
  const rows = markdown.split('\n');
  const excesses: [isThere: boolean, what: string][] = [
    [markdown.includes('\0') || !markdown.isWellFormed(), 'the text holds a character that is none'],
    [rows.length > lines, `the text has more than ${lines} lines`],
    [most(rows, row => row.split('|').length - 1) > bars, `a line has more than ${bars} of |`],
    [most(markdown.split(/[^!-~]+/), run => run.length) > word, `a word has more than ${word} characters`],
    [
      most(markdown.split(/\n *\n/), paragraph => paragraph.replace(/[^*_~]+/g, '').length) > marks,
      `a paragraph has more than ${marks} of *, _ and ~`,
    ],
  ];
  return excesses.filter(([isThere]) => isThere).map(([, what]) => what);
}

function readFrontMatter(yaml: string, report: (mistake: string) => undefined): Partial<PolicyFields> {
  if (yaml.length > lengths.front_matter)
    return report(`the front matter has more than ${lengths.front_matter} characters`) ?? {};
  // The failsafe schema leaves `1.0` and `2026-01` the texts that they are.
  const document = parseDocument(yaml, { schema: 'failsafe' });
  const [first] = [...document.errors, ...document.warnings].toSorted((a, b) => a.pos[0] - b.pos[0]);
  if (first) return report(describeFault(first)) ?? {};
  try {
    return readFields(document.toJS() || {}, report);
  } catch (error) {
    return report(`the front matter is not YAML: ${(error as Error).message}`) ?? {};
  }
}

/** Describes where the front matter stops being YAML. Because one wrong line makes those behind it wrong, they are not told. */
function describeFault({ message, linePos }: YAMLError): string {
  // The line that begins the front matter is the first of the file.
  const line = (linePos?.[0].line ?? 0) + 1;
  const fault = message.split('\n')[0]!.replace(/ at line \d+, column \d+:$/, '');
  return `the front matter is not YAML: look at line ${line} and those before it (${fault}); a value that holds ": " or begins with a sign stands in quotes`;
}

function compareReadings(readings: Reading[]): string[] {
  const [first, ...others] = readings.map(({ name, fields }) => ({ name, fields, facts: listFacts(fields) }));
  return others.flatMap(({ name, fields, facts }, index) => {
    const twin = readings.slice(0, index + 1).find(earlier => fields.locale && earlier.fields.locale === fields.locale);
    const differences = [...facts].filter(
      ([what, value]) => first!.facts.has(what) && first!.facts.get(what) !== value,
    );
    return [
      ...(twin ? [`${name}: locale ${fields.locale} is already that of ${twin.name}`] : []),
      ...differences.map(
        ([what, value]) => `${name}: ${what} ${value}, but in ${first!.name} ${first!.facts.get(what)}`,
      ),
    ];
  });
}

/** Lists what must be the same in every language, by the name that a mistake gives it. */
function listFacts({
  version,
  effective_at,
  change_class,
  purposes,
  retention_months,
}: Partial<PolicyFields>): Map<string, string> {
  const list = (names: (string | undefined)[]) => names.toSorted().join(', ') || 'none';
  const facts: [what: string, value: string | undefined][] = [
    ['version is', version],
    ['effective_at is', effective_at],
    ['change_class is', change_class],
    ...forms.map((form): [string, string] => [
      `retention_months of ${form} is`,
      String(retention_months?.[form] ?? 'the usual'),
    ]),
    ['the purposes are', purposes && list(purposes.map(({ id }) => id))],
    ...(purposes ?? []).flatMap(({ id, required, cookies }): [string, string | undefined][] => [
      [`required of ${id} is`, required?.toString()],
      [`the cookies of ${id} are`, cookies && list(cookies.map(({ name }) => name))],
    ]),
  ];
  return new Map(facts.filter((fact): fact is [string, string] => fact[1] !== undefined));
}
