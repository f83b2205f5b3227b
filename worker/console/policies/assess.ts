import type { Database } from '../../../db/database.ts';
import { currentPolicy, getDocumentHtml, listFormTerms, type Policy, type PolicyDraft } from '../../../db/policies.ts';
import { warnOfStaleCopies } from '../../policies/stale-copies.ts';
import { locales } from '../../shared/locales.ts';
import {
  compareParagraphs,
  comparePurposes,
  type PurposeChanges,
  type Run,
  readParagraphs,
  writePurposes,
} from './compare.ts';

/** What somebody should know before a version is published. */
export type Doubt =
  | 'at_once'
  | 'far_off'
  | 'never_in_force'
  | 'stale_copies'
  | 'needless'
  | 'not_asked'
  | 'language_missing'
  | 'one_language';

/** How far off a version takes effect that its date may be mistyped. Because nothing is taken back, it is doubted. */
const far_ms = 366 * 86_400_000;

/** Changes of a version against the one that it follows. */
export interface Assessment {
  /** The version in force when the new one takes effect, or undefined for the first. */
  previous: Policy | undefined;
  /** By language: what people read, as paragraphs. */
  texts: { locale: string; runs: Run[] }[];
  purposes: PurposeChanges;
  /** Months for which leads of a form are kept; undefined before the first version. */
  retention: { form: string; before: number | undefined; after: number }[];
  doubts: Doubt[];
}

/** Compares a version with the one that it follows, and finds what is doubtful about it. */
export async function assess(
  db: Database,
  policies: Policy[],
  draft: PolicyDraft,
  { now, stale_hours }: { now: Date; stale_hours: number },
): Promise<Assessment> {
  const starts = new Date(Math.max(now.getTime(), Date.parse(draft.effective_at)));
  const previous = currentPolicy(policies, starts);
  const texts: Assessment['texts'] = [];
  for (const { locale, html, purposes, summary, forms } of draft.documents) {
    const old = previous?.documents.find(document => document.locale === locale);
    const before = old
      ? writeAll(
          old.summary,
          old.purposes,
          Object.entries(old.agreements),
          await getDocumentHtml(db, previous!.version, locale),
        )
      : [];
    const agreements = forms.map(({ form, agreement }): [string, string] => [form, agreement]);
    texts.push({ locale, runs: compareParagraphs(before, writeAll(summary, purposes, agreements, html)) });
  }
  const terms = previous ? await listFormTerms(db, previous.version) : [];
  const document = draft.documents[0]!;
  const purposes = comparePurposes(previous?.documents[0]?.purposes ?? [], document.purposes);
  const retention = document.forms.map(({ form, retention_months }) => ({
    form,
    before: terms.find(one => one.form === form)?.retention_months,
    after: retention_months,
  }));
  const facts = { previous, texts, purposes, retention };
  const far = draft.effective_at > new Date(now.getTime() + far_ms).toISOString() ? ['far_off' as const] : [];
  const doubts = previous ? findDoubts(draft, { ...facts, previous }, now, stale_hours) : doubtLanguages(draft);
  return { ...facts, doubts: [...far, ...doubts] };
}

function writeAll(
  summary: string | null | undefined,
  purposes: PolicyDraft['documents'][number]['purposes'],
  agreements: [form: string, agreement: string][],
  html: string,
): string[] {
  const sentences = agreements.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([form, words]) => `${form} · ${words}`);
  return [...(summary ? [summary] : []), ...writePurposes(purposes), ...sentences, ...readParagraphs(html)];
}

/** Finds, of a first version, the languages without a file. A later one is compared with the version before. */
function doubtLanguages({ documents }: PolicyDraft): Doubt[] {
  const isMissing = locales.some(one => documents.every(({ locale }) => locale !== one));
  return isMissing ? ['one_language'] : [];
}

function findDoubts(
  draft: PolicyDraft,
  { previous, purposes, retention }: Omit<Assessment, 'doubts' | 'previous'> & { previous: Policy },
  now: Date,
  stale_hours: number,
): Doubt[] {
  const isSignificant = draft.change_class === 'significant';
  const collectsMore = purposes.added.length > 0;
  const keepsLonger = retention.some(({ before, after }) => before !== undefined && after > before);
  const isSame =
    !collectsMore && purposes.removed.length === 0 && retention.every(({ before, after }) => before === after);
  const isMissing = previous.documents.some(({ locale }) => draft.documents.every(one => one.locale !== locale));
  const doubts: [isThere: boolean, doubt: Doubt][] = [
    [draft.effective_at < previous.effective_at, 'never_in_force'],
    [draft.effective_at >= previous.effective_at && draft.effective_at <= now.toISOString(), 'at_once'],
    [warnOfStaleCopies(draft, stale_hours, now) !== undefined, 'stale_copies'],
    [isSignificant && isSame, 'needless'],
    [!isSignificant && (collectsMore || keepsLonger), 'not_asked'],
    [isMissing, 'language_missing'],
  ];
  return doubts.filter(([isThere]) => isThere).map(([, doubt]) => doubt);
}
