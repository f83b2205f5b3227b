import type { Database } from '../database.ts';
import { nextTurn } from '../turn.ts';
import { canonicalizeEmail } from '../vault/email.ts';
import { LostKey } from '../vault/lost-key.ts';
import type { Vault } from '../vault/vault.ts';
import { type KeyedRequest, listRequests, openTexts } from './find.ts';
import { findByContact } from './meant.ts';
import type { Contact, RequestRow } from './request.ts';

/** Requests that a search by contact looks through, those due last. Because their contacts are sealed, each is opened. */
const most_searched = 1_000;

/** Requests that are read at once. */
const requests_per_page = 100;

/** Requests that are opened between two turns of the event loop. */
const requests_per_turn = 20;

/**
 * Finds the requests of a person by phone or e-mail, those due last first: those with that contact, and those about a lead
 * of it.
 *
 * @param contact One of the two.
 * @param most Requests that are found at most.
 */
export async function findOfContact(
  { db, vault }: { db: Database; vault: Vault },
  contact: Contact,
  most: number,
): Promise<RequestRow[]> {
  const leads = new Set((await findByContact({ db, vault }, contact)).map(({ id }) => id));
  const email = contact.email && canonicalizeEmail(contact.email);
  const isTheirs = (own: Contact | undefined) =>
    email ? own?.email !== undefined && canonicalizeEmail(own.email) === email : own?.phone === contact.phone;
  const found: RequestRow[] = [];
  let after: Pick<RequestRow, 'due_on' | 'id'> | undefined;
  for (let searched = 0; searched < most_searched && found.length < most; searched += requests_per_page) {
    const { requests, has_more } = await listRequests(db, { order: 'desc', limit: requests_per_page }, after);
    for (let at = 0; at < requests.length; at += requests_per_turn, await nextTurn()) {
      const some = requests.slice(at, at + requests_per_turn);
      found.push(...some.filter(one => isAbout(one, leads) || isTheirs(tryOpen(vault, one))));
    }
    if (!has_more) break;
    after = requests.at(-1);
  }
  return found.slice(0, most);
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
