/**
 * Every table, column by column: the data model on one screen. Names are the wire's names.
 *
 * Instants are ISO 8601 UTC text with milliseconds, ids are UUIDv7 text, lists are JSON text.
 */
export interface Schema {
  changes: Changes;
  leads: Leads;
  keys: Keys;
  consents: Consents;
  once: Once;
  quotas: Quotas;
  policies: Policies;
  policy_documents: PolicyDocuments;
  policy_forms: PolicyForms;
  tokens: Tokens;
  console_sessions: ConsoleSessions;
  audit_events: AuditEvents;
  audit_subjects: AuditSubjects;
  audit_seals: AuditSeals;
  audit_retention: AuditRetention;
  tallies: Tallies;
  consent_days: ConsentDays;
  lead_days: LeadDays;
  jobs: Jobs;
}

/** One row: the number of the latest act. Whoever takes the next number holds the row until its commit. */
export interface Changes {
  id: 1;
  seq: number;
}

/**
 * A lead without its values, and the consent given with it: form and so purpose, policy, its language, the digest of the text shown,
 * and `received_at`. Those columns never change, and the row stays when the lead is erased.
 *
 * `created_seq` is the act that made the lead, `seq` the one that changed it last; the feed is ordered by it. `contacted_at`,
 * `qualified_at` and `closed_at` say when it first got that far: whoever is closed has been contacted, at the latest then.
 */
export interface Leads {
  id: string;
  form: string;
  status: string;
  assigned_to: string | null;
  sealed: string | null;
  policy_version: string;
  policy_sha256: string;
  locale: string;
  earlier_lead_id: string | null;
  receipt_hash: string;
  received_at: string;
  changed_at: string;
  erased_at: string | null;
  withdrawn_at: string | null;
  restricted_at: string | null;
  contacted_at: string | null;
  qualified_at: string | null;
  closed_at: string | null;
  created_seq: number;
  seq: number;
}

/** Whatever makes a subject readable or findable. Deleting the row erases the subject, in every backup too. */
export interface Keys {
  subject_kind: 'lead';
  subject_id: string;
  kek_id: string;
  wrapped: string;
  phone_index: string | null;
  email_index: string | null;
  index_version: string | null;
}

/** One cookie choice, a refusal included. Appended, never changed. `once_key` and `fingerprint` are HMACs of the request that sent it. */
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
  once_key: string | null;
  fingerprint: string | null;
}

/**
 * What counts only once until it expires: the idempotency keys of leads, as HMACs with the fingerprint of the request and the lead
 * that answered it, and bot checks that were used. Of an erased lead the key stays, without fingerprint and subject.
 */
export interface Once {
  key: string;
  fingerprint: string | null;
  subject_id: string | null;
  expires_at: string;
}

/** How much was taken in the latest minute, by a form's name, where a quota is set. */
export interface Quotas {
  name: string;
  minute: string;
  taken: number;
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

/** What a policy version says of a form: the sentence beside the box, and how long its leads are kept. */
export interface PolicyForms {
  version: string;
  form: string;
  locale: string;
  agreement: string;
  agreement_sha256: string;
  retention_months: number;
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
  /** The lead it was about; null where there was none, or several (`audit_subjects`). */
  lead_id: string | null;
}

/** The leads of an event about several. */
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

/** One row: up to which number events may be deleted. It grows, to the end of a sealed range. */
export interface AuditRetention {
  id: 1;
  upto: number;
}

/** How far the days of a time zone are counted: the number of an act, or a record's id. */
export interface Tallies {
  name: string;
  time_zone: string;
  position: string;
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

/** A job that the servers share: who runs it until when, when it last worked, and what it said. */
export interface Jobs {
  name: string;
  lease_until: string | null;
  holder: string | null;
  last_success_at: string | null;
  /** One line of figures, or why it failed; nothing personal. */
  result: string | null;
}
