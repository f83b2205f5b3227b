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

/** Returns the document in a language, or else the first one of the policy. */
export function documentIn(policy: Policy, locale: string): PolicyDocument {
  return policy.documents.find(document => document.locale === locale) ?? policy.documents[0]!;
}
