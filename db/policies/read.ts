import type { Database } from '../database.ts';
import { prepare } from '../statements.ts';
import type { Policy } from './policy.ts';

/** The policies that were read from a database, and how many versions there were. */
interface Published {
  versions: number;
  policies: Policy[];
}

const published = new WeakMap<Database, Published>();

/**
 * Lists all published versions, the latest effective first.
 *
 * Because a published version never changes, what was read before is returned as long as no version has been added.
 */
export async function listPolicies(db: Database): Promise<Policy[]> {
  const [count] = await db.read(countVersions(db, {}));
  const { versions } = count as { versions: number };
  const known = published.get(db);
  if (known?.versions === versions) return known.policies;
  const policies = await readPolicies(db);
  published.set(db, { versions, policies });
  return policies;
}

/** Returns the versions that were read last, or none. They stand in while the database is unavailable. */
export function listKnownPolicies(db: Database): Policy[] {
  return published.get(db)?.policies ?? [];
}

const countVersions = prepare([], db =>
  db
    .selectFrom('policies')
    .select(({ fn }) => fn.countAll<number>().as('versions'))
    .compile(),
);

async function readPolicies(db: Database): Promise<Policy[]> {
  const rows = await db
    .selectFrom('policies')
    .innerJoin('policy_documents', 'policy_documents.version', 'policies.version')
    .select(['policies.version', 'published_at', 'effective_at', 'change_class'])
    .select(['locale', 'sha256', 'purposes', 'summary'])
    .orderBy('effective_at', 'desc')
    .orderBy('published_at', 'desc')
    .orderBy('policies.version')
    .orderBy('locale', 'desc')
    .execute();
  const sentences = await db.selectFrom('policy_forms').select(['version', 'locale', 'form', 'agreement']).execute();
  const policies = new Map<string, Policy>();
  for (const { locale, sha256, purposes, summary, ...facts } of rows) {
    const { version } = facts;
    const policy = policies.get(version) ?? { ...facts, documents: [] };
    const own = sentences.filter(one => one.version === version && one.locale === locale);
    const agreements = Object.fromEntries(own.map(({ form, agreement }) => [form, agreement]));
    policy.documents.push({ locale, sha256, purposes: JSON.parse(purposes), summary, agreements });
    policies.set(version, policy);
  }
  return [...policies.values()];
}

/** Returns the HTML of a document. Encoded in UTF-8, it is byte for byte what was published. */
export async function getDocumentHtml(db: Database, version: string, locale: string): Promise<string> {
  const { html } = await db
    .selectFrom('policy_documents')
    .select('html')
    .where('version', '=', version)
    .where('locale', '=', locale)
    .executeTakeFirstOrThrow();
  return html;
}

/** Lists what a version says of each form, in each language: for how many months its leads are kept. */
export function listFormTerms(db: Database, version: string) {
  return db.selectFrom('policy_forms').select(['form', 'retention_months']).where('version', '=', version).execute();
}
