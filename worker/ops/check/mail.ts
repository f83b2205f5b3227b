import { judgeAddress } from '../../egress/addresses.ts';
import { greetServer } from '../../node/mail.ts';
import type { Deployment } from './deployment.ts';
import { type Line, longest_ms, none, ok, wrong } from './lines.ts';

const limits = { timeout_ms: longest_ms - 500, answer_bytes: 65_536 };

/** What to do about an error of the connection, by its code. */
const advice: Record<string, string> = {
  EAUTH: 'Look at the user and password in SMTP_URL; special characters in them are written with %.',
  'private-address': 'Name the address itself in SMTP_URL, or list it in OUTBOUND_HOSTS, if it is one of your network.',
  'not-https': 'Write smtps:// there: a server on the internet is spoken to by TLS only.',
};

/** Connects to the mail server and signs in, as for a mail, and sends none. */
export async function checkMail({ target, settings: { smtp_url, outbound_hosts = [] } }: Deployment): Promise<Line[]> {
  if (target.on === 'd1') return [none('mail', 'a Worker sends none')];
  if (!smtp_url) return [none('mail', 'SMTP_URL is not set: none is sent')];
  const { host, port, secure, login } = smtp_url;
  const name = `${host}:${port}`;
  try {
    await greetServer(smtp_url, address => judgeAddress(address, secure ? 'https:' : 'http:', outbound_hosts), limits);
    return [ok('mail', `${name} answers${secure ? ', by TLS' : ''}${login ? ', and lets the account in' : ''}`)];
  } catch (error) {
    const { code = 'unknown', responseCode } = error as { code?: string; responseCode?: number };
    const usual = 'Look at SMTP_URL, and whether this machine may reach that server.';
    return [wrong('mail', `${name}: ${[code, responseCode].filter(Boolean).join(', ')}`, advice[code] ?? usual)];
  }
}
