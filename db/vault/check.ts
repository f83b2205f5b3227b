import { sql } from 'kysely';
import { Conflict, type Database } from '../database.ts';
import type { KeyChecks, Keys, Leads } from '../schema.ts';
import { countKeys, sumSubjects } from './count.ts';
import {
  type DeploymentKeys,
  development_key,
  forgetMark,
  isOf,
  isSame,
  key_settings,
  listKnown,
  type Mark,
  markKey,
  markKeys,
  noteFirstUse,
  noteMarks,
} from './marks.ts';
import type { Vault, WrappedKey } from './vault.ts';

/** Attempts at noting new keys. Because several servers may start at once, one may not be enough. */
const attempts = 20;

/**
 * Checks that the deployment's keys are those that the database was used with, and notes those that are new.
 *
 * Because a lead that is stored under wrong keys does not open with the right ones later, and a search under a wrong one
 * finds nobody, the mistake must be found before the first request. The first start notes the keys. From then on one of
 * each setting's keys must be known; the others of the list are noted, so that a key can be added. A key that is no
 * longer listed is forgotten, unless something in the database still needs it. The first start at which an encryption key
 * comes last records its first use.
 *
 * @returns The mistakes, one line each.
 * @throws Unavailable when the database cannot be used.
 */
export async function findKeyMistakes(db: Database, vault: Vault, keys: DeploymentKeys, now: Date): Promise<string[]> {
  for (let attempt = 1; ; attempt++) {
    const { mistakes, own, known, missing, newest } = await compare(db, vault, keys);
    if (mistakes.length > 0) return mistakes;
    const changes = [
      ...missing.map(mark => forgetMark(db, mark)),
      ...noteMarks(db, own, known, now),
      ...noteFirstUse(db, vault.kek_id, known, newest?.kek_id, now),
    ];
    if (changes.length === 0) return [];
    try {
      await db.atomic(changes);
      return [];
    } catch (error) {
      if (!(error instanceof Conflict && error.table === 'key_checks') || attempt === attempts) throw error;
    }
  }
}

/** Checks the deployment's keys as `findKeyMistakes` does, and notes nothing. */
export async function compareKeys(db: Database, vault: Vault, keys: DeploymentKeys): Promise<string[]> {
  return (await compare(db, vault, keys)).mistakes;
}

async function compare(db: Database, vault: Vault, keys: DeploymentKeys) {
  const own = markKeys(keys);
  const [known, newest] = await Promise.all([listKnown(db), findNewest(db)]);
  const missing = known.filter(mark => !own.some(other => isSame(mark, other)));
  return { own, known, missing, newest, mistakes: await findMistakes(db, vault, { own, known, missing, newest }) };
}

interface Compared {
  own: Mark[];
  known: KeyChecks[];
  missing: KeyChecks[];
  newest: Newest | undefined;
}

async function findMistakes(db: Database, vault: Vault, { own, known, missing, newest }: Compared): Promise<string[]> {
  const strange = findStrange(own, known, isOfDemo(own, known));
  if (strange.length > 0) return strange;
  const needed = (await Promise.all(missing.map(mark => describeNeed(db, mark)))).filter(line => line !== undefined);
  if (needed.length > 0) return needed;
  if (!newest || opens(vault, newest)) return [];
  return [
    `ENCRYPTION_KEYS: these keys do not open what the database holds (its newest lead needs key ${newest.kek_id})`,
  ];
}

/** Checks the signing keys alone, for a command that needs no other key. It notes nothing. */
export async function findSigningKeyMistake(db: Database, signing_keys: Buffer[]): Promise<string | undefined> {
  const known = await listKnown(db);
  const own = signing_keys.map(key => markKey('SIGNING_KEY', key));
  return findStrange(own, known.filter(isOf('SIGNING_KEY')), isOfDemo(own, known))[0];
}

/** Finds keys that are others than before: one under a name that is taken, or all of a setting. */
function findStrange(own: Mark[], known: Mark[], isDemo: boolean): string[] {
  const to_do = isDemo ? of_demo : 'set that one';
  return key_settings.flatMap(setting => {
    const [ours, theirs] = [own.filter(isOf(setting)), known.filter(isOf(setting))];
    const other = ours.find(mark => theirs.some(it => isSame(mark, it) && it.check_value !== mark.check_value));
    if (other)
      return [`${setting}: ${other.key_id} is not the key that had this name when the database was used before`];
    if (theirs.length === 0 || ours.some(mark => theirs.some(it => isSame(mark, it)))) return [];
    const names = setting === 'ENCRYPTION_KEYS' ? ` (${theirs.map(({ key_id }) => key_id).join(', ')})` : '';
    return [`${setting}: not the key that this database was used with${names}; ${to_do}`];
  });
}

const of_demo =
  "it is the demo's, of a start in development, and the demo's keys are not for production: name another database in DATABASE_URL";

/** Returns whether a database was used with the keys of development alone, and the deployment has keys of its own. */
function isOfDemo(own: Mark[], known: Mark[]): boolean {
  const [ours, theirs] = [own, known].map(marks => marks.filter(isOf('ENCRYPTION_KEYS')).map(({ key_id }) => key_id));
  return theirs!.length > 0 && theirs!.every(id => id === development_key) && !ours!.includes(development_key);
}

/** Returns the mistake where the database still needs a key that is not listed. Receipt codes need none. */
async function describeNeed(db: Database, { setting, key_id }: Mark): Promise<string | undefined> {
  if (setting === 'SIGNING_KEY') return undefined;
  const needing = sumSubjects(await countKeys(db), ({ kek_id, index_version }) =>
    setting === 'INDEX_KEY' ? Boolean(index_version?.endsWith(`.${key_id}`)) : kek_id === key_id,
  );
  if (needing === 0) return undefined;
  const what = setting === 'INDEX_KEY' ? 'are found by it' : 'are wrapped under it';
  return `${setting}: key ${key_id} is missing, and the keys of ${needing} subjects ${what}; list it again before the last one, and take it out after "ops keys rotate"`;
}

type Newest = WrappedKey & Pick<Keys, 'subject_id'> & Pick<Leads, 'sealed'>;

/** Finds the newest lead that has a key, and its key. */
function findNewest(db: Database): Promise<Newest | undefined> {
  return db
    .selectFrom('keys')
    .innerJoin('leads', 'leads.id', 'keys.subject_id')
    .select(['subject_id', 'sealed', 'kek_id', 'wrapped'])
    .where('subject_kind', '=', 'lead')
    .orderBy('subject_id', 'desc')
    .limit(sql.lit(1))
    .executeTakeFirst();
}

/** Returns whether a lead opens. In a database that was filled elsewhere it may not. */
function opens(vault: Vault, { subject_id, sealed, ...key }: Newest): boolean {
  try {
    if (sealed) vault.open(subject_id, sealed, key);
    return true;
  } catch {
    return false;
  }
}
