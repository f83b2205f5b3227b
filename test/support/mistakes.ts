import type { LeadField } from '../../worker/shared/fields.ts';

/** Values for every error that each field of the form can have. */
export const mistakes: Record<LeadField, string[]> = {
  name: [' ', 'n'.repeat(101), 'Ada\u202e'],
  phone: [' ', '12'],
  email: [' ', `${'e'.repeat(250)}@example.com`, 'ada'],
  company: [' ', 'c'.repeat(201), 'Engines\u202e'],
};
