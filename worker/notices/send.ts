import { randomUUID } from 'node:crypto';
import { type Attempt, recordAttempt } from '../../db/notices/attempts.ts';
import { openTarget, type Target } from '../../db/notices/channel-seal.ts';
import { findChannel } from '../../db/notices/channels.ts';
import { findDelivery } from '../../db/notices/deliveries.ts';
import {
  type DueDelivery,
  draftTest,
  listAlike,
  listNext,
  type Notice,
  read_at_once,
} from '../../db/notices/outbox.ts';
import { listDueChannels, releaseChannel, takeChannel, takeTurn } from '../../db/notices/turns.ts';
import type { Deliveries } from '../../db/schema.ts';
import { LostKey } from '../../db/vault/lost-key.ts';
import type { Services } from '../context.ts';
import type { Locale } from '../shared/locales.ts';
import type { Message, Sender } from './kind.ts';
import { kinds } from './kinds.ts';

/** Time for which the record of a success may wait for the next one, while the sender is behind. */
const held_ms = 200;

/**
 * Sends what is due and returns how many attempts there were; it logs what failed.
 *
 * @param for_ms Time after which no further attempt begins. Because an attempt takes ten seconds at most, it ends by then
 *   and ten seconds.
 * @throws Unavailable when the database cannot be used.
 */
export async function sendDue(services: Services, for_ms = Number.POSITIVE_INFINITY): Promise<number> {
  const began = services.now().getTime();
  const isStopping = () => services.isStopping?.() || Math.abs(services.now().getTime() - began) >= for_ms;
  const due = await listDueChannels(services.db, services.now());
  const attempts = await Promise.all(due.map(id => sendTo({ ...services, isStopping }, id)));
  return attempts.reduce((sum, count) => sum + count, 0);
}

/**
 * Sends what is due to one channel, in the order of its events, unless another server does. It never throws: what was not
 * recorded is sent again when the lease has ended.
 *
 * Because a delivery may be written between the last look and the end of the lease, it looks once more afterwards.
 *
 * @returns The number of attempts.
 */
export async function sendTo(services: Services, channel_id: string): Promise<number> {
  const { db, now, log, isStopping } = services;
  const holder = randomUUID();
  let attempts = 0;
  try {
    while (await takeChannel(db, channel_id, holder, now())) {
      for (let sent = 1; sent > 0; attempts += sent) sent = await sendSome(services, channel_id, holder);
      await releaseChannel(db, channel_id, holder);
      if (isStopping?.() || (await listNext(db, channel_id, now())).length === 0) break;
    }
  } catch (error) {
    const { code, name } = error as { code?: unknown; name?: string };
    log('error', 'deliveries_failed', { channel_id, code: String(code ?? name) });
  }
  return attempts;
}

/**
 * Sends the next deliveries of a channel: one message, where its kind gathers, else a few, one after another. It stops
 * as soon as the channel is no longer this holder's to send to.
 *
 * @returns The number of attempts; 0 where nothing is to be sent now.
 */
async function sendSome(services: Services, channel_id: string, holder: string): Promise<number> {
  const { db, now, isStopping } = services;
  const due = isStopping?.() ? [] : await listNext(db, channel_id, now(), holder);
  const [first] = due;
  if (!first || (await waitForTurn(services, first)) > 0) return 0;
  const messages = kinds[first.kind].gathers ? [await listAlike(db, first, now())] : due.map(delivery => [delivery]);
  const isBehind = due.length === read_at_once;
  const record = createRecord(services, holder, isBehind ? held_ms : 0);
  let attempts = 0;
  let goesOn = true;
  try {
    for (const [place, notices] of messages.entries()) {
      // Somebody may have removed the channel meanwhile.
      if (!goesOn || notices.length === 0 || (place > 0 && isStopping?.())) break;
      goesOn = await record.add(notices, await attempt(services, due[place]!, notices));
      attempts++;
    }
  } finally {
    await record.settle();
  }
  return attempts;
}

/**
 * Records attempts, each at once unless the sender is behind: because each record waits for the disk, those that succeed
 * alike one after another are then recorded together, none later than `held_ms`. What is not recorded when a server dies
 * is sent again.
 */
function createRecord({ db, now }: Services, holder: string, held_ms: number) {
  let held: { notices: Notice[]; outcome: Attempt; since: number } | undefined;

  /** Records what is held back, and returns whether the channel is still the holder's to send to. */
  async function settle(): Promise<boolean> {
    if (!held) return true;
    const { notices, outcome } = held;
    held = undefined;
    return recordAttempt(db, notices, outcome, now(), holder);
  }

  return {
    settle,
    async add(notices: Notice[], outcome: Attempt): Promise<boolean> {
      const isAlike = held?.outcome.is === outcome.is && held.outcome.status === outcome.status;
      const goesOn = isAlike || (await settle());
      const at = now().getTime();
      held = { notices: [...(held?.notices ?? []), ...notices], outcome, since: held?.since ?? at };
      return outcome.is === 'sent' && Math.abs(at - held.since) < held_ms ? goesOn : (await settle()) && goesOn;
    },
  };
}

/**
 * Sends a test to a channel now, whatever waits for it, and returns the delivery as it is afterwards.
 *
 * @returns The time until its receiver may be sent to again, in milliseconds, where that is not now; undefined when there
 *   is no such channel.
 */
export async function sendTest(
  services: Sender,
  channel_id: string,
): Promise<Deliveries | { wait_ms: number } | undefined> {
  const { db, now } = services;
  const channel = await findChannel(db, channel_id);
  if (!channel) return undefined;
  const wait_ms = await waitForTurn(services, { channel_id, kind: channel.kind });
  if (wait_ms > 0) return { wait_ms };
  const delivery = await draftTest(db, channel_id, now());
  if (!delivery) return undefined;
  await recordAttempt(db, [delivery], await attempt(services, delivery, [delivery]), now());
  return findDelivery(db, delivery.id);
}

/** Takes the turn to send to a channel, and returns 0; or returns the time until the next turn, in milliseconds. */
async function waitForTurn({ db, now }: Sender, { channel_id, kind }: Pick<DueDelivery, 'channel_id' | 'kind'>) {
  const { pace } = kinds[kind];
  return pace ? takeTurn(db, channel_id, pace, now()) : 0;
}

async function attempt(sender: Sender, delivery: DueDelivery, notices: Notice[]): Promise<Attempt> {
  const { id, channel_id, event, kind, locale } = delivery;
  const target = open(sender, delivery);
  const message = { event, locale: locale as Locale, notices: notices as Message['notices'] };
  const outcome = target
    ? await kinds[kind].send(sender, { ...message, target })
    : { is: 'failed' as const, status: null, error: 'lost-key' };
  sender.log('debug', 'delivery', { delivery_id: id, channel_id, notices: notices.length, ...outcome });
  return outcome;
}

/** Opens where a message goes; undefined where the key is lost. Because nobody would hear of it else, that is a failure. */
function open({ vault, now }: Sender, { channel_id, ...row }: DueDelivery): Target | undefined {
  try {
    return openTarget(vault, { ...row, id: channel_id }, now());
  } catch (error) {
    if (error instanceof LostKey) return undefined;
    throw error;
  }
}
