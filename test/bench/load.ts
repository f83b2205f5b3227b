import { randomUUID } from 'node:crypto';
import autocannon from 'autocannon';

const connections = 32;

/** Result of a load: answers per second and in all, latency in ms, and how many answers were not as expected. */
export interface Load {
  rate: number;
  answered: number;
  p50: number;
  p99: number;
  failed: number;
  /** Processor time of the servers for each answer, all threads together, in microseconds. */
  cpu_us?: number;
}

interface Request {
  method: 'GET' | 'POST';
  path: string;
  headers?: Record<string, string>;
  /** Returns the next request's body and headers, which differ each time. */
  next?: () => { body: string; headers?: Record<string, string> };
}

/**
 * Loads a server for some seconds. Any status but 2xx counts as failed, unless 304 is what is asked for.
 *
 * @param share Number of servers among which the connections are divided.
 * @param rate Requests that are sent in a second at most; without it, as many as are answered.
 */
export async function load(
  url: string,
  { method, path, headers = {}, next }: Request,
  seconds: number,
  { share = 1, rate, is304 = false }: { share?: number; rate?: number; is304?: boolean } = {},
): Promise<Load> {
  const result = await autocannon({
    url,
    connections: connections / share,
    duration: seconds,
    ...(rate && { overallRate: rate }),
    requests: [
      {
        method,
        path,
        headers,
        ...(next && {
          setupRequest: request => {
            const { body, headers: more } = next();
            return { ...request, body, headers: { ...headers, ...more } };
          },
        }),
      },
    ],
  });
  const { average } = result.requests;
  const { p50, p99 } = result.latency;
  const answered = is304 ? result['3xx'] : result['2xx'];
  const failed = is304 ? result['2xx'] + result['4xx'] + result['5xx'] : result.non2xx;
  return { rate: average, answered, p50, p99, failed: failed + result.errors };
}

let count = 0;

/** Returns a submission that equals no other, with a key as the widget sends it. */
export function nextLead(policy_version: string) {
  count += 1;
  const phone = `+86139${String((count * 7_919) % 1e8).padStart(8, '0')}`;
  const values = { name: '王小明', phone, email: `bench${count}@example.com`, company: '示例科技有限公司' };
  return { body: JSON.stringify({ ...values, policy_version }), headers: { 'idempotency-key': randomUUID() } };
}

/** Returns a cookie choice of a new visitor. */
export function nextChoice(policy_version: string) {
  const shown = ['necessary', 'functional', 'analytics', 'marketing'];
  const chosen = {
    visitor_id: randomUUID(),
    granted: ['necessary'],
    source: 'banner',
    chosen_at: new Date().toISOString(),
  };
  const body = JSON.stringify({ ...chosen, policy_version, locale: 'zh-CN', shown });
  return { body, headers: { 'idempotency-key': randomUUID() } };
}
