import { type CompiledQuery, sql } from 'kysely';
import type { Database } from '../database.ts';
import { type DaySpan, dayOf } from '../days.ts';
import { timeOf } from '../ids.ts';
import { listPolicies } from '../policies/read.ts';
import { bringUpToDate, type Tally } from '../tallies.ts';
import { nextTurn } from '../turn.ts';
import { type ConsentQuery, type StoredChoice, selectConsents, settledId } from './list.ts';

/** Lists the outcomes that a choice counts as. */
export const outcomes = ['accepted', 'refused', 'customised', 'withdrawn'] as const;
type Outcome = (typeof outcomes)[number];

/** Choices received on one day, by policy version and language. */
export type ConsentDay = { day: string; policy_version: string; locale: string } & { [Name in Outcome]: number };

/**
 * Counts the choices received, by day, policy version, language and outcome, as far as their order is settled.
 *
 * Safe to run at any time, on several servers at once.
 */
export function tallyConsents(db: Database, time_zone: string, now: Date): Promise<number> {
  const received_to = timeOf(settledId(now)).toISOString();
  const tally: Tally = { name: 'consents', time_zone };
  return bringUpToDate(db, tally, async position => {
    const choices = await selectConsents(db, { received_to, limit: db.rows_at_once }, position || undefined);
    const last = choices.at(-1);
    if (!last) return undefined;
    const days = [...(await countDays(db, choices, time_zone)).values()];
    return { end: last.id, additions: days.map(day => addDay(db, time_zone, day)) };
  });
}

/** Lists choices by day: from the tally, and from the records that are too young for it. */
export async function listConsentStats(db: Database, span: DaySpan, now: Date): Promise<ConsentDay[]> {
  await tallyConsents(db, span.time_zone, now);
  const { position, days } = await readTally(db, span);
  let after: string | undefined = position || undefined;
  for (;;) {
    const choices = await selectConsents(db, { limit: db.rows_at_once }, after);
    await countDays(db, choices, span.time_zone, days);
    if (choices.length < db.rows_at_once) break;
    after = choices.at(-1)?.id;
  }
  const asked = [...days].filter(([, { day }]) => day >= span.from_day && day <= span.to_day);
  return asked.sort(([one], [other]) => (one < other ? -1 : 1)).map(([, day]) => day);
}

/**
 * Reads the days and the position up to which they are counted. Because another server may count on at any moment, one
 * statement reads both.
 */
async function readTally(db: Database, { time_zone, from_day, to_day }: DaySpan) {
  const rows = await db
    .selectFrom('tallies')
    .leftJoin('consent_days', join =>
      join.onRef('consent_days.time_zone', '=', 'tallies.time_zone').on('day', '>=', from_day).on('day', '<=', to_day),
    )
    .select(['position', 'day', 'policy_version', 'locale', ...outcomes])
    .where('name', '=', 'consents')
    .where('tallies.time_zone', '=', time_zone)
    .execute();
  const days: Days = new Map();
  for (const { position: _, ...row } of rows)
    if (row.day !== null) days.set(keyOf(row as ConsentDay), row as ConsentDay);
  return { position: rows[0]?.position ?? '', days };
}

/** Counts by day, policy version and language (`keyOf`). */
type Days = Map<string, ConsentDay>;

/** Adds choices to the days on which they were received. */
async function countDays(db: Database, choices: StoredChoice[], time_zone: string, days: Days = new Map()) {
  const required = await readRequired(db);
  for (const choice of choices) {
    const { policy_version, locale, received_at } = choice;
    const day = { day: dayOf(new Date(received_at), time_zone), policy_version, locale };
    const count = days.get(keyOf(day)) ?? { ...day, accepted: 0, refused: 0, customised: 0, withdrawn: 0 };
    count[readOutcome(choice, required.get(policy_version)!)] += 1;
    days.set(keyOf(day), count);
  }
  return days;
}

/** Reads which purposes each policy version requires. */
async function readRequired(db: Database): Promise<Map<string, Set<string>>> {
  const policies = await listPolicies(db);
  return new Map(
    policies.map(({ version, documents }) => [
      version,
      new Set(documents[0]!.purposes.filter(purpose => purpose.required).map(({ id }) => id)),
    ]),
  );
}

/** Records that a page of choices by outcome reads in one turn, and turns that it takes at most. */
const [records_per_slice, slices_per_page] = [500, 20];

/** What narrows choices down to those that a number of the statistics counts. */
type CountedQuery = Pick<ConsentQuery, 'policy_version' | 'locale' | 'received_from' | 'received_to' | 'limit'> & {
  outcome?: Outcome | undefined;
};

/**
 * Lists the choices that a number of the statistics counts, the earliest received first.
 *
 * @param after Id after which the page begins.
 * @returns Them, and the id after which there may be more. Because what a choice counts as has no index, a page that
 *   has looked through many ends with fewer than asked for.
 */
export async function listCounted(
  db: Database,
  { outcome, policy_version, locale, limit, ...span }: CountedQuery,
  after: string | undefined,
): Promise<{ choices: StoredChoice[]; more_after: string | undefined }> {
  const required = await readRequired(db);
  const isAsked = (choice: StoredChoice) =>
    (!policy_version || choice.policy_version === policy_version) &&
    (!locale || choice.locale === locale) &&
    (!outcome || readOutcome(choice, required.get(choice.policy_version)!) === outcome);
  const choices: StoredChoice[] = [];
  let from = after;
  for (let slice = 0; slice < slices_per_page; slice++, await nextTurn()) {
    const some = await selectConsents(db, { ...span, limit: records_per_slice }, from);
    choices.push(...some.filter(isAsked));
    if (choices.length > limit) return { choices: choices.slice(0, limit), more_after: choices[limit - 1]!.id };
    if (some.length < records_per_slice) return { choices, more_after: undefined };
    from = some.at(-1)!.id;
  }
  return { choices, more_after: from };
}

/** Returns the outcome of a choice. A choice that grants no optional purpose is a refusal, also when none was shown. */
function readOutcome({ shown, granted, source }: StoredChoice, required: Set<string>): Outcome {
  if (source === 'withdrawal') return 'withdrawn';
  const asked = shown.filter(id => !required.has(id));
  const given = granted.filter(id => !required.has(id));
  if (given.length === 0) return 'refused';
  return given.length === asked.length ? 'accepted' : 'customised';
}

function addDay(db: Database, time_zone: string, day: ConsentDay): CompiledQuery {
  const sums = outcomes.map(name => [name, sql`${sql.ref(`consent_days.${name}`)} + ${sql.ref(`excluded.${name}`)}`]);
  return db
    .insertInto('consent_days')
    .values({ time_zone, ...day })
    .onConflict(conflict =>
      conflict.columns(['time_zone', 'day', 'policy_version', 'locale']).doUpdateSet(Object.fromEntries(sums)),
    )
    .compile();
}

function keyOf({ day, policy_version, locale }: Pick<ConsentDay, 'day' | 'policy_version' | 'locale'>): string {
  return `${day} ${policy_version} ${locale}`;
}
