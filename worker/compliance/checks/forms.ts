import { broken, type Check, type Evidence, kept } from '../finding.ts';

/** What is wrong with the columns of the database; undefined where they are those that this version declares. */
function findStray({ columns: { stray, missing } }: Evidence) {
  if (stray.length > 0) return broken('columns_stray', { columns: stray.length, first: stray[0]! });
  if (missing.length > 0) return broken('columns_missing', { columns: missing.length, first: missing[0]! });
  return undefined;
}

/** A form's leads hold the four values and nothing else. */
function checkForm(form: string): Check {
  return evidence => {
    const { sample, columns } = evidence;
    const misshapen = sample.misshapen[form] ?? 0;
    if (misshapen > 0) return broken('values_others', { leads: misshapen });
    return findStray(evidence) ?? kept('four_values', { leads: sample.by_form[form] ?? 0, columns: columns.columns });
  };
}

export const C1 = checkForm('mini-ai-experience');
export const C2 = checkForm('ecological-cooperation');

/** No column is there that this version does not declare, and so none for an address, a browser or a page. */
export const C3: Check = evidence => {
  const { tables, columns } = evidence.columns;
  return findStray(evidence) ?? kept('columns_declared', { tables, columns });
};
