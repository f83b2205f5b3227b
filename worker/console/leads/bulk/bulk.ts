import type { Context } from 'hono';
import * as z from 'zod/mini';
import { type BulkChange, changeSeveral, undoChange } from '../../../../db/leads/bulk/change.ts';
import type { Former } from '../../../../db/leads/bulk/states.ts';
import type { BulkOutcome, Refused } from '../../../../db/leads/bulk/units.ts';
import { lead_statuses } from '../../../../db/leads/lead.ts';
import { listChosen, type Position } from '../../../../db/leads/read.ts';
import { readNote, takeNote, writeNote } from '../../../../db/staff/notes.ts';
import { type App, factory, type Services } from '../../../context.ts';
import { actorOf } from '../../../guards/access.ts';
import { uuid } from '../../../http/query-fields.ts';
import { staffName } from '../../../http/staff-text.ts';
import { body } from '../../../http/validate.ts';
import { readSessionId } from '../../session.ts';
import { readList } from '../filters.ts';
import { isOpen } from '../rows.ts';
import { chosen_body, chosenLeads } from './chosen.ts';

/** How long the page offers to undo a change. */
const undo_ms = 10_000;

/** How much later an undo may arrive, because the offer is drawn, and the press sent, over a line that may be slow. */
const way_ms = 5_000;

/** What a session keeps of a change of several leads. */
interface Done extends Pick<BulkOutcome, 'same' | 'refused' | 'events'> {
  act: 'status' | 'spam' | 'assign' | 'undo' | 'late';
  change: BulkChange;
  former: Former[];
  /** When it was done, and by which request of whom. */
  at: string;
  actor_id: string;
  request_id: string;
}

const none = z.literal('');
const change = z.object({
  act: z.enum(['status', 'spam', 'assign']),
  lead: chosenLeads,
  status: z.optional(z.enum(lead_statuses)),
  assigned_to: z.optional(z.union([none, staffName])),
  list: z.optional(z.string()),
});

/**
 * `POST /console/bulk` sets the status or the assignee of the leads whose boxes are ticked, or closes them as spam. The
 * list that it leads back to says what was done and what was not, and offers to undo it.
 */
export const changeLeads = factory.createHandlers(body(change, chosen_body), async c => {
  const { services } = c.var;
  const { act, lead, status = 'new', assigned_to = '', list } = c.req.valid('json');
  const asked: Record<typeof act, BulkChange> = {
    status: { status },
    spam: { status: 'closed', closed_reason: 'spam' },
    assign: { assigned_to: assigned_to || null },
  };
  const outcome = await changeSeveral(services, lead, asked[act], actorOf(c), services.now());
  return leadToList(c, list, { ...outcome, act, change: asked[act] });
});

/** `POST /console/bulk/{id}/undo` undoes a change of several leads, at most once and only for a while. */
export const undoBulk = factory.createHandlers(
  body(z.object({ list: z.optional(z.string()) }), { form: true }),
  async c => {
    const { services } = c.var;
    const { db, now } = services;
    const id = c.req.param('id') ?? '';
    const { list } = c.req.valid('json');
    const done = uuid.test(id) ? await takeNote<Done>(db, readSessionId(c)!, 'bulk', id) : undefined;
    if (!done) return c.redirect(`/console${readList(list)}`, 303);
    const { change, former, at, actor_id, request_id, events } = done;
    const isLate = now().getTime() - Date.parse(at) > undo_ms + way_ms;
    if (isLate) return leadToList(c, list, { act: 'late', change, former: [], same: 0, refused: [], events: 0 });
    const outcome = await undoChange(services, former, { actor_id, request_id, events }, actorOf(c), now());
    return leadToList(c, list, { ...outcome, act: 'undo', change });
  },
);

async function leadToList(
  c: Context<App>,
  list: string | undefined,
  said: Omit<Done, 'at' | 'actor_id' | 'request_id'>,
): Promise<Response> {
  const { db, now } = c.var.services;
  const { id: actor_id, request_id } = actorOf(c);
  const done: Done = { ...said, at: now().toISOString(), actor_id, request_id: request_id! };
  const note = await writeNote(db, readSessionId(c)!, 'bulk', done, now());
  const address = readList(list);
  return c.redirect(`/console${address}${address.includes('?') ? '&' : '?'}done=${note}`, 303);
}

/** What a list says of a change of several of its leads. */
export interface BulkReport extends Pick<Done, 'act' | 'change' | 'same'> {
  /** Number of leads that were changed. */
  changed: number;
  /** Leads that were not, with the masked name of those that have one. */
  refused: (Refused & { name: string | undefined })[];
  /** The note by which it is undone, and for how long yet; undefined where it can not be. */
  undo: { id: string; ms: number } | undefined;
}

/** Reads what the list has to say, once a change of several leads has led to it. */
export async function readReport(c: Context<App>): Promise<BulkReport | undefined> {
  const { services } = c.var;
  const id = c.req.query('done') ?? '';
  const done = uuid.test(id) ? await readNote<Done>(services.db, readSessionId(c)!, 'bulk', id) : undefined;
  if (!done) return undefined;
  const { act, change, former, same, at } = done;
  const names = await readNames(
    services,
    done.refused.map(({ id }) => id),
  );
  const refused = done.refused.map(one => ({ ...one, name: names.get(one.id) }));
  const ms = undo_ms - (services.now().getTime() - Date.parse(at));
  const canUndo = act !== 'undo' && act !== 'late' && former.length > 0 && ms > 0;
  return { act, change, same, changed: former.length, refused, undo: canUndo ? { id, ms } : undefined };
}

/** Reads the masked names of leads. */
async function readNames(services: Services, ids: string[]): Promise<Map<string, string>> {
  const names = new Map<string, string>();
  for (let after: Position | undefined; ; ) {
    const { leads, has_more, end } = await listChosen(services, ids, after, { masked: true }, services.now());
    for (const lead of leads.filter(isOpen)) names.set(lead.id, lead.name);
    if (!has_more) return names;
    after = end;
  }
}
