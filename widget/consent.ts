import type { Locale } from '../worker/fields.ts';
import type { Policy } from './api.ts';
import { deleteCookies, readCookie, writeCookie } from './cookies.ts';
import { newId } from './ids.ts';
import type { Outbox } from './outbox.ts';

/** What a visitor chose, and when. */
export interface Choice {
  visitor_id: string;
  policy_version: string;
  granted: string[];
  chosen_at: string;
}

/** Where a choice was made; one that takes something back is recorded as a withdrawal. */
export type Source = 'banner' | 'preferences';

/** What Global Privacy Control speaks about. */
const signalled = ['analytics', 'marketing'];

declare global {
  interface Navigator {
    globalPrivacyControl?: boolean;
  }
}

interface Options {
  policy: Policy;
  locale: Locale;
  outbox: Outbox;
  /** Called after every change of the choice. */
  changed(): void;
}

export type Consents = ReturnType<typeof createConsents>;

/** The visitor's choice under one policy: read from the cookie, kept there, and recorded on the server. */
export function createConsents({ policy, locale, outbox, changed }: Options) {
  const { cookie, purposes } = policy;
  const stored = () => parseChoice(readCookie(cookie.name));
  const earlier = stored();
  let choice = holds(earlier) ? earlier : undefined;

  function holds(made: Choice | undefined): made is Choice {
    if (!made) return false;
    const at = seconds(made.chosen_at);
    return at >= seconds(policy.choices_hold_since) && at > Date.now() / 1000 - cookie.max_age_days * 86_400;
  }

  /** Whether a purpose may be pursued now; a required one needs no consent. */
  const has = (id: string) => purposes.some(it => it.id === id && (it.required || choice?.granted.includes(id)));

  /** Deletes the cookies of refused purposes, but for those that a permitted one uses too. */
  function enforce() {
    const names = (permitted: boolean) =>
      purposes.filter(({ id }) => has(id) === permitted).flatMap(it => it.cookies.map(({ name }) => name));
    if (choice) deleteCookies(names(false), [cookie.name, ...names(true)]);
  }

  function replace(made: Choice) {
    choice = made;
    enforce();
    changed();
  }

  enforce();

  return {
    has,
    get: () => choice ?? null,

    /** Whether the browser's Global Privacy Control refuses a purpose, while the visitor has not chosen otherwise. */
    isRefusedBySignal: (id: string) => !choice && !!navigator.globalPrivacyControl && signalled.includes(id),

    /** Grants the required purposes and those listed, refuses the rest. */
    choose(wanted: string[], source: Source) {
      const shown = purposes.map(({ id }) => id);
      const granted = purposes.filter(it => it.required || wanted.includes(it.id)).map(({ id }) => id);
      const isWithdrawal = shown.some(id => choice?.granted.includes(id) && !granted.includes(id));
      // A clock that runs behind must not date the choice before the policy, or the banner would never fall silent.
      const now = Math.max(Date.now(), Date.parse(policy.choices_hold_since));
      const { visitor_id } = choice ?? earlier ?? { visitor_id: newId() };
      const made = { visitor_id, policy_version: policy.version, granted, chosen_at: new Date(now).toISOString() };
      writeCookie(cookie.name, formatChoice(made), cookie.max_age_days, cookie.domain);
      outbox.add({ ...made, locale, shown, source: isWithdrawal ? 'withdrawal' : source });
      replace(made);
    },

    /** Takes over a choice made meanwhile in another tab. */
    refresh() {
      const made = stored();
      if (holds(made) && (!choice || made.chosen_at > choice.chosen_at)) replace(made);
    },
  };
}

const seconds = (at: string) => Math.floor(Date.parse(at) / 1000);

function formatChoice({ visitor_id, policy_version, granted, chosen_at }: Choice): string {
  return ['v1', visitor_id, policy_version, seconds(chosen_at), granted.join('_')].join('.');
}

const written = /^v1\.([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})\.([\w-]+)\.(\d{1,12})\.([a-z\d_-]*)$/;

function parseChoice(value = ''): Choice | undefined {
  const [, visitor_id, policy_version, at, granted] = written.exec(value) ?? [];
  if (!visitor_id || !policy_version) return undefined;
  const chosen_at = new Date(Number(at) * 1000).toISOString();
  return { visitor_id, policy_version, granted: granted ? granted.split('_') : [], chosen_at };
}
