import { sql } from 'kysely';
import type { Database } from '../database.ts';
import { firstIdAt } from '../ids.ts';
import { choice_holds_days } from '../policies/policy.ts';

const choices_per_page = 1_000;
const day_ms = 86_400_000;

/** What was found of the cookie choices that were received since an instant. */
export interface Choices {
  choices: number;
  /** Choices that grant nothing but what needs no consent, among them withdrawals. */
  refused: number;
  withdrawn: number;
  /** Choices that hold for another period than they should. */
  misdated: number;
  /** Withdrawals that take nothing back: all that was shown and needs consent is granted still. */
  unheeded: number;
  /** Choices that do not say what was shown, or grant what was not. */
  unshown: number;
}

/** Reads the choices received between two instants, the latest first, as many as it may. */
export async function examineChoices(
  db: Database,
  [since, until]: [Date, Date],
  required: (version: string) => string[] | undefined,
  most: number,
): Promise<Choices> {
  const found: Choices = { choices: 0, refused: 0, withdrawn: 0, misdated: 0, unheeded: 0, unshown: 0 };
  for (let before = firstIdAt(new Date(until.getTime() + 1)); found.choices < most; await db.rest()) {
    const page = await db
      .selectFrom('consents')
      .select(['id', 'policy_version', 'shown', 'granted', 'source', 'chosen_at', 'expires_at'])
      .where('id', '>=', firstIdAt(since))
      .where('id', '<', before)
      .orderBy('id', 'desc')
      .limit(sql.lit(choices_per_page))
      .execute();
    for (const { policy_version, source, chosen_at, expires_at, ...lists } of page) {
      const needless = required(policy_version);
      const [shown, granted] = [readList(lists.shown), readList(lists.granted)];
      const optional = granted?.filter(id => !needless?.includes(id)) ?? [];
      if (optional.length === 0) found.refused += 1;
      if (source === 'withdrawal') found.withdrawn += 1;
      const asked = shown?.filter(id => !needless?.includes(id)) ?? [];
      const isVain = asked.length > 0 ? asked.every(id => optional.includes(id)) : optional.length > 0;
      if (source === 'withdrawal' && isVain) found.unheeded += 1;
      if (Date.parse(expires_at) - Date.parse(chosen_at) !== choice_holds_days * day_ms) found.misdated += 1;
      const isShown = shown && granted && needless && optional.every(id => shown.includes(id));
      if (!isShown) found.unshown += 1;
    }
    found.choices += page.length;
    if (page.length < choices_per_page) return found;
    before = page.at(-1)!.id;
  }
  return found;
}

function readList(json: string): string[] | undefined {
  try {
    const list: unknown = JSON.parse(json);
    return Array.isArray(list) ? list.map(String) : undefined;
  } catch {
    return undefined;
  }
}
