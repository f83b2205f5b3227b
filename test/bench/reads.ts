import type { RunningServer } from '../support/server.ts';
import type { Load } from './load.ts';

type Server = Pick<RunningServer, 'url' | 'token'>;

const ndjson = ({ token }: Server) => ({ Authorization: `Bearer ${token}`, Accept: 'application/x-ndjson' });

/** Measures requests one after the other: the wait of a person, without a queue. */
export async function measureAlone(url: string, headers: Record<string, string>, requests = 200): Promise<Load> {
  const times: number[] = [];
  let failed = 0;
  for (let n = 0; n < requests; n++) {
    const begun = performance.now();
    const response = await fetch(url, { headers });
    await response.arrayBuffer();
    times.push(performance.now() - begun);
    if (!response.ok) failed += 1;
  }
  times.sort((a, b) => a - b);
  const [p50, p99] = [0.5, 0.99].map(share => Math.round(times[Math.floor(requests * share)]! * 100) / 100);
  return { rate: 1000 / p50!, answered: requests, p50: p50!, p99: p99!, failed };
}

/** Measures the export of all leads, clear, as one stream. */
export async function measureExport(server: Server): Promise<Load> {
  const begun = performance.now();
  const response = await fetch(`${server.url}/leads?view=clear`, { headers: ndjson(server) });
  let lines = 0;
  for await (const chunk of response.body!) for (const byte of chunk) if (byte === 10) lines += 1;
  const seconds = (performance.now() - begun) / 1000;
  return { rate: lines / seconds, answered: lines, p50: 0, p99: 0, failed: response.ok ? 0 : 1 };
}

/** Signs in to the console, and returns the headers of its pages. */
export async function signIn({ url, token }: Server): Promise<Record<string, string>> {
  const response = await post(url, '/console/session', { token });
  const [Cookie = ''] = response.headers.getSetCookie()[0]!.split(';');
  return { Accept: 'text/html', 'Accept-Encoding': 'br', Cookie };
}

function post(url: string, path: string, fields: Record<string, string>, Cookie = '') {
  const headers = { Origin: url, Accept: 'text/html', Cookie };
  return fetch(url + path, { method: 'POST', headers, body: new URLSearchParams(fields), redirect: 'manual' });
}

/** Measures the export of all leads, clear, as the spreadsheet that a person downloads from the console. */
export async function measureSpreadsheet({ url, token }: Server, leads: number): Promise<Load> {
  const { Cookie = '' } = await signIn({ url, token });
  const begun = performance.now();
  const asked = { format: 'xlsx', view: 'clear', purpose: 'handover' };
  const address = (await post(url, '/console/export', asked, Cookie)).headers.get('Location')!;
  const response = await fetch(url + address, { headers: { Accept: 'text/html', Cookie } });
  let last: Uint8Array = new Uint8Array();
  for await (const chunk of response.body!) last = chunk;
  const isWhole = Buffer.from(last).includes('PK\u0005\u0006');
  const seconds = (performance.now() - begun) / 1000;
  return { rate: leads / seconds, answered: leads, p50: 0, p99: 0, failed: isWhole ? 0 : 1 };
}

/** Lists the ids of the leads received since an instant. */
export async function listSince(server: Server, since: string): Promise<string[]> {
  const response = await fetch(`${server.url}/leads?received_from=${since}`, { headers: ndjson(server) });
  const lines = (await response.text()).split('\n').filter(Boolean);
  return lines.map(line => (JSON.parse(line) as { id: string }).id);
}

/** Finds the cursor of the feed before its last fifty leads. */
export async function findDeepestCursor({ url, token }: Server, leads: number): Promise<string> {
  const headers = { Authorization: `Bearer ${token}` };
  // A cursor beyond the latest number is refused.
  const isWithin = async (cursor: string) => {
    const { leads = [] } = (await (await fetch(`${url}/leads?limit=1&cursor=${cursor}`, { headers })).json()) as {
      leads?: object[];
    };
    return leads.length > 0;
  };
  let last = leads;
  while (await isWithin(encodeCursor(last + leads))) last += leads;
  return encodeCursor(Math.max(0, last - 60));
}

function encodeCursor(seq: number): string {
  return Buffer.from(`feed ${seq} `).toString('base64url');
}

/** Finds the phone number of a lead. */
export async function findPhone({ url, token }: Server): Promise<string> {
  const headers = { Authorization: `Bearer ${token}` };
  const response = await fetch(`${url}/leads?limit=1&view=clear`, { headers });
  return ((await response.json()) as { leads: { phone: string }[] }).leads[0]!.phone;
}

/** Finds the id of the newest lead. */
export async function findNewest({ url, token }: Server): Promise<string> {
  const response = await fetch(`${url}/leads?limit=1&order=desc`, { headers: { Authorization: `Bearer ${token}` } });
  return ((await response.json()) as { leads: { id: string }[] }).leads[0]!.id;
}
