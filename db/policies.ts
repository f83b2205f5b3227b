import { type Actor, recordEvent, takeNumber } from './audit/record.ts';
import type { Database } from './database.ts';
import { digest } from './digest.ts';
import { writeDeliveries } from './notices/write.ts';
import { prepare } from './statements.ts';

/** Days for which a cookie choice is valid; its cookie lives as long. */
export const choice_holds_days = 182;

/** A purpose of cookies, with its texts in one language. A required purpose needs no consent. */
export interface Purpose {
  id: string;
  name: string;
  description: string;
  required: boolean;
  cookies: {
    name: string;
    /** Where it is stored; a cookie where nothing is said. */
    type?: 'cookie' | 'local_storage' | 'session_storage';
    provider: string;
    lifetime: string;
    purpose: string;
  }[];
}

/**
 * A policy version before its publication, with its documents rendered. Instants are ISO 8601 UTC with milliseconds.
 */
export interface PolicyDraft {
  version: string;
  effective_at: string;
  change_class: 'minor' | 'significant';
  documents: {
    locale: string;
    html: string;
    purposes: Purpose[];
    /** The words that say what a significant version changes. */
    summary?: string | undefined;
    forms: PolicyForm[];
  }[];
}

/** The agreement sentence beside a form's checkbox in one language, and the retention period of the form's leads. */
interface PolicyForm {
  form: string;
  agreement: string;
  retention_months: number;
}

export interface PolicyDocument {
  locale: string;
  sha256: string;
  purposes: Purpose[];
  /** The words that say what a significant version changes; null where nothing was said. */
  summary: string | null;
  /** The agreement sentence beside the checkbox, by the form's name. */
  agreements: Record<string, string>;
}

export interface Policy {
  version: string;
  published_at: string;
  effective_at: string;
  change_class: 'minor' | 'significant';
  documents: PolicyDocument[];
}

/** The instants that decide when a version is in force. */
type Dates = Pick<Policy, 'published_at' | 'effective_at'>;

/**
 * Publishes a version with all its languages. A published version never changes.
 *
 * @throws Conflict in `policies` when the version exists; nothing is changed then.
 */
export async function publishPolicy(db: Database, draft: PolicyDraft, actor: Actor, now: Date): Promise<void> {
  const { version, effective_at, change_class, documents } = draft;
  await db.atomic([
    db
      .insertInto('policies')
      .values({ version, published_at: now.toISOString(), effective_at, change_class })
      .compile(),
    ...documents.map(({ locale, html, purposes, summary = null }) =>
      db
        .insertInto('policy_documents')
        .values({ version, locale, html, sha256: digest(html), purposes: JSON.stringify(purposes), summary })
        .compile(),
    ),
    ...documents.flatMap(({ locale, forms }) =>
      forms.map(form =>
        db
          .insertInto('policy_forms')
          .values({ version, locale, ...form, agreement_sha256: digest(form.agreement) })
          .compile(),
      ),
    ),
    takeNumber(db),
    ...recordEvent(db, actor, { action: 'policy.published', fields: version }, now),
    writeDeliveries(db, { event: 'policy.published', lead_id: null }, now),
  ]);
}

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

/** Returns the policy in force: the latest of the versions in effect; undefined before the first. */
export function currentPolicy(policies: Policy[], now: Date): Policy | undefined {
  return policies.find(({ effective_at }) => effective_at <= now.toISOString());
}

/** Returns the policy that comes into force next, or undefined. Of several with the same date it is the one published last. */
export function nextPolicy(policies: Policy[], now: Date): Policy | undefined {
  const next = policies.findLast(({ effective_at }) => effective_at > now.toISOString());
  return next && currentPolicy(policies, new Date(next.effective_at));
}

/**
 * Lists the versions that are ever in force, the latest effective first. One that is published with an earlier date than
 * the version in force never is, so nobody is told of it or asked anew.
 */
function listEverInForce<Version extends Dates>(policies: Version[]): Version[] {
  return policies.filter((one, place) => policies.slice(0, place).every(later => startOf(later) >= startOf(one)));
}

/** Returns from when on a version can be in force: no earlier than it was published. */
function startOf({ published_at, effective_at }: Dates): string {
  return published_at > effective_at ? published_at : effective_at;
}

/**
 * Returns the instant from which choices are valid: the start of the latest significant version in effect, or else of
 * the first. Visitors with an earlier choice are asked again.
 */
export function choicesHoldSince(policies: Policy[], now: Date): string {
  // Without those to come the list begins with the version in force, also where a clock that was ahead has dated its publication.
  const inEffect = listEverInForce(policies.filter(({ effective_at }) => effective_at <= now.toISOString()));
  return (inEffect.find(({ change_class }) => change_class === 'significant') ?? inEffect.at(-1)!).effective_at;
}

/** Returns what the visitors who are asked again are told: the summary of the change since which choices are valid. */
export function summaryIn(policies: Policy[], now: Date, locale: string): string | null {
  const change = currentPolicy(listChanges(policies), now);
  return change ? documentIn(change, locale).summary : null;
}

/**
 * Lists the significant versions that change an earlier one, the latest effective first.
 *
 * @param policies In the same order.
 */
export function listChanges<Version extends Dates & Pick<Policy, 'change_class'>>(policies: Version[]): Version[] {
  return listEverInForce(policies)
    .slice(0, -1)
    .filter(({ change_class }) => change_class === 'significant');
}

/** Returns the document in a language, or else the first one of the policy. */
export function documentIn(policy: Policy, locale: string): PolicyDocument {
  return policy.documents.find(document => document.locale === locale) ?? policy.documents[0]!;
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
