import * as z from 'zod/mini';
import type { Seen } from '../../../../db/leads/bulk/change.ts';
import { lead_statuses } from '../../../../db/leads/lead.ts';
import { uuid } from '../../../http/query-fields.ts';

/** Leads that are chosen at once, at most. */
export const most_chosen = 200;

/**
 * Writes a lead as the value of its box: with what its row says, so that a change can tell whether it is still so.
 * The script writes the status anew when it changes it.
 */
export function writeSeen({ id, status, assigned_to }: Seen): string {
  return `${id}/${status}/${assigned_to ?? ''}`;
}

const seen = z.pipe(
  z
    .string()
    .check(z.regex(new RegExp(`^${uuid.source.replace(/^\^|\$$/g, '')}/(${lead_statuses.join('|')})/[^/]{0,200}`))),
  z.transform((value: string): Seen => {
    const [id, status, ...rest] = value.split('/');
    return { id: id!, status: status!, assigned_to: rest.join('/') || null };
  }),
);

/** Schema of the leads whose boxes are ticked: one or several, as a form sends them. */
export const chosenLeads = z.pipe(
  z.pipe(
    z.unknown(),
    z.transform((ticked: unknown) => (Array.isArray(ticked) ? ticked : ticked === undefined ? [] : [ticked])),
  ),
  z.array(seen).check(z.minLength(1), z.maxLength(most_chosen)),
);

/** How the body of a form with boxes is read. A name of a hundred characters takes nine hundred bytes of it. */
export const chosen_body = { form: true, limit_bytes: 256 * 1024, entries: most_chosen };
