import type { Selectable } from 'kysely';
import type { Leads } from '../schema.ts';
import type { LeadValues } from '../vault/vault.ts';

export const lead_statuses = ['new', 'contacted', 'qualified', 'closed'] as const;
export type LeadStatus = (typeof lead_statuses)[number];

/** Why a lead is closed. */
export const closed_reasons = ['won', 'no_budget', 'no_fit', 'unreachable', 'duplicate', 'spam', 'other'] as const;
export type ClosedReason = (typeof closed_reasons)[number];

/** Purposes for which staff may reveal a lead. */
export const reveal_purposes = ['first_contact', 'follow_up', 'subject_request', 'correction', 'handover'] as const;
export type RevealPurpose = (typeof reveal_purposes)[number];

/** The personal fields of a lead, as an audit event lists them. */
export const personal_fields = 'name,phone,email,company';

/** The same with the note, which is shown in clear alone. */
export const noted_fields = `${personal_fields},note`;

/**
 * The form of the made-up leads by which a running system is checked. Nobody is shown them: they are in no feed, list or
 * count, and no channel is told of them.
 */
export const self_check_form = 'self-check';

/** The columns that staff see as they are stored. */
export const shown_columns = [
  'id',
  'form',
  'status',
  'assigned_to',
  'policy_version',
  'received_at',
  'changed_at',
  'earlier_lead_id',
  'follow_up_on',
  'closed_reason',
] as const;

/**
 * A lead as staff see it: in clear with the note, masked without. An erased or restricted lead shows nothing else but
 * its id.
 */
export type Lead =
  | (Pick<Selectable<Leads>, (typeof shown_columns)[number]> & LeadValues & { note?: string | null })
  | { id: string; erased_at: string }
  | { id: string; restricted_at: string };

/** Grounds of a hold: why a lead must be kept although it would be erased. */
export const hold_grounds = ['law', 'court', 'authority', 'finance', 'dispute'] as const;
export type HoldGround = (typeof hold_grounds)[number];

/** Grounds of an erasure by staff. */
export const erasure_grounds = ['purpose_achieved', 'period_over', 'withdrawn', 'unlawful', 'child', 'other'] as const;
export type ErasureGround = (typeof erasure_grounds)[number];
