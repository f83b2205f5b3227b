import type { Database } from '../../db/database.ts';
import { currentPolicy } from '../../db/policies/force.ts';
import type { Policy, Purpose } from '../../db/policies/policy.ts';
import type { PolicyDraft } from '../../db/policies/publish.ts';
import { listFormTerms } from '../../db/policies/read.ts';
import { locales } from '../shared/locales.ts';
import { warnOfStaleCopies } from './stale-copies.ts';

/** Doubts about a version, which somebody should know before it is published. */
export type Doubt =
  | 'at_once'
  | 'far_off'
  | 'never_in_force'
  | 'stale_copies'
  | 'needless'
  | 'not_asked'
  | 'language_missing'
  | 'one_language';

/** Says each doubt in English: `hours` are those of WIDGET_STALE_HOURS. */
export const doubt_words: Record<Doubt, (hours: number) => string> = {
  at_once: () => 'It takes effect at once, because its time is past.',
  far_off: () => 'It takes effect in more than a year. Is the date right?',
  never_in_force: () => 'It never comes into force, because the version in force took effect later.',
  stale_copies: hours =>
    `It takes effect in less than ${hours} hours (WIDGET_STALE_HOURS): visitors whose browser has an older copy of the widget are asked one page view late.`,
  needless: () =>
    'It is significant, so every visitor is asked again; but purposes, cookies and periods are as they were. Is that needed?',
  not_asked: () =>
    'It is minor, so nobody is asked again; but it adds purposes or cookies, or keeps leads for longer. Should it be significant?',
  language_missing: () => 'A language of the version before has no file.',
  one_language: () => 'There is a file in one language only: readers of the other get this one.',
};

/** How far off a version takes effect that its date may be mistyped. Because nothing is taken back, it is doubted. */
const far_ms = 366 * 86_400_000;

/** Differences of the purposes: names of purposes, and of cookies with their purpose. */
interface PurposeChanges {
  added: string[];
  removed: string[];
}

/** Changes of a version but for its words, and the doubts about it. */
export interface Doubted {
  /** The version in force when the new one takes effect, or undefined for the first. */
  previous: Policy | undefined;
  purposes: PurposeChanges;
  /** Months for which leads of a form are kept; undefined before the first version. */
  retention: { form: string; before: number | undefined; after: number }[];
  doubts: Doubt[];
}

/** Time of a look at a version, and WIDGET_STALE_HOURS. */
export interface Moment {
  now: Date;
  stale_hours: number;
}

/** Compares a version with the one that it follows, and finds what is doubtful about it. */
export async function findDoubts(
  db: Database,
  policies: Policy[],
  draft: PolicyDraft,
  moment: Moment,
): Promise<Doubted> {
  const { now } = moment;
  const starts = new Date(Math.max(now.getTime(), Date.parse(draft.effective_at)));
  const previous = currentPolicy(policies, starts);
  const terms = previous ? await listFormTerms(db, previous.version) : [];
  const document = draft.documents[0]!;
  const purposes = comparePurposes(previous?.documents[0]?.purposes ?? [], document.purposes);
  const retention = document.forms.map(({ form, retention_months }) => ({
    form,
    before: terms.find(one => one.form === form)?.retention_months,
    after: retention_months,
  }));
  const far = draft.effective_at > new Date(now.getTime() + far_ms).toISOString() ? ['far_off' as const] : [];
  const facts = { previous, purposes, retention };
  const doubts = previous ? doubtChanges(draft, { ...facts, previous }, moment) : doubtLanguages(draft);
  return { ...facts, doubts: [...far, ...doubts] };
}

/**
 * Returns what is warned of where a version is published without a preview, a sentence each.
 *
 * @param policies Those before it.
 * @param without Doubts that are left out.
 */
export async function listWarnings(
  db: Database,
  policies: Policy[],
  draft: PolicyDraft,
  moment: Moment,
  without: Doubt[] = [],
): Promise<string[]> {
  const { doubts } = await findDoubts(db, policies, draft, moment);
  const stale =
    policies.length > 0 &&
    !doubts.includes('never_in_force') &&
    warnOfStaleCopies(draft, moment.stale_hours, moment.now);
  const said = doubts.filter(doubt => ![...unsaid, ...without].includes(doubt));
  const others = said.map(doubt => doubt_words[doubt](moment.stale_hours));
  return [...(stale ? [`${stale}.`] : []), ...others];
}

/**
 * Doubts that are not among the warnings. Whether a version is needed is a question before it is published, and no warning
 * after; the one of the copies has words of its own there.
 */
const unsaid: Doubt[] = ['needless', 'stale_copies'];

/** Finds, of a first version, the languages without a file. A later one is compared with the version before. */
function doubtLanguages({ documents }: PolicyDraft): Doubt[] {
  const isMissing = locales.some(one => documents.every(({ locale }) => locale !== one));
  return isMissing ? ['one_language'] : [];
}

function doubtChanges(
  draft: PolicyDraft,
  { previous, purposes, retention }: Omit<Doubted, 'doubts' | 'previous'> & { previous: Policy },
  { now, stale_hours }: Moment,
): Doubt[] {
  const isSignificant = draft.change_class === 'significant';
  const collectsMore = purposes.added.length > 0;
  const keepsLonger = retention.some(({ before, after }) => before !== undefined && after > before);
  const isSame =
    !collectsMore && purposes.removed.length === 0 && retention.every(({ before, after }) => before === after);
  const isMissing = previous.documents.some(({ locale }) => draft.documents.every(one => one.locale !== locale));
  const isNever = draft.effective_at < previous.effective_at;
  const doubts: [isThere: boolean, doubt: Doubt][] = [
    [isNever, 'never_in_force'],
    [!isNever && draft.effective_at <= now.toISOString(), 'at_once'],
    [!isNever && warnOfStaleCopies(draft, stale_hours, now) !== undefined, 'stale_copies'],
    [isSignificant && isSame, 'needless'],
    [!isSignificant && (collectsMore || keepsLonger), 'not_asked'],
    [isMissing, 'language_missing'],
  ];
  return doubts.filter(([isThere]) => isThere).map(([, doubt]) => doubt);
}

/** Compares the purposes of two versions and what each stores on a device, by their names. */
function comparePurposes(before: Purpose[], after: Purpose[]): PurposeChanges {
  const [had, has] = [listMarks(before), listMarks(after)];
  return { added: has.filter(one => !had.includes(one)), removed: had.filter(one => !has.includes(one)) };
}

function listMarks(purposes: Purpose[]): string[] {
  return purposes.flatMap(({ id, required, cookies }) => [
    `${id}${required ? ' *' : ''}`,
    ...cookies.map(({ name, type = 'cookie' }) => `${id}: ${name} (${type})`),
  ]);
}
