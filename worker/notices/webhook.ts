import { createHmac, randomBytes } from 'node:crypto';
import { timeOf } from '../../db/ids.ts';
import { checkAddress } from '../egress/addresses.ts';
import { postOut } from '../egress/call.ts';
import type { Kind, Message, Sender } from './kind.ts';
import { pageOf } from './pages.ts';

/** Bytes of a secret that is made here. @see Standard Webhooks 1.0: 24 to 64 */
const secret_bytes = 24;

/**
 * A system that is told of each event by a request of its own, and answers with a status.
 *
 * @see https://github.com/standard-webhooks/standard-webhooks (1.0)
 */
export const webhook: Kind = {
  refuseAddress: ({ settings }, address) => checkAddress(address, settings.outbound_hosts),
  showAddress: address => address,
  secret_form: 'Expected whsec_ and 24 to 64 bytes in base64.',
  makeSecret: () => `whsec_${randomBytes(secret_bytes).toString('base64')}`,
  gathers: false,

  /** A secret is `whsec_` and 24 to 64 bytes in base64. */
  isSecret(text) {
    const [, base64] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text) ?? [];
    const bytes = base64 ? Buffer.from(base64, 'base64').length : 0;
    return bytes >= 24 && bytes <= 64;
  },

  async send(sender, message) {
    const { headers, body } = write(sender, message);
    const answer = await postOut(sender, message.target.address, headers, body);
    if ('error' in answer) return { is: 'failed', status: null, error: answer.error };
    const { status } = answer;
    const is = status >= 200 && status < 300 ? 'sent' : status === 410 ? 'gone' : 'failed';
    return { is, status, error: null };
  },
};

function write({ settings, now }: Sender, { event, target, notices: [{ id, lead_id, request_id, form }] }: Message) {
  const data = {
    ...(lead_id && { lead_id }),
    ...(request_id && { request_id }),
    ...(form && { form }),
    console_url: settings.public_url + pageOf(event, { lead_id, request_id }),
  };
  const body = JSON.stringify({ type: event, timestamp: timeOf(id).toISOString(), data });
  const seconds = String(Math.floor(now().getTime() / 1_000));
  const signatures = target.secrets.map(secret => `v1,${sign(secret, `${id}.${seconds}.${body}`)}`);
  return {
    headers: {
      'Content-Type': 'application/json',
      'User-Agent': 'lead-consent',
      'webhook-id': id,
      'webhook-timestamp': seconds,
      'webhook-signature': signatures.join(' '),
    },
    body,
  };
}

function sign(secret: string, content: string): string {
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  return createHmac('sha256', key).update(content).digest('base64');
}
