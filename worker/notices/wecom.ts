import { robot } from './robot.ts';

/**
 * A group robot of WeCom. It takes 20 messages a minute. Whoever has its address may send, so it knows no signature.
 *
 * It is sent plain text, because a message has no more than a few lines and one link.
 *
 * @see https://developer.work.weixin.qq.com/document/path/91770
 */
export const wecom = robot({
  path: ['cgi-bin', 'webhook', 'send'],
  isSecret: () => false,
  secret_form: 'Expected none: the key of a WeCom robot stands in its address.',
  pace: { gap_ms: 4_000, burst: 3 },
  throttled: { 45009: 60_000 },
  write: ({ title, lines, link }) => ({
    body: { msgtype: 'text', text: { content: [title, ...lines, `${link.label} ${link.url}`].join('\n') } },
  }),
  readCode: ({ errcode }) => errcode,
});
