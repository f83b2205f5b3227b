import { type Answer, isTemporary } from './api.ts';
import { newId } from './ids.ts';

interface Unsent {
  key: string;
  body: unknown;
}

export type Outbox = ReturnType<typeof createOutbox>;

const slot = 'lead-consent.unsent';

/**
 * Sends each body once, in order: what fails is kept, across pages where the browser lets it, and sent with the same key.
 *
 * @param post Sends one body under its idempotency key.
 */
export function createOutbox(post: (body: unknown, key: string) => Promise<Answer>) {
  let kept: Unsent[] | undefined;
  let flushing = false;

  const read = (): Unsent[] => kept ?? readStored();

  function write(unsent: Unsent[]) {
    try {
      if (unsent.length) localStorage.setItem(slot, JSON.stringify(unsent));
      else localStorage.removeItem(slot);
      kept = undefined;
    } catch {
      kept = unsent;
    }
  }

  /** Sends what is waiting, until something fails for now. */
  async function flush() {
    if (flushing) return;
    flushing = true;
    for (let next = read()[0]; next; next = read()[0]) {
      const { key, body } = next;
      if (isTemporary(await post(body, key))) break;
      write(read().filter(unsent => unsent.key !== key));
    }
    flushing = false;
  }

  return {
    flush,
    /** Keeps a body before its first sending, so that a closed page loses nothing. */
    add(body: unknown) {
      write([...read(), { key: newId(), body }]);
      flush();
    },
  };
}

function readStored(): Unsent[] {
  try {
    const stored = JSON.parse(localStorage.getItem(slot) ?? '[]');
    return Array.isArray(stored) ? stored : [];
  } catch {
    return [];
  }
}
