import { type Actor, recordEvent, takeNumber } from '../audit/record.ts';
import type { Database } from '../database.ts';
import { nextTurn } from '../turn.ts';
import { canonicalizeEmail } from '../vault/email.ts';
import { LostKey } from '../vault/lost-key.ts';
import type { Vault } from '../vault/vault.ts';
import { type KeyedRequest, listRequests, openTexts } from './find.ts';
import { findByContact } from './meant.ts';
import { listQueue, type QueuePlace } from './queue.ts';
import { type Contact, dueDay, type RequestRow } from './request.ts';

/** Most requests that a search by contact looks through, because their contacts are sealed and each is opened; and finds. */
export interface SearchBounds {
  searched: number;
  found: number;
}

/** Requests that are read at once. */
const requests_per_page = 100;

/** Requests that are opened between two turns of the event loop. */
const requests_per_turn = 20;

/** The requests of a contact, how many were looked through for them, and whether there are others that were not. */
export interface Findings {
  requests: RequestRow[];
  searched: number;
  is_cut: boolean;
}

/**
 * Finds the requests of a person by phone or e-mail: those with that contact, and those about a lead of it. It looks first
 * through those that wait for an answer, because their person is who calls again.
 *
 * Because a guess unmasks, its event, which names no value, is durable before anything is opened.
 *
 * @param contact One of the two.
 */
export async function findOfContact(
  { db, vault }: { db: Database; vault: Vault },
  contact: Contact,
  most: SearchBounds,
  actor: Actor,
  now: Date,
): Promise<Findings> {
  await db.atomic([takeNumber(db), ...recordEvent(db, actor, { action: 'request.searched' }, now)]);
  const leads = new Set((await findByContact({ db, vault }, contact)).map(({ id }) => id));
  const email = contact.email && canonicalizeEmail(contact.email);
  const isTheirs = (own: Contact | undefined) =>
    email ? own?.email !== undefined && canonicalizeEmail(own.email) === email : own?.phone === contact.phone;
  // By id, because one that is answered meanwhile is listed again.
  const found = new Map<string, RequestRow>();
  let searched = 0;
  let is_cut = false;
  for await (const some of listSome(db)) {
    is_cut = searched >= most.searched || found.size > most.found;
    if (is_cut) break;
    for (const one of some) if (isAbout(one, leads) || isTheirs(tryOpen(vault, one))) found.set(one.id, one);
    searched += some.length;
    await nextTurn();
  }
  const requests = [...found.values()].slice(0, most.found);
  return { requests, searched, is_cut: is_cut || found.size > most.found };
}

/** Lists a few requests after a few: first those that wait for an answer, the one due next first, then the others, the one due last first. */
async function* listSome(db: Database): AsyncGenerator<KeyedRequest[]> {
  for (let after: QueuePlace | undefined, has_more = true; has_more; ) {
    const page = await listQueue(db, { limit: requests_per_page }, after);
    await nextTurn();
    yield* split(page.requests);
    const last = page.requests.at(-1);
    after = last && { due: dueDay(last), id: last.id };
    has_more = page.has_more;
  }
  for (let after: KeyedRequest | undefined, has_more = true; has_more; ) {
    const page = await listRequests(db, { order: 'desc', limit: requests_per_page }, after);
    await nextTurn();
    yield* split(page.requests.filter(({ closed_at }) => closed_at !== null));
    after = page.requests.at(-1);
    has_more = page.has_more;
  }
}

function* split(requests: KeyedRequest[]): Generator<KeyedRequest[]> {
  for (let at = 0; at < requests.length; at += requests_per_turn) yield requests.slice(at, at + requests_per_turn);
}

/** Opens what is sealed of a request; undefined where its key is lost, because the others are found nevertheless. */
function tryOpen(vault: Vault, request: KeyedRequest): Contact | undefined {
  try {
    return openTexts(vault, request);
  } catch (error) {
    if (error instanceof LostKey) return undefined;
    throw error;
  }
}

function isAbout({ lead_ids }: RequestRow, leads: Set<string>): boolean {
  return lead_ids !== null && (JSON.parse(lead_ids) as string[]).some(id => leads.has(id));
}
