/** The widget's interface to a page. The file holds declarations alone, because build.ts hands it on as the package's types. */

/** A visitor's choice, and its time. */
export interface Choice {
  visitor_id: string;
  policy_version: string;
  /** Ids of the purposes that may be pursued. */
  granted: string[];
  /** ISO 8601, UTC. */
  chosen_at: string;
}

/** The members of `window.leadConsent`. None of them throws. */
export interface LeadConsent {
  /** Settles once policy and earlier choice are known, or known to be unavailable. Never rejects. */
  ready: Promise<void>;
  /** The choice in force, or null while there is none. */
  get(): Choice | null;
  /** Whether a purpose, like `analytics`, may be pursued now. */
  has(purpose: string): boolean;
  /** Opens the cookie preferences. */
  open(): void;
  /** Calls `fn` after each change of the choice, until the returned function is called. */
  onChange(fn: (choice: Choice | null) => void): () => void;
  /** Turns an element into an inquiry form, until the returned function is called. */
  mountForm(element: Element, form: string): () => void;
  /** Takes the widget off the page and leaves nothing of it behind. */
  remove(): void;
}

export interface Options {
  /** Address of the product's server, like `https://consent.example.com`. */
  host: string;
  /** Language of the widget's texts; without it the page's, then the browser's. */
  lang?: string | undefined;
  /** Colours of the interface; without it those of the page, by its `color-scheme`. */
  theme?: 'light' | 'dark' | 'auto' | undefined;
  /** Own words for single texts of banner, preferences and placeholder, by language. */
  texts?: TextsByLocale | undefined;
}

export type TextsByLocale = { [locale in 'zh-CN' | 'en']?: Partial<Texts> };

/** Every text of banner, preferences and placeholder, and what stands in it for what. */
export interface Texts extends BannerTexts, PreferencesTexts {}

export interface BannerTexts {
  /** The banner's name for screen readers. */
  label: string;
  title: string;
  /** `{purposes}`: the names of what needs consent. */
  body: string;
  /** Said where the visitor is asked again. `{summary}`: what the policy's version changes. */
  changed: string;
  /** Said in the banner, and of each purpose that it refuses, where the browser sends Global Privacy Control. */
  signal: string;
  policy: string;
  acceptAll: string;
  rejectAll: string;
  customize: string;
  /** In the place of a frame. `{purposes}`: what it needs consent for. */
  held: string;
  /** Grants that, and shows the frame. */
  allow: string;
}

export interface PreferencesTexts {
  /** The dialog's title. */
  preferences: string;
  intro: string;
  alwaysOn: string;
  /** `{count}`: how many. */
  cookies: string;
  /** Stands beside a purpose that has no cookies. */
  noCookies: string;
  provider: string;
  lifetime: string;
  use: string;
  save: string;
  close: string;
  /** Title of what the visitor has chosen so far. */
  choices: string;
  /** Stands in the history when nothing is recorded, or the record can't be had now. */
  noChoices: string;
  allowed: string;
  refused: string;
  /** `{version}` of the policy that was shown. */
  shown: string;
  receipt: string;
  /** Leads to the page on which an inquiry is withdrawn. */
  withdraw: string;
  rights: string;
}

declare global {
  interface Window {
    leadConsent?: LeadConsent;
  }
}
