import { type Actor, recordEvent, takeNumber } from '../audit/record.ts';
import type { Database } from '../database.ts';
import { digest } from '../digest.ts';
import { writeDeliveries } from '../notices/write.ts';
import type { Purpose } from './policy.ts';

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
