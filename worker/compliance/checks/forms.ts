import { self_check_form } from '../../../db/leads/lead.ts';
import { broken, type Check, type Evidence, kept, unproven } from '../finding.ts';

/**
 * The mistake in the columns of the database; undefined where they are those that this version declares. While servers are
 * upgraded one after another, one of the version before cannot tell what the newer declares.
 */
function findStray({ columns: { stray, missing, are_newer } }: Evidence) {
  if (stray.length > 0 && are_newer) return unproven('columns_newer', { columns: stray.length, first: stray[0]! });
  if (stray.length > 0) return broken('columns_stray', { columns: stray.length, first: stray[0]! });
  if (missing.length > 0) return broken('columns_missing', { columns: missing.length, first: missing[0]! });
  return undefined;
}

/** A form's leads, and the made-up one, hold the four values and nothing else. */
function checkForm(form: string): Check {
  return evidence => {
    const { sample, columns } = evidence;
    const count = (leads: Record<string, number>) => (leads[form] ?? 0) + (leads[self_check_form] ?? 0);
    const misshapen = count(sample.misshapen);
    if (misshapen > 0) return broken('values_others', { leads: misshapen });
    return findStray(evidence) ?? kept('four_values', { leads: count(sample.by_form), columns: columns.columns });
  };
}

export const C1 = checkForm('mini-ai-experience');
export const C2 = checkForm('ecological-cooperation');

/** No column is there that this version does not declare, and so none for an address, a browser or a page. */
export const C3: Check = evidence => {
  const { tables, columns } = evidence.columns;
  return findStray(evidence) ?? kept('columns_declared', { tables, columns });
};
