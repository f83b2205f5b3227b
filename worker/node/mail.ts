import { lookup } from 'node:dns';
import net, { type Socket } from 'node:net';
import tls from 'node:tls';
import type { Transporter } from 'nodemailer';
import { isLiteral, type Judge } from '../egress/addresses.ts';
import { Refused } from '../egress/call.ts';
import type { PostMail } from '../egress/mail.ts';
import type { MailServer } from '../settings/forms.ts';
import type { Settings } from '../settings.ts';
import { lookUpJudged } from './egress.ts';

type Limits = Parameters<PostMail>[2];

/** Returns what gives mail to the server of SMTP_URL, over a connection of its own for each. */
export function createPostMail(
  { smtp_url, mail_from }: Pick<Settings, 'smtp_url' | 'mail_from'>,
  resolveName = lookup,
): PostMail {
  return ({ to, subject, text, message_id }, judge, limits) =>
    withServer(smtp_url!, judge, limits, resolveName, async transport => {
      const sent = await transport.sendMail({
        from: mail_from!,
        to: { name: '', address: to },
        subject,
        text,
        textEncoding: 'base64',
        messageId: message_id,
        headers: { 'Auto-Submitted': 'auto-generated' },
      });
      return Number.parseInt(sent.response ?? '', 10);
    });
}

/** Greets the server of SMTP_URL and signs in, as for a mail, and gives it none. It fails as giving a mail does. */
export function greetServer(server: MailServer, judge: Judge, limits: Limits): Promise<unknown> {
  return withServer(server, judge, limits, lookup, transport => transport.verify());
}

/**
 * Connects to a mail server and lends what speaks to it.
 *
 * It connects to the addresses that were judged and to no other. A server that is reached without TLS may offer it, with
 * a certificate of its own making: because it stands on this machine or in a private network, that is better than none.
 */
async function withServer<T>(
  { secure, host, port, login }: MailServer,
  judge: Judge,
  { timeout_ms, answer_bytes }: Limits,
  resolveName: typeof lookup,
  work: (transport: Transporter) => Promise<T>,
): Promise<T> {
  const { createTransport } = await import('nodemailer');
  const connection = open(host.replace(/^\[|\]$/g, ''), port, secure, judge, resolveName);
  // The library gives the errors of a connection a code of its own.
  let code: string | undefined;
  connection.on('error', (error: NodeJS.ErrnoException) => {
    code ??= error.code;
  });
  const end = (reason: string) => connection.destroy(Object.assign(new Error(), { code: reason }));
  const timer = setTimeout(end, timeout_ms, 'ETIMEDOUT');
  connection.on('data', () => connection.bytesRead > answer_bytes && end('answer-too-long'));
  // The library reads on once it listens. Because a server that is near greets before that, its greeting waits.
  connection.pause();
  try {
    await opened(connection, secure);
    return await work(
      createTransport({
        connection,
        secure,
        secured: secure,
        host,
        port,
        ...(login && { auth: login }),
        tls: { rejectUnauthorized: secure },
        disableFileAccess: true,
        disableUrlAccess: true,
      }),
    );
  } catch (error) {
    throw code ? Object.assign(new Error(), { code }) : error;
  } finally {
    clearTimeout(timer);
    connection.destroy();
  }
}

function open(host: string, port: number, secure: boolean, judge: Judge, resolveName: typeof lookup): Socket {
  const refused = isLiteral(net.isIPv6(host) ? `[${host}]` : host) ? judge(host) : undefined;
  if (refused) throw new Refused(refused);
  const options = { host, port, lookup: lookUpJudged(resolveName, judge) };
  return secure ? tls.connect({ ...options, servername: net.isIP(host) ? '' : host }) : net.connect(options);
}

function opened(connection: Socket, secure: boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    connection.once(secure ? 'secureConnect' : 'connect', resolve);
    connection.once('error', reject);
  });
}
