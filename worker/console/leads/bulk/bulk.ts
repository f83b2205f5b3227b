import type { Context } from 'hono';
import * as z from 'zod/mini';
import { newId } from '../../../../db/ids.ts';
import { type BulkChange, changeSeveral, undoChange } from '../../../../db/leads/bulk/change.ts';
import type { Refused } from '../../../../db/leads/bulk/units.ts';
import { lead_statuses } from '../../../../db/leads/lead.ts';
import { listChosen, type Position } from '../../../../db/leads/read.ts';
import { keepNote } from '../../../../db/staff/notes.ts';
import { type App, factory, type Services } from '../../../context.ts';
import { actorOf } from '../../../guards/access.ts';
import { staffName } from '../../../http/staff-text.ts';
import { body } from '../../../http/validate.ts';
import { claimAct, waitFor } from '../../once.ts';
import { readSessionId } from '../../session.ts';
import { readList } from '../filters.ts';
import { isOpen } from '../rows.ts';
import { chosen_body, chosenLeads } from './chosen.ts';
import { type Done, keepDone, readDone } from './done.ts';

/** How long the page offers to undo a change. */
const undo_ms = 10_000;

/** How much later an undo may arrive, because the offer is drawn, and the press sent, over a line that may be slow. */
const way_ms = 5_000;

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
 * list that it leads back to says what was done and what was not, and offers to undo it. A form that is sent twice leads
 * to what the first one did.
 */
export const changeLeads = factory.createHandlers(body(change, chosen_body), async c => {
  const { services } = c.var;
  const { act, lead, status = 'new', assigned_to = '', list } = c.req.valid('json');
  const asked: Record<typeof act, BulkChange> = {
    status: { status },
    spam: { status: 'closed', closed_reason: 'spam' },
    assign: { assigned_to: assigned_to || null },
  };
  const id = newId(services.now());
  let first = await claimBulk(c, [lead, asked[act]], id);
  // One that was undone meanwhile is asked for anew.
  while (first?.done.undone_by) first = await claimBulk(c, [lead, asked[act], first.id], id);
  if (first) return leadToList(c, list, first.id);
  const said = { act, change: asked[act] };
  await keepDone(c, id, said, beside => changeSeveral(services, lead, asked[act], actorOf(c), services.now(), beside));
  return leadToList(c, list, id);
});

/** `POST /console/bulk/{id}/undo` undoes a change of several leads, at most once and only for a while. */
export const undoBulk = factory.createHandlers(
  body(z.object({ list: z.optional(z.string()) }), { form: true }),
  async c => {
    const { services } = c.var;
    const { db, now } = services;
    const session = readSessionId(c)!;
    const undone = c.req.param('id') ?? '';
    const { list } = c.req.valid('json');
    const done = await readDone(c, undone);
    if (!done || !canBeUndone(done)) return c.redirect(`/console${readList(list)}`, 303);
    const { change, former, at, actor_id, request_id, events } = done;
    const id = newId(now());
    const by = done.undone_by ? await readDone(c, done.undone_by) : (await claimBulk(c, undone, id))?.done;
    const isLate = now().getTime() - Date.parse(at) > undo_ms + way_ms;
    if (by || done.undone_by || isLate) {
      const nothing = { former: by?.former ?? [], same: 0, refused: by?.refused ?? [], events: 0 };
      await keepDone(c, id, { act: by || done.undone_by ? 'again' : 'late', change }, async () => nothing);
      return leadToList(c, list, id);
    }
    await keepDone(c, id, { act: 'undo', change }, beside =>
      undoChange(services, former, { actor_id, request_id, events }, actorOf(c), now(), outcome => [
        ...beside(outcome),
        ...keepNote(db, session, 'bulk', undone, { ...done, undone_by: id } satisfies Done),
      ]),
    );
    return leadToList(c, list, id);
  },
);

/** Claims a change, and returns what the first request for it did; undefined where that one has left nothing. */
async function claimBulk(c: Context<App>, asked: unknown, id: string): Promise<{ id: string; done: Done } | undefined> {
  const first = await claimAct(c, ['bulk', asked], id);
  if (!first) return undefined;
  const whole = await waitFor(async () => {
    const done = await readDone(c, first);
    return done?.isWhole ? done : undefined;
  });
  const done = whole ?? (await readDone(c, first));
  return done && { id: first, done };
}

function canBeUndone({ act }: Done): boolean {
  return act === 'status' || act === 'spam' || act === 'assign';
}

function leadToList(c: Context<App>, list: string | undefined, note: string): Response {
  const address = readList(list);
  return c.redirect(`/console${address}${address.includes('?') ? '&' : '?'}done=${note}`, 303);
}

/** A list reports this of a change of several of its leads. */
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
  const done = await readDone(c, id);
  if (!done) return undefined;
  const { act, change, former, same, at, undone_by } = done;
  const names = await readNames(
    services,
    done.refused.map(({ id }) => id),
  );
  const refused = done.refused.map(one => ({ ...one, name: names.get(one.id) }));
  const ms = undo_ms - (services.now().getTime() - Date.parse(at));
  const canUndo = canBeUndone(done) && !undone_by && former.length > 0 && ms > 0;
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
