import { formatChoice, parseChoice, toSeconds } from '../../worker/shared/consent-cookie.ts';
import type { Locale } from '../../worker/shared/locales.ts';
import type { Choice } from '../api.ts';
import { newId } from '../ids.ts';
import type { Answer, Policy } from '../server.ts';
import { deleteStored, readCookie, stores, writeCookie } from './cookies.ts';
import type { Outbox } from './outbox.ts';

/** The place where a choice was made. A choice that takes something back is recorded as a withdrawal. */
export type Source = 'banner' | 'preferences';

/** The purposes that Global Privacy Control refuses. */
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
  const earlier = read();
  let choice = holds(earlier) ? earlier : undefined;

  /** Reads an unsent choice before the cookie, because the cookie may hold the answer to an older one. */
  function read(): Choice | undefined {
    const { visitor_id, policy_version, granted, chosen_at } = outbox.latest() ?? {};
    if (chosen_at) return { visitor_id, policy_version, granted, chosen_at } as Choice;
    const made = parseChoice(readCookie(cookie.name));
    // No browser's clock is a day ahead of the server's: a later time is not of our making.
    return made && toSeconds(made.chosen_at) < Date.now() / 1000 + 86_400 ? made : undefined;
  }

  function write(made: Choice) {
    writeCookie(cookie.name, formatChoice(made), cookie.max_age_days, cookie.domain);
  }

  function holds(made: Choice | undefined): made is Choice {
    if (!made) return false;
    const at = toSeconds(made.chosen_at);
    return at >= toSeconds(policy.choices_hold_since) && at > Date.now() / 1000 - cookie.max_age_days * 86_400;
  }

  /** Whether a purpose may be pursued now; a required one needs no consent. */
  const has = (id: string) => purposes.some(it => it.id === id && (it.required || choice?.granted.includes(id)));

  /** Deletes what refused purposes have stored, except what a permitted one uses too. */
  function enforce() {
    if (!choice) return;
    for (const type of stores) {
      const names = (permitted: boolean) =>
        purposes
          .filter(({ id }) => has(id) === permitted)
          .flatMap(it => it.cookies.filter(one => (one.type ?? 'cookie') === type).map(({ name }) => name));
      deleteStored(type, names(false), [cookie.name, ...names(true)]);
    }
  }

  function replace(made: Choice) {
    choice = made;
    enforce();
    changed();
  }

  enforce();

  return {
    has,
    enforce,
    /** Whether the visitor chose before the latest significant change, and is asked again because of it. */
    isAskedAgain: !!earlier && toSeconds(earlier.chosen_at) < toSeconds(policy.choices_hold_since),
    get: () => choice ?? null,

    /** Whether the browser's Global Privacy Control refuses a purpose, while the visitor has not chosen otherwise. */
    isRefusedBySignal: (id: string) => !choice && !!navigator.globalPrivacyControl && signalled.includes(id),

    /** Grants the required purposes and those listed, refuses the rest. */
    choose(wanted: string[], source: Source) {
      const previous = read() ?? choice;
      const held = holds(previous) ? previous.granted : [];
      const shown = purposes.map(({ id }) => id);
      const granted = purposes.filter(it => it.required || wanted.includes(it.id)).map(({ id }) => id);
      const isWithdrawal = shown.some(id => held.includes(id) && !granted.includes(id));
      // By the clock, but later than the policy and the previous choice: a clock set back must make neither outrank this one.
      const after = previous ? (toSeconds(previous.chosen_at) + 1) * 1000 : 0;
      const now = Math.max(Date.now(), Date.parse(policy.choices_hold_since), after);
      const { visitor_id } = previous ?? { visitor_id: newId() };
      const made = { visitor_id, policy_version: policy.version, granted, chosen_at: new Date(now).toISOString() };
      write(made);
      outbox.add({ ...made, locale, shown, source: isWithdrawal ? 'withdrawal' : source });
      replace(made);
    },

    /**
     * Takes over the time that the server recorded. It writes the present choice into the cookie again when the server
     * refused it or a later choice waits.
     */
    settle({ status, body }: Answer) {
      if (!choice) return;
      if (status !== 201 || outbox.latest()) write(outbox.latest() ?? choice);
      else if (body?.chosen_at && body.visitor_id === choice.visitor_id)
        choice = { ...choice, chosen_at: body.chosen_at };
    },

    /** Takes over a choice made meanwhile in another tab. */
    refresh() {
      const made = read();
      const isNews = `${made?.granted}` !== `${choice?.granted}` || !choice;
      if (holds(made) && isNews && (!choice || toSeconds(made.chosen_at) >= toSeconds(choice.chosen_at))) replace(made);
    },
  };
}
