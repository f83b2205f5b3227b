import type { Attempt } from '../../db/notices/attempts.ts';
import type { Pace } from '../../db/notices/turns.ts';
import { checkAddress } from '../egress/addresses.ts';
import { postOut } from '../egress/call.ts';
import type { Kind } from './kind.ts';
import { type Text, writeText } from './texts.ts';

/** How an app's robot is spoken to. */
interface App {
  /** The parts of an address's path that every robot of the app has in common. All others are shown as `…`. */
  path: string[];
  isSecret: Kind['isSecret'];
  secret_form: string;
  pace: Pace;

  /** Writes a message, with a signature where there is a secret: the body, and what the address's query gets. */
  write(text: Text, secret: string | undefined, now: Date): { body: object; query?: Record<string, string> };

  /** Returns the code of an answer, which is 0 where the robot has taken the message. */
  readCode(answer: Record<string, unknown>): unknown;

  /** The codes that say that the robot is sent to too often, and the time for which it takes nothing then. */
  throttled: Record<number, number>;
}

/** What stands for a key in an address that is shown. */
const masked = '…';

/** Time to wait after a status 429. */
const usual_wait_ms = 60_000;

/**
 * Returns the kind of channel that leads to a group chat through an app's robot.
 *
 * Because a robot's address holds its key, no more than its host and the known parts of its path are shown. Because a
 * robot takes few messages, one message tells of all that waits. It answers 200 also when it has refused: its code says.
 */
export function robot(app: App): Kind {
  return {
    refuseAddress: ({ settings }, address) =>
      address.includes(masked) ? 'not-whole' : checkAddress(address, settings.outbound_hosts),

    showAddress(address) {
      const { origin, pathname, search } = new URL(address);
      const parts = pathname.split('/').map(part => (part === '' || app.path.includes(part) ? part : masked));
      return origin + parts.join('/') + (search && `?${masked}`);
    },

    isSecret: app.isSecret,
    secret_form: app.secret_form,
    pace: app.pace,
    gathers: true,

    async send(sender, message) {
      const { address, secrets } = message.target;
      const now = sender.now();
      const { body, query = {} } = app.write(writeText(sender.settings, message, now), secrets[0], now);
      const url = new URL(address);
      for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
      const headers = { 'Content-Type': 'application/json; charset=utf-8', 'User-Agent': 'lead-consent' };
      const answer = await postOut(sender, url.href, headers, JSON.stringify(body));
      return 'error' in answer
        ? { is: 'failed', status: null, error: answer.error }
        : judge(app, answer.status, readCode(app, answer.body));
    },
  };
}

function judge({ throttled }: App, status: number, code: number | undefined): Attempt {
  const facts = { status, error: code === 0 ? null : String(code ?? 'no-code') };
  if (status === 410) return { is: 'gone', ...facts };
  const wait_ms = throttled[code ?? 0] ?? (status === 429 ? usual_wait_ms : undefined);
  if (wait_ms !== undefined) return { is: 'throttled', wait_ms, ...facts };
  return { is: status >= 200 && status < 300 && code === 0 ? 'sent' : 'failed', ...facts };
}

/** Reads the code of an answer; undefined where it has none. */
function readCode(app: App, body: string): number | undefined {
  try {
    const code = app.readCode(Object(JSON.parse(body)));
    return Number.isSafeInteger(code) ? (code as number) : undefined;
  } catch {
    return undefined;
  }
}
