import type { Locale } from './locales.ts';

interface Purpose {
  id: string;
  name: string;
  description: string;
  required: boolean;
  cookies: {
    name: string;
    type?: 'cookie' | 'local_storage' | 'session_storage';
    provider: string;
    lifetime: string;
    purpose: string;
  }[];
}

/** What the widget says of an announcement, its button and its link included. */
export interface AnnouncementTexts {
  title: string;
  text: string;
  more: string;
  close: string;
}

/** A policy version in every language, as the widget needs it. */
export interface WrittenPolicy {
  version: string;
  effective_at: string;
  choices_hold_since: string;
  /** `summary` says what changed with the version from whose start on choices hold. */
  texts: Record<Locale, { purposes: Purpose[]; summary?: string | undefined; agreements: Record<string, string> }>;
}

/** What the server writes into the widget's script, so that a page view needs no second request. */
export interface WrittenPolicies {
  cookie: { name: string; domain: string | null; max_age_days: number };
  /** The version in force, or null before the first one is. */
  current: WrittenPolicy | null;
  /** The version that comes into force next, or null. */
  next: WrittenPolicy | null;
  /** The latest announcement in force, where there is one. */
  announcement?: { id: string; until: string; texts: Record<Locale, AnnouncementTexts> } | undefined;
}
