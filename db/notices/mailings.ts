import { sql } from 'kysely';
import { Conflict, type Database } from '../database.ts';
import { firstIdAt } from '../ids.ts';
import { failUnless } from '../statements.ts';
import { queueBulk } from './mails.ts';

/** Leads that are looked at in one unit. */
const leads_at_once = 500;

/** Time after its publication, or its effect where that is later, in which people are told of a version. */
const told_ms = 30 * 24 * 3_600_000;

/** Time after which no lead comes any more whose id is of before. */
const settled_ms = 60_000;

/** A version of the policy. */
interface Version {
  version: string;
  published_at: string;
  effective_at: string;
}

/**
 * Queues a mail about each significant version of the policy to every person whose leads are live and who agreed to an
 * earlier one, also between its publication and its effect: one mail to one address, whatever number of leads it has sent.
 *
 * A restricted lead counts, because its person is to be told what changes about data that is kept (PIPL 17); one that
 * is held although its consent was withdrawn does not.
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
  const changes = versions.filter(({ published_at, effective_at }) => published_at > since || effective_at > since);
  let total = 0;
  for (const change of changes)
    for (; mayGoOn(); await db.rest()) {
      const { queued, isLast } = await queueNext(db, change, now);
      total += queued;
      if (isLast) break;
    }
  return total;
}

/**
 * Queues the mails to the next leads. Because a lead may still be on its way whose id is of a moment ago, those of the last
 * minute are looked at again.
 *
 * @returns How many, and whether there are no more now, or another server does it.
 */
async function queueNext(
  db: Database,
  { version, published_at, effective_at }: Version,
  now: Date,
): Promise<{ queued: number; isLast: boolean }> {
  const about = `policy.${version}` as const;
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
  if (!to) return { queued: 0, isLast: true };
  const earlier = db
    .selectFrom('policies')
    .select('version')
    .where(eb => eb(eb.refTuple('effective_at', 'published_at'), '<', eb.tuple(effective_at, published_at)));
  const settled = firstIdAt(new Date(now.getTime() - settled_ms));
  const next = to < settled ? to : reached < settled ? settled : reached;
  const mark = mailing
    ? db
        .updateTable('mailings')
        .set({ reached: failUnless(sql`reached = ${reached}`, sql<string>`cast(${next} as text)`) })
        .where('about', '=', about)
    : db.insertInto('mailings').values({ about, reached: next });
  try {
    const [, mails] = await db.atomic([
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
          .where('policy_version', 'in', earlier)
          .where('erased_at', 'is', null)
          .where('withdrawn_at', 'is', null)
          .where('child_at', 'is', null)
          .where(isLatest)
          .where(isUntold(about)),
        now,
      ),
    ]);
    return { queued: mails!.changed, isLast: page.length < leads_at_once || next === reached };
  } catch (error) {
    if (error instanceof Conflict && ['mailings', 'mails'].includes(error.table)) return { queued: 0, isLast: true };
    throw error;
  }
}

/** Says that a lead is the latest of its address of which something is to be said. */
const isLatest = sql<boolean>`not exists (select 1 from keys as later join leads as other on other.id = later.subject_id where later.email_index = keys.email_index and later.subject_kind = 'lead' and later.subject_id > keys.subject_id and other.withdrawn_at is null and other.child_at is null)`;

/** Says that no mail about something goes to the address of a lead yet. */
const isUntold = (about: string) =>
  sql<boolean>`not exists (select 1 from keys as same join mails on mails.subject_id = same.subject_id where same.email_index = keys.email_index and same.subject_kind = 'lead' and mails.about = ${about})`;
