import type { Context } from 'hono';
import { takeNote, writeNote } from '../../../db/staff/notes.ts';
import type { App } from '../../context.ts';
import { problem } from '../../http/problems/problem.ts';
import { type FieldError, type Slug, statuses } from '../../http/problems/slugs.ts';
import { uuid } from '../../http/query-fields.ts';
import { readSessionId } from '../session.ts';

/** A form about an incident that was refused, as its page tells it, once. */
export interface Draft {
  slug: Slug;
  errors: FieldError[];
  /** What was typed, for another try. */
  typed: Record<string, string>;
}

/** Characters kept of a text that was refused, and fields that a form may have. */
const kept_length = 2_000;
const kept_fields = 20;

/** Leads back to the page of a form that was refused, which says why and shows again what was typed. */
export async function refuseForm(c: Context<App>, errors: FieldError[], slug: Slug = 'invalid-fields') {
  const { db, now } = c.var.services;
  const id = c.req.param('id');
  if (id && !uuid.test(id)) return problem(c, 'not-found');
  const texts = Object.entries(Object(c.var.sent)).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  const typed = Object.fromEntries(
    texts.slice(0, kept_fields).map(([name, text]) => [name, text.slice(0, kept_length)]),
  );
  const draft: Draft = { slug, errors: errors.slice(0, kept_fields), typed };
  const note = await writeNote(db, readSessionId(c)!, 'incident', draft, now());
  return c.redirect(`/console/incidents/${id ?? 'new'}?draft=${note}`, 303);
}

/** Reads what was refused before, once; undefined where nothing was. */
export async function readDraft(c: Context<App>): Promise<Draft | undefined> {
  const id = c.req.query('draft') ?? '';
  return uuid.test(id) ? takeNote<Draft>(c.var.services.db, readSessionId(c)!, 'incident', id) : undefined;
}

/** Returns the status of a page that tells of a draft. */
export function statusOf(draft: Draft | undefined) {
  return draft ? { status: statuses[draft.slug], says: draft.slug } : {};
}
