import type { Choice } from '../api.ts';
import { newId } from '../ids.ts';
import { quietly } from '../quietly.ts';
import { type Answer, isTemporary } from '../server.ts';

/** A choice as the server records it. */
export interface Body extends Choice {
  locale: string;
  shown: string[];
  source: string;
}

interface Unsent {
  key: string;
  body: Body;
}

interface Options {
  /** Sends one body under its idempotency key; only the latest choice may set the cookie. */
  post(body: Body, key: string, isLatest: boolean): Promise<Answer>;
  /** Called when a body has been answered for good. */
  settled(answer: Answer): void;
}

export type Outbox = ReturnType<typeof createOutbox>;

const prefix = 'lead-consent.unsent.';

/** Seconds until the server is asked again, where it does not say itself. */
const pause_s = 60;

/**
 * Sends each choice once, in order: what fails is kept, across pages where the browser lets it, and sent again with the same key.
 * Each has a slot of its own, so that two tabs take nothing from each other.
 */
export function createOutbox({ post, settled }: Options) {
  const kept = new Map<string, string>();
  const own = new Set<string>();
  /** The key of the choice that is being sent, or the name of the lock while another tab holds it. */
  let sending: string | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function list(): Unsent[] {
    const slots = [...kept, ...Object.entries(quietly(() => ({ ...localStorage })) ?? {})];
    return slots.flatMap(parse).sort((a, b) => (a.body.chosen_at < b.body.chosen_at ? -1 : 1));
  }

  function drop(key: string) {
    kept.delete(prefix + key);
    quietly(() => localStorage.removeItem(prefix + key));
  }

  /** Sends the waiting choices once no other tab does, where the browser has locks, because all tabs see the same slots. */
  function flush() {
    if (sending) return;
    sending = prefix;
    clearTimeout(timer);
    navigator.locks?.request(prefix, send).catch(send) ?? send();
  }

  /** Sends one after another, until something fails for now. */
  async function send() {
    for (let queue = list(); queue[0]; queue = list()) {
      const [{ key, body }] = queue as [Unsent];
      sending = key;
      const answer = await post(body, key, queue.length === 1);
      if (isTemporary(answer)) {
        timer = setTimeout(flush, (answer.retry_after || pause_s) * 1000);
        break;
      }
      drop(key);
      settled(answer);
    }
    sending = undefined;
  }

  return {
    flush,

    /** The latest choice that the server has not answered: newer than whatever the cookie says. */
    latest: (): Body | undefined => list().pop()?.body,

    /** Keeps a choice before its first sending, so that a closed page loses nothing. */
    add(body: Body) {
      const key = newId();
      const text = JSON.stringify(body);
      kept.set(prefix + key, text);
      own.add(key);
      quietly(() => {
        localStorage.setItem(prefix + key, text);
        kept.delete(prefix + key);
      });
      flush();
    },

    /** Sends each kept choice once more when the page is left. Nobody hears the answer; a repeat has the same key. */
    leave() {
      for (const { key, body } of list()) if (key !== sending && own.has(key)) post(body, key, false);
    },

    stop: () => clearTimeout(timer),
  };
}

function parse([slot, text]: [string, string]): Unsent[] {
  const body = slot.startsWith(prefix) ? quietly((): Body => JSON.parse(text)) : undefined;
  return body?.chosen_at && Array.isArray(body.granted) ? [{ key: slot.slice(prefix.length), body }] : [];
}
