import { lookup } from 'node:dns';
import net, { type Socket } from 'node:net';
import tls from 'node:tls';
import { isLiteral, type Judge, type PostMail, Refused } from '../egress.ts';
import type { Settings } from '../settings.ts';
import { lookUpJudged } from './egress.ts';

/**
 * Returns what gives mail to the server of SMTP_URL, over a connection of its own for each.
 *
 * It connects to the addresses that were judged and to no other. A server that is reached without TLS may offer it, with
 * a certificate of its own making: because it stands on this machine or in a private network, that is better than none.
 */
export function createPostMail(
  { smtp_url, mail_from }: Pick<Settings, 'smtp_url' | 'mail_from'>,
  resolveName = lookup,
): PostMail {
  return async ({ to, subject, text, message_id }, judge, { timeout_ms, answer_bytes }) => {
    const { secure, host, port, login } = smtp_url!;
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
      const transport = createTransport({
        connection,
        secure,
        secured: secure,
        host,
        port,
        ...(login && { auth: login }),
        tls: { rejectUnauthorized: secure },
        disableFileAccess: true,
        disableUrlAccess: true,
      });
      const sent = await transport.sendMail({
        from: mail_from!,
        to: { name: '', address: to },
        subject,
        text,
        textEncoding: 'base64',
        messageId: message_id,
        headers: { 'Auto-Submitted': 'auto-generated' },
      });
      return Number.parseInt(sent.response, 10);
    } catch (error) {
      throw code ? Object.assign(new Error(), { code }) : error;
    } finally {
      clearTimeout(timer);
      connection.destroy();
    }
  };
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
