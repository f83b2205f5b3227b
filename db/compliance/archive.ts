import { sql } from 'kysely';
import type { Database } from '../database.ts';
import { digest } from '../digest.ts';
import { listChanges } from '../policies/force.ts';
import { isAction } from './action.ts';

/**
 * Time by which a version may take effect before its publication. Because a policy names a day, it may be earlier by one.
 */
const sudden_ms = 48 * 3_600_000;

/** What was found of the archive of policies. */
export interface Archive {
  versions: number;
  documents: number;
  /** Documents whose bytes are not those of their digest. */
  altered: number;
  /** Documents that were published and are gone. */
  missing: number;
  /** The documents as `version sha256`, the digest computed anew. */
  digests: Set<string>;
  /** Significant versions that followed another one, without those that never come into force. */
  significant: number;
  /** Those of them that took effect days before they were published. */
  sudden: number;
  /** Those of them that do not say in each of their languages what changes, so that nothing announces it. */
  unsaid: number;
  /** Those of them that are to be mailed and of which no mail was queued an hour after their publication. */
  unmailed: number;
}

/** Computes the digest of every archived document anew, and looks for documents that were published and are gone. */
export async function examineArchive(db: Database, now: Date): Promise<Archive> {
  const [policies, forms, events] = await Promise.all([
    db.selectFrom('policies').selectAll().orderBy('effective_at', 'desc').orderBy('published_at', 'desc').execute(),
    db.selectFrom('policy_forms').select(['version', 'locale']).distinct().execute(),
    db.selectFrom('audit_events').select('fields').where(isAction('policy.published')).execute(),
  ]);
  // Because a version may be published meanwhile, what must be there is read before what is there.
  const documents = await db.selectFrom('policy_documents').select(['version', 'locale', 'summary']).execute();
  const digests = new Set<string>();
  let altered = 0;
  for (const { version, locale } of documents) {
    const { html, sha256 } = await db
      .selectFrom('policy_documents')
      .select(['html', 'sha256'])
      .where('version', '=', version)
      .where('locale', '=', locale)
      .executeTakeFirstOrThrow();
    const computed = digest(html);
    if (computed !== sha256) altered += 1;
    digests.add(`${version} ${computed}`);
    await db.rest();
  }
  const isThere = (version: string | null, locale?: string) =>
    documents.some(document => document.version === version && (!locale || document.locale === locale));
  const versions = new Set([...policies.map(({ version }) => version), ...events.map(({ fields }) => fields)]);
  const missing =
    [...versions].filter(version => !isThere(version)).length +
    forms.filter(({ version, locale }) => isThere(version) && !isThere(version, locale)).length;
  const significant = listChanges(policies);
  const unmailed = await listUnmailed(db, now);
  return {
    versions: policies.length,
    documents: documents.length,
    altered,
    missing,
    digests,
    significant: significant.length,
    sudden: significant.filter(
      ({ published_at, effective_at }) => Date.parse(published_at) - Date.parse(effective_at) > sudden_ms,
    ).length,
    unsaid: significant.filter(({ version }) =>
      documents.some(document => document.version === version && !document.summary),
    ).length,
    unmailed: significant.filter(({ version }) => unmailed.has(version)).length,
  };
}

/** Lists the versions that some lead is older than, that were published over an hour and under 30 days ago, and that no mail tells of. */
async function listUnmailed(db: Database, now: Date): Promise<Set<string>> {
  const before = (ms: number) => new Date(now.getTime() - ms).toISOString();
  const rows = await db
    .selectFrom('policies')
    .select(['version', 'published_at'])
    .where('published_at', '<', before(3_600_000))
    .where('published_at', '>', before(30 * 24 * 3_600_000))
    .where(sql<boolean>`not exists (select 1 from mailings where about = 'policy.' || policies.version)`)
    .execute();
  const [first] = await db.selectFrom('leads').select('received_at').orderBy('id').limit(1).execute();
  return new Set(
    rows.filter(({ published_at }) => first && first.received_at < published_at).map(({ version }) => version),
  );
}
