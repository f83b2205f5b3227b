import { randomUUID } from 'node:crypto';
import { timeOf } from '../../db/ids.ts';
import { listSecrets } from '../../db/notices/channels.ts';
import {
  type Attempt,
  type DueDelivery,
  draftTest,
  findDelivery,
  findNext,
  listDueChannels,
  recordAttempt,
  releaseChannel,
  takeChannel,
} from '../../db/notices/outbox.ts';
import type { Services } from '../context.ts';
import { postOut } from '../egress.ts';
import { writeWebhook } from './webhook.ts';

/** What one attempt needs. */
type Sender = Pick<Services, 'db' | 'vault' | 'settings' | 'now' | 'log' | 'connect'>;

/** Sends everything that is due and returns how many attempts there were. It never throws; it logs what failed. */
export async function sendDue(services: Services): Promise<number> {
  const due = await listDueChannels(services.db, services.now());
  const attempts = await Promise.all(due.map(id => sendTo(services, id)));
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
      for (;;) {
        const delivery = isStopping?.() ? undefined : await findNext(db, channel_id, now());
        if (!delivery) break;
        await recordAttempt(db, delivery, await attempt(services, delivery), now(), holder);
        attempts++;
      }
      await releaseChannel(db, channel_id, holder);
      if (isStopping?.() || !(await findNext(db, channel_id, now()))) break;
    }
  } catch (error) {
    const { code, name } = error as { code?: unknown; name?: string };
    log('error', 'deliveries_failed', { channel_id, code: String(code ?? name) });
  }
  return attempts;
}

/** Sends a test to a channel now, whatever waits for it, and returns the delivery as it is afterwards. */
export async function sendTest(services: Sender, channel_id: string) {
  const { db, now } = services;
  const delivery = await draftTest(db, channel_id, now());
  if (!delivery) return undefined;
  await recordAttempt(db, delivery, await attempt(services, delivery), now());
  return findDelivery(db, delivery.id);
}

async function attempt(services: Sender, delivery: DueDelivery): Promise<Attempt> {
  const { vault, settings, now, log } = services;
  const { id, channel_id, event, lead_id, form, address } = delivery;
  const page = lead_id ? `/console/leads/${lead_id}` : '/console';
  const data = {
    ...(lead_id && { lead_id }),
    ...(form && { form }),
    console_url: settings.public_url + page,
  };
  const secrets = listSecrets(vault, { ...delivery, id: channel_id }, now());
  const { headers, body } = writeWebhook(
    { id, type: event, timestamp: timeOf(id).toISOString(), data },
    secrets,
    now(),
  );
  const outcome = await postOut(services, address, headers, body);
  log('debug', 'delivery', { delivery_id: id, channel_id, ...outcome });
  return outcome;
}
