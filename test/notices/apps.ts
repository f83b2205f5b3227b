import type { Received } from './receiver.ts';

/** A member of the group reads this. */
interface Shown {
  title: string;
  text: string;
  url: string;
}

interface App {
  kind: 'feishu' | 'dingtalk' | 'wecom';
  /** Path and query of a robot's address, and what of it may be shown. */
  path: string;
  shown: string;
  key: string;
  secret?: string;
  per_minute: number;
  accepted: object;
  refused: { code: number; answer: object };
  throttled: { code: number; answer: object; wait_ms: number };
  /** Checks a signature as the app's manual says, with Web Crypto rather than the service's code. */
  verify(received: Received, secret: string, now: Date): Promise<boolean>;
  read(body: string): Shown;
}

const encoder = new TextEncoder();

async function hmac(key: string, content: string): Promise<string> {
  const imported = await crypto.subtle.importKey('raw', encoder.encode(key), { name: 'HMAC', hash: 'SHA-256' }, false, [
    'sign',
  ]);
  const bytes = new Uint8Array(await crypto.subtle.sign('HMAC', imported, encoder.encode(content)));
  return btoa(String.fromCharCode(...bytes));
}

const isNear = (at_ms: number, now: Date) => Math.abs(at_ms - now.getTime()) < 3_600_000;

/** The three apps, as their manuals describe a group's robot. */
export const apps: App[] = [
  {
    kind: 'feishu',
    path: '/open-apis/bot/v2/hook/4f1c2d3e-9a4d-4e6f-8b7a-feishukey001',
    shown: '/open-apis/bot/v2/hook/…',
    key: 'feishukey001',
    secret: 'nIMtb7r3N9pkXyXdtAbx6e',
    per_minute: 100,
    accepted: { code: 0, msg: 'success', data: {}, Extra: null, StatusCode: 0, StatusMessage: 'success' },
    refused: { code: 19021, answer: { code: 19021, msg: 'sign match fail', data: {} } },
    throttled: { code: 11232, answer: { code: 11232, msg: 'frequency limited', data: {} }, wait_ms: 60_000 },
    async verify({ body }, secret, now) {
      const { timestamp, sign } = JSON.parse(body);
      return isNear(Number(timestamp) * 1_000, now) && sign === (await hmac(`${timestamp}\n${secret}`, ''));
    },
    read(body) {
      const { msg_type, content } = JSON.parse(body);
      if (msg_type !== 'post') throw new Error(msg_type);
      const { title, content: lines } = content.post.zh_cn ?? content.post.en_us;
      const tags = lines.flat() as { tag: string; text: string; href?: string }[];
      return {
        title,
        text: tags.map(({ text }) => text).join('\n'),
        url: tags.find(({ tag }) => tag === 'a')!.href!,
      };
    },
  },
  {
    kind: 'dingtalk',
    path: '/robot/send?access_token=566cc69da782ecdingkey002',
    shown: '/robot/send?…',
    key: 'dingkey002',
    secret: 'SEC240d7bb4c0bafc62d5f3a1e9',
    per_minute: 20,
    accepted: { errcode: 0, errmsg: 'ok' },
    refused: { code: 310000, answer: { errcode: 310000, errmsg: 'sign not match' } },
    throttled: {
      code: 130101,
      answer: { status: 1111, punish: 'deny', errcode: 130101, errmsg: 'send too fast, exceed 20 times per minute' },
      wait_ms: 600_000,
    },
    async verify({ path }, secret, now) {
      const query = new URL(path, 'http://robot').searchParams;
      const timestamp = query.get('timestamp')!;
      const isSigned = query.get('sign') === (await hmac(secret, `${timestamp}\n${secret}`));
      return isNear(Number(timestamp), now) && isSigned && query.get('access_token') === '566cc69da782ecdingkey002';
    },
    read(body) {
      const { msgtype, markdown } = JSON.parse(body);
      if (msgtype !== 'markdown') throw new Error(msgtype);
      const [, label = '', url = ''] = /\[(.*)\]\((.*)\)$/.exec(markdown.text)!;
      const text = markdown.text.replace(/^### .*\n\n/, '').replace(/\[.*$/, label);
      return { title: markdown.title, text: text.replaceAll('\n\n', '\n'), url };
    },
  },
  {
    kind: 'wecom',
    path: '/cgi-bin/webhook/send?key=693a91f6-7e1c-4bc4-97a0-wecomkey003',
    shown: '/cgi-bin/webhook/send?…',
    key: 'wecomkey003',
    per_minute: 20,
    accepted: { errcode: 0, errmsg: 'ok' },
    refused: { code: 93000, answer: { errcode: 93000, errmsg: 'invalid webhook url' } },
    throttled: { code: 45009, answer: { errcode: 45009, errmsg: 'api freq out of limit' }, wait_ms: 60_000 },
    verify: async ({ path }) =>
      new URL(path, 'http://robot').searchParams.get('key') === '693a91f6-7e1c-4bc4-97a0-wecomkey003',
    read(body) {
      const { msgtype, text } = JSON.parse(body);
      if (msgtype !== 'text') throw new Error(msgtype);
      const [title, ...lines] = (text.content as string).split('\n');
      const [, label = '', url = ''] = /^(.*) (http\S+)$/.exec(lines.pop()!)!;
      return { title: title!, text: [...lines, label].join('\n'), url };
    },
  },
];
