import { type Figures, listChecks, listPublicKeys, type PromiseCheck } from '../../db/compliance/results.ts';
import type { Services } from '../context.ts';
import { writeInstant } from '../http/times.ts';
import { date_tags, type Locale } from '../shared/locales.ts';
import { type PromiseId, promise_ids } from './finding.ts';
import { type Code, promise_titles, sentences } from './texts.ts';

/** A promise as a reader is told of it. */
export interface PromiseState {
  id: PromiseId;
  title: string;
  state: PromiseCheck['state'];
  /** Null before the first check. */
  checked_at: string | null;
  evidence: string;
}

/** Time after which a result is no evidence any more. */
const stale_ms = 86_400_000;

/** Describes what the latest check of each promise found, in a reader's language. A result of yesterday proves nothing. */
export async function describeCompliance(
  { db, settings, now }: Pick<Services, 'db' | 'settings' | 'now'>,
  locale: Locale,
) {
  const [checks, keys] = await Promise.all([listChecks(db), listPublicKeys(db)]);
  const stale = new Date(now().getTime() - stale_ms).toISOString();
  const write = (code: Code, figures: Figures) => writeSentence(locale, settings.time_zone, code, figures);
  const promises = promise_ids.map((id): PromiseState => {
    const title = promise_titles[locale][id];
    const check = checks.find(({ promise }) => promise === id);
    if (!check) return { id, title, state: 'unproven', checked_at: null, evidence: write('not_checked', {}) };
    const { state, checked_at, code, figures } = check;
    if (state === 'kept' && checked_at < stale)
      return { id, title, state: 'unproven', checked_at, evidence: write('too_old', {}) };
    return { id, title, state, checked_at, evidence: write(code as Code, figures) };
  });
  const times = promises.map(({ checked_at }) => checked_at).filter(time => time !== null);
  return {
    checked_at: times.sort()[0] ?? null,
    promises,
    public_keys: keys.map(({ signs, public_key, retired_at }) => ({ signs, public_key, retired_at })),
  };
}

export type Compliance = Awaited<ReturnType<typeof describeCompliance>>;

/** Fills a sentence with its figures: numbers and instants as the language writes them. */
function writeSentence(locale: Locale, time_zone: string, code: Code, figures: Figures): string {
  return sentences[locale][code].replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = figures[name] ?? '';
    if (typeof value === 'number') return value.toLocaleString(date_tags[locale]);
    return /^\d{4}-\d\d-\d\dT/.test(value) ? writeInstant(locale, time_zone, new Date(value)) : value;
  });
}
