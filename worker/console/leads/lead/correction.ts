import type { Context } from 'hono';
import * as z from 'zod/mini';
import { readNote, writeNote } from '../../../../db/staff/notes.ts';
import { type App, factory } from '../../../context.ts';
import { problem } from '../../../http/problems/problem.ts';
import type { FieldError } from '../../../http/problems/slugs.ts';
import { uuid } from '../../../http/query-fields.ts';
import { body } from '../../../http/validate.ts';
import { checkField, type LeadField, leadFields, normalizeField } from '../../../shared/fields.ts';
import { readSessionId } from '../../session.ts';
import { answerChange, goBack, readId } from './answers.ts';
import type { Correction } from './correction-form.ts';

/** Characters kept of a value that was refused: more than any field may have. */
const draft_length = 1000;

const correction = z.object(Object.fromEntries(leadFields.map(({ name }) => [name, z._default(z.string(), '')])));

/** `POST /console/leads/{id}/correction` replaces the values that are filled in. */
export const correctLead = factory.createHandlers(body(correction, { form: true }), async c => {
  const typed = Object.entries(c.req.valid('json')).filter(([, value]) => value.trim());
  const isWrong = typed.length === 0 || typed.some(([field, value]) => checkField(field as LeadField, value));
  if (isWrong) {
    const { db, now } = c.var.services;
    const id = readId(c);
    if (!id) return problem(c, 'not-found');
    const draft = Object.fromEntries(typed.map(([field, value]) => [field, value.slice(0, draft_length)]));
    return goBack(c, id, { draft: await writeNote(db, readSessionId(c)!, 'correction', draft, now()) });
  }
  const values = Object.fromEntries(typed.map(([field, value]) => [field, normalizeField(field as LeadField, value)]));
  return answerChange(c, { values }, 'corrected');
});

/** Reads the correction that was refused from the session's note, and what is wrong with it. */
export async function readRefused(c: Context<App>): Promise<Correction | undefined> {
  const draft = c.req.query('draft') ?? '';
  const typed =
    uuid.test(draft) &&
    (await readNote<Record<string, string>>(c.var.services.db, readSessionId(c)!, 'correction', draft));
  if (!typed) return undefined;
  const errors = Object.entries(typed).flatMap(([field, value]): FieldError[] => {
    const code = checkField(field as LeadField, value);
    return code ? [{ field, code }] : [];
  });
  return { typed, errors };
}
