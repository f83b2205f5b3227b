import { listDueChannels } from '../../db/notices/turns.ts';
import type { Services } from '../context.ts';
import { canMail } from '../egress/mail.ts';

/** Time from a commit to the look at the outbox, so that one look serves many commits. */
const gather_ms = 20;

/** Time between looks for what other servers and commands wrote, and for what is tried again. */
const poll_ms = 2_000;

export interface Outbox {
  /** Looks for deliveries soon. */
  wake(): void;
  /** Stops looking, and waits for the attempts that are under way. */
  stop(): Promise<void>;
}

/** Sends what is due, again and again. Each channel is sent to by itself, so that a slow one delays no other. */
export function startOutbox(services: Services): Outbox {
  const under_way = new Set<Promise<unknown>>();
  let next: NodeJS.Timeout | undefined;
  let next_at = Number.POSITIVE_INFINITY;
  let stopped = false;

  lookIn(poll_ms);
  return {
    wake: () => lookIn(gather_ms),
    async stop() {
      stopped = true;
      clearTimeout(next);
      while (under_way.size > 0) await Promise.all(under_way);
    },
  };

  function lookIn(ms: number) {
    const at = performance.now() + ms;
    if (stopped || at >= next_at) return;
    clearTimeout(next);
    next_at = at;
    next = setTimeout(() => track(look()), ms).unref();
  }

  async function look() {
    next_at = Number.POSITIVE_INFINITY;
    lookIn(poll_ms);
    try {
      const { sendTo } = await import('../notices/send.ts');
      if (canMail(services)) track((await import('../notices/mails.ts')).sendMails(services));
      for (const id of await listDueChannels(services.db, services.now())) track(sendTo(services, id));
    } catch {
      // The database is away, which whoever writes to it says in the log; the next look comes by itself.
    }
  }

  function track(work: Promise<unknown>) {
    under_way.add(work);
    void work.finally(() => under_way.delete(work));
  }
}
