import { type CompiledQuery, type RawBuilder, sql } from 'kysely';
import { type Actor, recordEvent, takeNumber, takenNumber } from './audit/record.ts';
import type { Database } from './database.ts';
import { type GoodTimes, goodTimes, isPassedOver } from './staff/passed-over.ts';
import { prepare } from './statements.ts';

/** A holder to whom new leads of a form go, and whether they are passed over because their access has ended. */
export interface Turn {
  holder: string;
  is_passed_over: boolean;
}

/** Lists to whom new leads of a form go, in turn; empty where they go to nobody. */
export async function listTurns(db: Database, form: string, now: Date): Promise<Turn[]> {
  const rows = await db
    .selectFrom('assignment_rules')
    .select(['holder', isPassedOver(sql.ref('assignment_rules.holder'), goodTimes(now)).as('is_passed_over')])
    .where('form', '=', form)
    .orderBy('place')
    .execute();
  return rows.map(({ holder, is_passed_over }) => ({ holder, is_passed_over: Boolean(is_passed_over) }));
}

/**
 * Replaces the rule of a form: one holder gets all new leads, several get them in turn, beginning with the first. The
 * same rule once more is no act, and the turn goes on.
 */
export async function replaceRule(
  db: Database,
  form: string,
  holders: string[],
  actor: Actor,
  now: Date,
): Promise<void> {
  const known = (await listTurns(db, form, now)).map(({ holder }) => holder);
  if (JSON.stringify(known) === JSON.stringify(holders)) return;
  const rows = holders.map((holder, place) => ({ form, place, holder, last_seq: 0 }));
  await db.atomic([
    takeNumber(db),
    db.deleteFrom('assignment_rules').where('form', '=', form).compile(),
    ...rows.map(row => db.insertInto('assignment_rules').values(row).compile()),
    ...recordEvent(db, actor, { action: 'assignment.changed', purpose: form }, now),
  ]);
}

/**
 * Returns the statement that gives the turn to who had it longest ago. It stands after `takeNumber`, whose number says
 * who has it; where a form has no rule, or one holder alone, it writes nothing.
 */
export function takeTurn(db: Database, form: string, times: GoodTimes): CompiledQuery {
  return giveTurn(db, { form, ...times });
}

const giveTurn = prepare<{ form: string } & GoodTimes>(['form', 'at', 'used_since'], (db, { form, ...times }) =>
  db
    .updateTable('assignment_rules')
    .set({ last_seq: takenNumber() })
    .where('form', '=', form)
    .where('place', '=', sql<number>`(${selectTurn('place', 'last_seq, place', form, times)})`)
    .where(
      sql<boolean>`exists (select 1 from assignment_rules as others where others.form = ${form} and others.place > 0)`,
    )
    .compile(),
);

/** Returns SQL for the holder who has the turn once `takeTurn` has run in the unit; null where nobody is to have it. */
export function whoseTurn(form: string, times: GoodTimes): RawBuilder<string | null> {
  return sql<string | null>`(${selectTurn('holder', 'last_seq desc, place', form, times)})`;
}

function selectTurn(
  column: 'place' | 'holder',
  order: string,
  form: string,
  { at, used_since }: GoodTimes,
): RawBuilder<unknown> {
  const isOver = isPassedOver(sql.ref('turns.holder'), { at, used_since });
  return sql`select turns.${sql.raw(column)} from assignment_rules as turns where turns.form = ${form} and not ${isOver} order by ${sql.raw(order)} limit 1`;
}
