/**
 * Every table, column by column: the data model on one screen. Names are the wire's names.
 *
 * Instants are ISO 8601 UTC text with milliseconds, ids are UUIDv7 text, lists are JSON text.
 */
export interface Schema {
  changes: Changes;
  leads: Leads;
  lead_keys: LeadKeys;
  lead_consents: LeadConsents;
  consents: Consents;
  consent_days: ConsentDays;
  lead_days: LeadDays;
  tallies: Tallies;
  jobs: Jobs;
  policies: Policies;
  policy_documents: PolicyDocuments;
  tokens: Tokens;
  console_sessions: ConsoleSessions;
  idempotency_keys: IdempotencyKeys;
  spent_proofs: SpentProofs;
  form_quotas: FormQuotas;
  audit_events: AuditEvents;
  audit_subjects: AuditSubjects;
  audit_seals: AuditSeals;
}

/** One row: the number of the latest act. Whoever takes the next number holds the row until its commit. */
export interface Changes {
  id: 1;
  seq: number;
}

/**
 * A lead without its values. `seq` is the act that changed it last; the feed is ordered by it. `contacted_at`, `qualified_at` and
 * `closed_at` say when it first got that far: whoever is closed has been contacted, at the latest then.
 */
export interface Leads {
  id: string;
  form: string;
  status: string;
  assigned_to: string | null;
  sealed: string | null;
  policy_version: string;
  earlier_lead_id: string | null;
  receipt_hash: string;
  received_at: string;
  changed_at: string;
  erased_at: string | null;
  restricted_at: string | null;
  seq: number;
  contacted_at: string | null;
  qualified_at: string | null;
  closed_at: string | null;
}

/** Whatever makes a lead readable or findable. Deleting the row erases the lead, in every backup too. */
export interface LeadKeys {
  lead_id: string;
  kek_id: string;
  wrapped: string;
  phone_index: string;
  email_index: string;
  index_version: string;
}

/** What a person agreed to when submitting: the policy, its language and the digest of the text shown. */
export interface LeadConsents {
  lead_id: string;
  state: 'given' | 'withdrawn';
  purpose: string;
  policy_version: string;
  policy_sha256: string;
  locale: string;
  recorded_at: string;
}

/** One cookie choice, a refusal included. Appended, never changed. */
export interface Consents {
  id: string;
  visitor_id: string;
  policy_version: string;
  locale: string;
  shown: string;
  granted: string;
  source: string;
  chosen_at: string;
  received_at: string;
  expires_at: string;
}

/** Choices received by day, counted from the records as far as `tallies` says. */
export interface ConsentDays {
  time_zone: string;
  day: string;
  policy_version: string;
  locale: string;
  accepted: number;
  refused: number;
  customised: number;
  withdrawn: number;
}

/** Leads received by day, counted from the audit trail as far as `tallies` says. */
export interface LeadDays {
  time_zone: string;
  day: string;
  form: string;
  received: number;
}

/** How far the days of a time zone are counted: the number of an act, or a record's time of receipt and id. */
export interface Tallies {
  name: string;
  time_zone: string;
  position: string;
}

/** A job that the servers share: who runs it until when, when it last worked, and what it said. */
export interface Jobs {
  name: string;
  lease_until: string | null;
  holder: string | null;
  last_success_at: string | null;
  /** One line of figures, or why it failed; nothing personal. */
  result: string | null;
}

export interface Policies {
  version: string;
  published_at: string;
  effective_at: string;
  change_class: 'minor' | 'significant';
}

/** A policy in one language as rendered at publication; `html` is served byte for byte. */
export interface PolicyDocuments {
  version: string;
  locale: string;
  html: string;
  sha256: string;
  purposes: string;
}

export interface Tokens {
  id: string;
  holder: string;
  role: string;
  secret_sha256: string;
  created_at: string;
  expires_at: string;
  revoked_at: string | null;
  last_used_at: string | null;
}

/** Who is signed in to the console. The id itself is in the browser's cookie only. */
export interface ConsoleSessions {
  id_sha256: string;
  token_id: string;
  created_at: string;
  last_seen_at: string;
  ended_at: string | null;
}

/** Remembered first answers. Key and fingerprint are HMACs; `expires_at` is null for as long as the record lives. */
export interface IdempotencyKeys {
  key: string;
  fingerprint: string;
  subject_id: string;
  expires_at: string | null;
}

/** Bot checks that were used for a lead, until they would have ended by themselves. */
export interface SpentProofs {
  proof: string;
  expires_at: string;
}

/** How many leads a form took in its latest minute, where a quota is set. */
export interface FormQuotas {
  form: string;
  minute: string;
  taken: number;
}

/** Who did what, without holes in `seq`. Ids and enums only: no values, no names, no addresses. */
export interface AuditEvents {
  seq: number;
  recorded_at: string;
  actor: string;
  role: string;
  action: string;
  fields: string | null;
  purpose: string | null;
  request_id: string | null;
}

export interface AuditSubjects {
  seq: number;
  lead_id: string;
}

export interface AuditSeals {
  from_seq: number;
  to_seq: number;
  prev: string;
  hash: string;
  sealed_at: string;
}
