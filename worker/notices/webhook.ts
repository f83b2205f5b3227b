import { createHmac } from 'node:crypto';

/**
 * Returns the headers and the body of a webhook.
 *
 * @param secrets Secrets that sign, each `whsec_` and base64.
 * @see https://github.com/standard-webhooks/standard-webhooks (1.0)
 */
export function writeWebhook(
  { id, type, timestamp, data }: { id: string; type: string; timestamp: string; data: Record<string, string> },
  secrets: string[],
  now: Date,
): { headers: Record<string, string>; body: string } {
  const body = JSON.stringify({ type, timestamp, data });
  const seconds = String(Math.floor(now.getTime() / 1_000));
  const signatures = secrets.map(secret => `v1,${sign(secret, `${id}.${seconds}.${body}`)}`);
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

/** Returns whether a text is a secret that Standard Webhooks allows: `whsec_` and 24 to 64 bytes in base64. */
export function isSecret(text: string): boolean {
  const [, base64] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text) ?? [];
  const bytes = base64 ? Buffer.from(base64, 'base64').length : 0;
  return bytes >= 24 && bytes <= 64;
}

function sign(secret: string, content: string): string {
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  return createHmac('sha256', key).update(content).digest('base64');
}
