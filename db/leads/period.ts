import type { Database } from '../database.ts';
import { monthsBefore } from '../days.ts';

/** Months for which leads are kept after the last contact by the present setting, by form. */
export type Periods = Record<string, number>;

/** What the period of a lead depends on: the last contact is its receipt, or the last change of its status. */
export interface Kept {
  form: string;
  policy_version: string;
  received_at: string;
  status_changed_at: string | null;
}

/** Tells whether the retention period of a lead is over. */
export type IsOver = (lead: Kept) => boolean;

/**
 * Returns what tells whether the retention period of a lead is over, and the latest instant of receipt, by form, of a
 * lead whose period may be.
 *
 * Because a person agreed to the period of one policy version, and the operator may have shortened it since, the
 * shorter of both counts.
 */
export async function readPeriods(
  db: Database,
  periods: Periods,
  now: Date,
): Promise<{ isOver: IsOver; latest: Map<string, Date> }> {
  const agreed = await db
    .selectFrom('policy_forms')
    .select(['version', 'form'])
    .select(({ fn }) => fn.min<number>('retention_months').as('months'))
    .groupBy(['version', 'form'])
    .execute();
  const ends = new Map<string, string>();
  const latest = new Map<string, Date>();
  for (const { version, form, months } of agreed) {
    const end = monthsBefore(now, Math.min(Number(months), periods[form] ?? Number.POSITIVE_INFINITY));
    ends.set(`${version} ${form}`, end.toISOString());
    if (!(latest.get(form)! >= end)) latest.set(form, end);
  }
  const isOver = ({ form, policy_version, received_at, status_changed_at }: Kept) =>
    (status_changed_at ?? received_at) <= ends.get(`${policy_version} ${form}`)!;
  return { isOver, latest };
}

/** Returns when the retention period of a lead is over, unless staff change its status meanwhile. */
export async function findPeriodEnd(db: Database, periods: Periods, lead: Kept): Promise<Date> {
  const { form, policy_version, received_at, status_changed_at } = lead;
  const { months } = await db
    .selectFrom('policy_forms')
    .select(({ fn }) => fn.min<number>('retention_months').as('months'))
    .where('version', '=', policy_version)
    .where('form', '=', form)
    .executeTakeFirstOrThrow();
  const shorter = Math.min(Number(months), periods[form] ?? Number.POSITIVE_INFINITY);
  return monthsBefore(new Date(status_changed_at ?? received_at), -shorter);
}
