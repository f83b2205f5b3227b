import type { Context } from 'hono';
import type { Hindrance } from '../../../db/requests/act.ts';
import { takeNote, writeNote } from '../../../db/staff/notes.ts';
import type { App } from '../../context.ts';
import { problem } from '../../http/problems/problem.ts';
import { type FieldError, type Slug, statuses } from '../../http/problems/slugs.ts';
import { uuid } from '../../http/query-fields.ts';
import { hindered } from '../../requests/acts.ts';
import { readSessionId } from '../session.ts';
import { requestAddress } from './address.ts';

/** A form about a request that was refused, as the page of the form tells it, once. */
export interface Draft {
  /** Path of the post, which is the action of the form that was sent. */
  action: string;
  slug: Slug;
  hindrance?: Hindrance | undefined;
  errors: FieldError[];
  /** What was typed, for another try. */
  typed: Record<string, string>;
}

/** Characters kept of a value that was refused: more than any field may have. */
const kept_length = 2_000;

/** Leads back to the page of a form that was refused, which says why and shows again what was typed. */
export async function refuseForm(c: Context<App>, errors: FieldError[], slug?: Slug) {
  return slug ? problem(c, slug) : leadBack(c, { slug: 'invalid-fields', errors });
}

/** Leads back to the page of a request, which says what hindered the act. */
export function hinder(c: Context<App>, hindrance: Hindrance) {
  const slug = hindered[hindrance];
  return hindrance === 'unknown' ? problem(c, slug) : leadBack(c, { slug, hindrance, errors: [] });
}

async function leadBack(c: Context<App>, refused: Pick<Draft, 'slug' | 'hindrance' | 'errors'>) {
  const { db, now } = c.var.services;
  const id = c.req.param('id');
  if (id && !uuid.test(id)) return problem(c, 'not-found');
  const texts = Object.entries(Object(c.var.sent)).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  const typed = Object.fromEntries(texts.slice(0, 20).map(([name, text]) => [name, text.slice(0, kept_length)]));
  const draft = { action: c.req.path, ...refused, errors: refused.errors.slice(0, 8), typed };
  const note = await writeNote(db, readSessionId(c)!, 'request', draft, now());
  return c.redirect(requestAddress(id ?? 'new', '', { shown: c.req.query('shown'), draft: note }), 303);
}

/** Reads what was refused before, once; undefined where nothing was. */
export async function readDraft(c: Context<App>): Promise<Draft | undefined> {
  const id = c.req.query('draft') ?? '';
  return uuid.test(id) ? takeNote<Draft>(c.var.services.db, readSessionId(c)!, 'request', id) : undefined;
}

/** Returns the status of a page that tells of a draft. */
export function statusOf(draft: Draft | undefined) {
  return draft ? { status: statuses[draft.slug], says: draft.slug } : {};
}
