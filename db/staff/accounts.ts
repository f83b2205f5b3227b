import { sql } from 'kysely';
import { type Actor, type AuditEvent, recordEvent, takeNumber } from '../audit/record.ts';
import { Conflict, type Database } from '../database.ts';
import { failUnless } from '../statements.ts';
import { foldName, longest_name } from './names.ts';
import { newHolderId } from './token-secret.ts';
import type { TokenHolder } from './tokens.ts';

/** A person as a provider of identities vouches for them, with the role that they have here. */
export interface Person {
  issuer: string;
  /** Who that is at the issuer, for good: the claim `sub`. */
  subject: string;
  /** Names under which people know them, the best one first. */
  names: string[];
  role: string;
}

/**
 * Signs a person in. The first time makes their account, whose holder is the first name that nobody else of the issuer
 * has. The holder then stays, because leads are assigned by it; the role is always the provider's.
 *
 * @param request_id Id of the request in the log.
 */
export async function signInAccount(
  db: Database,
  person: Person,
  request_id: string | null,
  now: Date,
): Promise<TokenHolder> {
  const { issuer, subject, role } = person;
  const known = await findAccountOf(db, person);
  const id = known?.id ?? newHolderId();
  const others = known ? [] : await listNames(db, issuer);
  const holder = known?.holder ?? chooseHolder(person, id, others);
  const at = now.toISOString();
  const actor: Actor = { id, role, request_id };
  const row = { id, issuer, subject, role, created_at: at, last_used_at: at };
  try {
    await db.atomic([
      ...(known
        ? draftUse(db, known, role, actor, now)
        : [
            // After the event, because the number that it takes lets nobody else make an account meanwhile.
            ...draftEvent(db, actor, { action: 'account.created', fields: id }, now),
            db
              .insertInto('accounts')
              .values({ ...row, holder: failUnless(countsNames(issuer, others.length), holder) })
              .compile(),
          ]),
      ...draftEvent(db, actor, { action: 'account.signed_in' }, now),
    ]);
    return { id, holder, role };
  } catch (error) {
    // Another tab was quicker to make the account, or somebody else, who may have the name now.
    if (!known && error instanceof Conflict && error.table === 'accounts')
      return signInAccount(db, person, request_id, now);
    throw error;
  }
}

/** Notes that the provider vouches for an account still, with the role that it has from now on. */
export async function keepAccount(db: Database, account: TokenHolder, role: string, actor: Actor, now: Date) {
  await db.atomic(draftUse(db, account, role, actor, now));
}

/** Ends an account until its person signs in again: the provider vouches for nobody here any more. */
export async function endAccount(db: Database, { id }: { id: string }, actor: Actor, now: Date): Promise<void> {
  await db.atomic([
    db.updateTable('accounts').set({ ended_at: now.toISOString() }).where('id', '=', id).compile(),
    ...draftEvent(db, actor, { action: 'account.refused' }, now),
  ]);
}

/** Records that an account has signed out, or that the provider vouches for one of its sessions no more. */
export async function recordSignOut(
  db: Database,
  actor: Actor,
  action: 'account.signed_out' | 'account.refused',
  now: Date,
): Promise<void> {
  await db.atomic(draftEvent(db, actor, { action }, now));
}

/** Finds the account of a person; undefined before they have signed in. */
export function findAccountOf(db: Database, { issuer, subject }: Pick<Person, 'issuer' | 'subject'>) {
  return db
    .selectFrom('accounts')
    .selectAll()
    .where('issuer', '=', issuer)
    .where('subject', '=', subject)
    .executeTakeFirst();
}

/** Finds an account by its id; undefined when there is none. */
export function findAccount(db: Database, id: string) {
  return db.selectFrom('accounts').selectAll().where('id', '=', id).executeTakeFirst();
}

/** Lists the accounts of people who are still known by name, the latest used first. */
export function listAccounts(db: Database) {
  return db
    .selectFrom('accounts')
    .select(['id', 'holder', 'role', 'last_used_at', 'ended_at'])
    .where('holder', '<>', '')
    .orderBy('last_used_at', 'desc')
    .orderBy('id')
    .execute();
}

/** Drafts that an account is in use, and where its role changes, that it does. */
function draftUse(
  db: Database,
  { id, role: earlier }: Pick<TokenHolder, 'id' | 'role'>,
  role: string,
  actor: Actor,
  now: Date,
) {
  const used = { role, last_used_at: now.toISOString(), ended_at: null };
  const changed = { action: 'account.changed', fields: `role:${earlier}>${role}` } as const;
  return [
    db.updateTable('accounts').set(used).where('id', '=', id).compile(),
    ...(role === earlier ? [] : draftEvent(db, actor, changed, now)),
  ];
}

function draftEvent(db: Database, actor: Actor, event: AuditEvent, now: Date) {
  return [takeNumber(db), ...recordEvent(db, actor, event, now)];
}

/** Chooses a name that nobody else of the issuer has, nor one that looks like it, and that a lead can be given to. */
function chooseHolder({ names }: Person, id: string, others: string[]): string {
  const [first = id] = names;
  const folded = new Set(others.map(foldName));
  return (
    [first, ...names.slice(1).map(name => `${first} (${name})`)].find(
      name => [...name].length <= longest_name && !folded.has(foldName(name)),
    ) ?? addId(first, id)
  );
}

/** Adds an id to a name, which is cut where it would be too long. */
function addId(name: string, id: string): string {
  const added = ` (${id})`;
  return [...name].slice(0, longest_name - added.length).join('') + added;
}

async function listNames(db: Database, issuer: string): Promise<string[]> {
  const rows = await db.selectFrom('accounts').select('holder').where('issuer', '=', issuer).execute();
  return rows.map(({ holder }) => holder);
}

/** Returns SQL that says whether an issuer has so many accounts. */
function countsNames(issuer: string, count: number) {
  return sql<boolean>`(select count(*) from accounts as others where others.issuer = ${issuer}) = ${count}`;
}
