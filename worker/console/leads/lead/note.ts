import type { Context } from 'hono';
import * as z from 'zod/mini';
import { changeLead, describeNote, findNote } from '../../../../db/leads/change.ts';
import { readNote, writeNote } from '../../../../db/staff/notes.ts';
import { type App, factory } from '../../../context.ts';
import { actorOf } from '../../../guards/access.ts';
import { problem } from '../../../http/problems/problem.ts';
import { uuid } from '../../../http/query-fields.ts';
import { staffNote } from '../../../http/staff-text.ts';
import { body } from '../../../http/validate.ts';
import { readSessionId } from '../../session.ts';
import type { OpenLead } from '../rows.ts';
import { goBack, readId, refuseGone } from './answers.ts';
import type { NoteForm } from './work-forms.ts';

/** Characters kept of a note that was refused. */
const note_draft_length = 5_000;

const typedNote = z.object({ note: z._default(z.string(), ''), seen: z._default(z.string(), '') });

/** A note that was refused, as the session keeps it, with a code where something is wrong with it. */
interface RefusedNote {
  typed: string;
  code?: 'invalid' | 'too_long';
}

/**
 * `POST /console/leads/{id}/note` replaces the note. Where somebody else has changed it since the page was shown, nothing is
 * lost: theirs stays, and what was typed is there for another try.
 */
export const setNote = factory.createHandlers(body(typedNote, { form: true }), async c => {
  const { services } = c.var;
  const { note: typed, seen: note_seen } = c.req.valid('json');
  const id = readId(c);
  if (!id) return problem(c, 'not-found');
  const note = staffNote.safeParse(typed);
  const refuse = async (refused: RefusedNote) =>
    goBack(c, id, { draft: await writeNote(services.db, readSessionId(c)!, 'note', refused, services.now()) });
  const kept = typed.slice(0, note_draft_length);
  if (!note.success) {
    const [issue] = note.error.issues;
    return refuse({
      typed: kept,
      code: issue?.code === 'custom' && issue.params?.code === 'too_long' ? 'too_long' : 'invalid',
    });
  }
  const outcome = await changeLead(services, id, { note: note.data, note_seen }, actorOf(c), services.now());
  if (outcome === 'note_changed') return refuse({ typed: kept });
  return outcome === 'done' ? goBack(c, id, { done: 'note' }) : refuseGone(c, id);
});

/** Reads what the form of the note needs: a note that was refused, from the session, and the note that it replaces. */
export async function readNoteForm(c: Context<App>, lead: OpenLead): Promise<NoteForm> {
  const { services } = c.var;
  const draft = c.req.query('draft') ?? '';
  const refused = uuid.test(draft) && (await readNote<RefusedNote>(services.db, readSessionId(c)!, 'note', draft));
  if (!refused) return { seen: describeNote(services.signer, lead.id, lead.note ?? null), refused: undefined };
  const errors = refused.code ? [{ field: 'note', code: refused.code }] : [];
  return { seen: (await findNote(services, lead.id)) ?? '', refused: { typed: refused.typed, errors } };
}
