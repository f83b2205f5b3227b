import { createHmac } from 'node:crypto';
import { robot } from './robot.ts';

const ban_ms = 10 * 60_000;

/** The status in the answer of the app's gateway, which has no code, while it lets nothing of a sender through. */
const gateway_denial = 1_111;

/**
 * A custom robot of DingTalk. It takes 20 messages a minute; after one more it takes none for ten minutes.
 *
 * @see https://open.dingtalk.com/document/robots/custom-robot-access
 */
export const dingtalk = robot({
  path: ['robot', 'send'],
  isSecret: text => /^SEC[0-9A-Za-z]+$/.test(text),
  secret_form: 'Expected the key of the signature (加签), which begins with SEC.',
  pace: { gap_ms: 4_000, burst: 3 },
  throttled: { 130101: ban_ms, 410100: ban_ms, 660026: ban_ms, [gateway_denial]: ban_ms },

  write({ title, lines, link }, secret, now) {
    const text = [`### ${title}`, ...lines, `[${link.label}](${link.url})`].join('\n\n');
    return { body: { msgtype: 'markdown', markdown: { title, text } }, ...(secret && { query: sign(secret, now) }) };
  },

  readCode: ({ errcode, status }) => errcode ?? status,
});

/** Signs the time in milliseconds, a line break and the secret. */
function sign(secret: string, now: Date) {
  const timestamp = String(now.getTime());
  return { timestamp, sign: createHmac('sha256', secret).update(`${timestamp}\n${secret}`).digest('base64') };
}
