import type { Selectable } from 'kysely';
import { addDays, dayOf } from '../days.ts';
import type { SubjectRequests } from '../schema.ts';

/** A person may ask for these. */
export const request_types = [
  'access',
  'copy',
  'rectification',
  'erasure',
  'withdrawal',
  'restriction',
  'portability',
  'explanation',
  'complaint',
] as const;
export type RequestType = (typeof request_types)[number];

/** The types that are answered with a copy of everything held. */
export const copy_types: readonly string[] = ['access', 'copy', 'portability'] satisfies RequestType[];

/** The types that are answered in words: they touch no lead, so nobody need be verified. */
export const worded_types: readonly string[] = ['explanation', 'complaint'] satisfies RequestType[];

export const request_states = ['received', 'verified', 'fulfilled', 'refused', 'extended', 'expired'] as const;
export type RequestState = (typeof request_states)[number];

/** How a request came where it did not come from the public page. */
export const staff_channels = ['phone', 'mail', 'visit', 'forwarded'] as const;

/** How staff verify who asks. Relatives are those of a person who has died (PIPL art. 49). */
export const staff_verifications = ['callback', 'in_person', 'written', 'relatives'] as const;
export type StaffVerification = (typeof staff_verifications)[number];

/** The grounds of a refusal: the eight of the policy's section 5, in its order. */
export const refusal_codes = ['R1', 'R2', 'R3', 'R4', 'R5', 'R6', 'R7', 'R8'] as const;
export type RefusalCode = (typeof refusal_codes)[number];

/** The time zone of every due day. */
export const due_zone = 'Asia/Shanghai';

/** How a person can be reached: phone in normal form, e-mail address, or both. */
export interface Contact {
  email?: string | undefined;
  phone?: string | undefined;
}

/** The seal of a request holds these. */
export interface RequestTexts extends Contact {
  name?: string | undefined;
  details?: string | undefined;
  /** The words of a refusal, which the person reads. */
  explanation?: string | undefined;
  /** Why the time was extended. */
  reason?: string | undefined;
}

/** A request as it is stored. */
export type RequestRow = Selectable<SubjectRequests>;

/** Returns the day by which a request must be answered. */
export function dueDay({ due_on, extended_to }: Pick<RequestRow, 'due_on' | 'extended_to'>): string {
  return extended_to ?? due_on;
}

/** Returns the last day to which the time for a request can be extended: a year from now, because nobody can take it back. */
export function latestDue(now: Date): string {
  return addDays(dayOf(now, due_zone), 365);
}

/**
 * Returns whether a request ends by itself when its due day is over: its person was asked to verify, and never did. Because
 * nobody may learn whether a code went to anybody, a request that was to have one counts alike. What is answered in words
 * needs no verification, so it waits for its answer.
 */
export function endsUnverified({
  type,
  verification,
  verified_at,
  attempted_at,
}: Pick<RequestRow, 'type' | 'verification' | 'verified_at' | 'attempted_at'>): boolean {
  return !worded_types.includes(type) && !verified_at && (attempted_at !== null || verification === 'code');
}
