import { createHmac } from 'node:crypto';
import type { Locale } from '../shared/locales.ts';
import { robot } from './robot.ts';

/** The names that Feishu has for languages. */
const languages: Record<Locale, string> = { 'zh-CN': 'zh_cn', en: 'en_us' };

/**
 * A custom robot of Feishu. It takes 100 messages a minute and 5 a second.
 *
 * @see https://open.feishu.cn/document/ukTMukTMukTM/ucTM5YjL3ETO24yNxkjN
 */
export const feishu = robot({
  path: ['open-apis', 'bot', 'v2', 'hook'],
  isSecret: text => /^\S+$/.test(text),
  secret_form: 'Expected the key of the signature check (签名校验), without spaces.',
  pace: { gap_ms: 1_000, burst: 3 },
  throttled: { 9499: 60_000, 11232: 60_000 },

  write({ locale, title, lines, link }, secret, now) {
    const content = [...lines.map(text => [{ tag: 'text', text }]), [{ tag: 'a', text: link.label, href: link.url }]];
    const post = { [languages[locale]]: { title, content } };
    return { body: { ...(secret && sign(secret, now)), msg_type: 'post', content: { post } } };
  },

  // Earlier versions of the robot name it StatusCode.
  readCode: ({ code, StatusCode }) => code ?? StatusCode,
});

/** Signs: the HMAC of nothing, whose key is the time in seconds, a line break and the secret. */
function sign(secret: string, now: Date) {
  const timestamp = String(Math.floor(now.getTime() / 1_000));
  return { timestamp, sign: createHmac('sha256', `${timestamp}\n${secret}`).digest('base64') };
}
