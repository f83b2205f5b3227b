import { sql } from 'kysely';
import { Conflict, type Database } from '../database.ts';
import { failUnless } from '../statements.ts';
import { nextTurn } from '../turn.ts';
import { queueBulk } from './mails.ts';

/** Leads that are looked at in one unit. */
const leads_at_once = 500;

/** Time after its publication in which people are told of a version. */
const told_ms = 30 * 24 * 3_600_000;

/** A version of the policy. */
interface Version {
  version: string;
  published_at: string;
}

/**
 * Queues a mail about each significant version of the policy to every person whose leads are live and who agreed to another
 * one: one mail to one address, whatever number of leads it has sent.
 *
 * Because the mails and how far the leads have been walked are one unit, each is queued once, however many servers run
 * this and wherever one is killed.
 *
 * @param versions The significant ones.
 * @returns How many mails were queued here.
 */
export async function queueChanges(
  db: Database,
  versions: Version[],
  now: Date,
  mayGoOn: () => boolean,
): Promise<number> {
  const since = new Date(now.getTime() - told_ms).toISOString();
  const changes = versions.filter(({ published_at }) => published_at > since);
  let total = 0;
  for (const { version, published_at } of changes) {
    const about = `policy.${version}` as const;
    for (; mayGoOn(); await nextTurn()) {
      const queued = await queueNext(db, about, { version, published_at }, now);
      if (queued === undefined) break;
      total += queued;
    }
  }
  return total;
}

/** Queues the mails to the next leads. Returns how many, or undefined where there are no more, or another server does it. */
async function queueNext(
  db: Database,
  about: `policy.${string}`,
  { version, published_at }: Version,
  now: Date,
): Promise<number | undefined> {
  const mailing = await db.selectFrom('mailings').select('reached').where('about', '=', about).executeTakeFirst();
  const reached = mailing?.reached ?? '';
  const page = await db
    .selectFrom('leads')
    .select('id')
    .where('id', '>', reached)
    .orderBy('id')
    .limit(leads_at_once)
    .execute();
  const to = page.at(-1)?.id;
  if (!to) return undefined;
  const mark = mailing
    ? db
        .updateTable('mailings')
        .set({ reached: failUnless(sql`reached = ${reached}`, sql<string>`cast(${to} as text)`) })
        .where('about', '=', about)
    : db.insertInto('mailings').values({ about, reached: to });
  try {
    const [, queued] = await db.atomic([
      mark.compile(),
      queueBulk(
        db,
        about,
        db
          .selectFrom('leads')
          .innerJoin('keys', 'keys.subject_id', 'leads.id')
          .select('leads.id as subject_id')
          .where('keys.subject_kind', '=', sql.lit('lead'))
          .where('leads.id', '>', reached)
          .where('leads.id', '<=', to)
          .where('received_at', '<', published_at)
          .where('policy_version', '<>', version)
          .where('erased_at', 'is', null)
          .where('restricted_at', 'is', null)
          .where(
            sql<boolean>`not exists (select 1 from keys as later where later.email_index = keys.email_index and later.subject_kind = 'lead' and later.subject_id > keys.subject_id)`,
          ),
        now,
      ),
    ]);
    return queued!.changed;
  } catch (error) {
    if (error instanceof Conflict && error.table === 'mailings') return undefined;
    throw error;
  }
}
