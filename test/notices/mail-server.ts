import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';
import { opened } from './noticing.ts';
import { certificate } from './receiver.ts';

interface Mail {
  from: string;
  to: string[];
  /** Headers in lower case. A text in base64 is decoded. */
  headers: Record<string, string>;
  text: string;
  isSecure: boolean;
}

const login = { user: 'lead-consent', pass: 'pass word/@' };

/** A status of SMTP with which the recipient is refused; undefined where the mail is taken. */
type Answer = (count: number) => number | undefined;

/** Starts a server as `openMailServer` does, which ends with the test. */
export async function startMailServer(...set: Parameters<typeof openMailServer>) {
  const server = await openMailServer(...set);
  opened.push(server);
  return server;
}

/** Starts a server that takes mail for whoever signs in. It offers STARTTLS, unless it speaks TLS from the first byte. */
export async function openMailServer(answer: Answer = () => undefined, { secure = false } = {}) {
  const mails: Mail[] = [];
  let count = 0;
  const refuse = (responseCode: number) => Object.assign(new Error('refused'), { responseCode });
  const server = new SMTPServer({
    secure,
    ...{ key: certificate, cert: certificate },
    onAuth: ({ username, password }, _, done) =>
      username === login.user && password === login.pass ? done(null, { user: username }) : done(refuse(535)),
    onRcptTo(_, __, done) {
      count++;
      const status = answer(count);
      done(status ? refuse(status) : null);
    },
    async onData(stream, { envelope, secure: isSecure }, done) {
      const [head = '', body = ''] = (await text(stream)).split(/\r\n\r\n(.*)/s);
      const lines = head.replace(/\r\n[ \t]+/g, ' ').split('\r\n');
      const headers = Object.fromEntries(
        lines.map(line => [line.split(':')[0]!.toLowerCase(), line.replace(/^[^:]*: /, '')]),
      );
      const isBase64 = headers['content-transfer-encoding'] === 'base64';
      mails.push({
        from: envelope.mailFrom ? envelope.mailFrom.address : '',
        to: envelope.rcptTo.map(({ address }) => address),
        headers,
        text: isBase64 ? Buffer.from(body, 'base64').toString() : body,
        isSecure: !!isSecure,
      });
      done();
    },
  });
  server.on('error', () => {});
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const { port } = server.server.address() as AddressInfo;
  const user = `${login.user}:${encodeURIComponent(login.pass)}`;
  return {
    mails,
    port,
    close: () => new Promise<void>(resolve => server.close(() => resolve())),
    environment: mailBy(`${secure ? 'smtps' : 'smtp'}://${user}@127.0.0.1:${port}`),
  };
}

/** Settings with which mail goes out by a server. */
export const mailBy = (SMTP_URL: string) => ({ SMTP_URL, MAIL_FROM: '小视科技 <notice@example.com>' });

/** Reads a header as a person does: the texts in it that are written in base64, decoded. @see RFC 2047 */
export const decodeWords = (text: string) =>
  text
    .replace(/\?=\s+=\?/g, '?==?')
    .replace(/=\?utf-8\?b\?([^?]*)\?=/gi, (_, base64) => Buffer.from(base64, 'base64').toString());
