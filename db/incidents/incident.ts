import type { Selectable } from 'kysely';
import type { Incidents } from '../schema.ts';

/** A notice of an incident says these, in this order (PIPL 57, and the policy's section 3). */
export const notice_parts = ['situation', 'impact', 'measures', 'advice', 'remedies'] as const;

/** The notice in one language. */
export type NoticeWords = Record<(typeof notice_parts)[number], string>;

/** The data that an incident reached: what one token was shown, what one key wrapped, some leads, or all. */
export type IncidentScope = { token_id: string } | { key_id: string } | { lead_ids: string[] } | { all: true };

/** The row of an incident. */
export type IncidentRow = Selectable<Incidents>;

/** Hours in which an incident is reported to the authority, and those in which its people are told. */
const report_hours = 4;
const notice_hours = 24;

/** Returns until when an incident is to be reported to the authority, and until when its people are to be told. */
export function clocksOf({ recorded_at }: Pick<IncidentRow, 'recorded_at'>) {
  const after = (hours: number) => new Date(Date.parse(recorded_at) + hours * 3_600_000).toISOString();
  return { report_due_at: after(report_hours), notice_due_at: after(notice_hours) };
}
