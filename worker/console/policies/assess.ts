import type { Database } from '../../../db/database.ts';
import type { Policy } from '../../../db/policies/policy.ts';
import type { PolicyDraft } from '../../../db/policies/publish.ts';
import { getDocumentHtml } from '../../../db/policies/read.ts';
import { type Doubted, findDoubts, type Moment } from '../../policies/doubts.ts';
import { compareParagraphs, type Run, readParagraphs, writePurposes } from './compare.ts';

/** Changes of a version against the one that it follows. */
export interface Assessment extends Doubted {
  /** By language: what people read, as paragraphs. */
  texts: { locale: string; runs: Run[] }[];
}

/** Compares a version with the one that it follows, and finds what is doubtful about it. */
export async function assess(
  db: Database,
  policies: Policy[],
  draft: PolicyDraft,
  moment: Moment,
): Promise<Assessment> {
  const doubted = await findDoubts(db, policies, draft, moment);
  const { previous } = doubted;
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
  return { ...doubted, texts };
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
