import type { RunningServer } from '../server.ts';
import { type Load, load, nextChoice, nextLead } from './load.ts';

export interface Case extends Load {
  name: string;
  unit: string;
  /** The case of the floor that it is measured against. */
  floor?: string;
}

const json = { 'content-type': 'application/json' };

export async function measureFloor(url: string, seconds: number): Promise<Case[]> {
  const submit = { method: 'POST', path: '/', headers: json, next: () => nextLead('floor') } as const;
  const consent = { method: 'POST', path: '/consents', headers: json, next: () => nextChoice('floor') } as const;
  return [
    { name: 'floor: submit', unit: '/s', ...(await load(url, submit, seconds)) },
    { name: 'floor: consent', unit: '/s', ...(await load(url, consent, seconds)) },
  ];
}

/** Every case once, reads before writes, so that the reads find the seeded leads. */
export async function measureServer(server: RunningServer, leads: number, seconds: number): Promise<Case[]> {
  const { url, token } = server;
  const staff = { authorization: `Bearer ${token}` };
  const pull = (query: string) => load(url, { method: 'GET', path: `/leads?${query}`, headers: staff }, seconds);
  const deepest = await findDeepestCursor(server, leads);
  const phone = await findPhone(server);
  const { version } = (await (await fetch(`${url}/policies/current`)).json()) as { version: string };
  const submit = {
    method: 'POST',
    path: '/forms/mini-ai-experience',
    headers: json,
    next: () => nextLead(version),
  } as const;
  const consent = { method: 'POST', path: '/consents', headers: json, next: () => nextChoice(version) } as const;
  return [
    { name: 'pull 50, masked, first page', unit: 'pages/s', ...(await pull('limit=50')) },
    {
      name: 'pull 50, masked, deepest page',
      unit: 'pages/s',
      floor: 'pull 50, masked, first page',
      ...(await pull(`limit=50&cursor=${deepest}`)),
    },
    { name: 'pull 50, clear', unit: 'pages/s', ...(await pull('limit=50&view=clear')) },
    { name: 'newest 50, masked', unit: 'pages/s', ...(await pull('limit=50&order=desc')) },
    { name: 'search by phone', unit: '/s', ...(await pull(`phone=${encodeURIComponent(phone)}`)) },
    {
      name: 'search by phone, one at a time',
      unit: '/s',
      ...(await measureAlone(url, `/leads?phone=${encodeURIComponent(phone)}`, staff)),
    },
    { name: 'export, clear, NDJSON', unit: 'leads/s', ...(await measureExport(server)) },
    { name: 'submit', unit: '/s', floor: 'floor: submit', ...(await load(url, submit, seconds)) },
    { name: 'consent', unit: '/s', floor: 'floor: consent', ...(await load(url, consent, seconds)) },
  ];
}

async function measureAlone(url: string, path: string, headers: Record<string, string>): Promise<Load> {
  const times: number[] = [];
  let failed = 0;
  for (let n = 0; n < 200; n++) {
    const begun = performance.now();
    const response = await fetch(url + path, { headers });
    await response.arrayBuffer();
    times.push(performance.now() - begun);
    if (!response.ok) failed += 1;
  }
  times.sort((a, b) => a - b);
  const [p50, p99] = [times[100]!, times[198]!].map(time => Math.round(time * 100) / 100);
  return { rate: 1000 / p50!, p50: p50!, p99: p99!, failed };
}

async function measureExport({ url, token }: RunningServer): Promise<Load> {
  const begun = performance.now();
  const headers = { Authorization: `Bearer ${token}`, Accept: 'application/x-ndjson' };
  const response = await fetch(`${url}/leads?view=clear`, { headers });
  let lines = 0;
  for await (const chunk of response.body!) for (const byte of chunk) if (byte === 10) lines += 1;
  const seconds = (performance.now() - begun) / 1000;
  return { rate: lines / seconds, p50: 0, p99: 0, failed: response.ok ? 0 : 1 };
}

/** The cursor of the feed before its last fifty seeded leads: the search's newest lead tells where it ends. */
async function findDeepestCursor({ url, token }: RunningServer, leads: number): Promise<string> {
  const headers = { Authorization: `Bearer ${token}` };
  const page = async (cursor: string) =>
    (await (await fetch(`${url}/leads?limit=1&cursor=${cursor}`, { headers })).json()) as { leads: object[] };
  let last = leads;
  while ((await page(encodeCursor(last + leads))).leads.length > 0) last += leads;
  return encodeCursor(Math.max(0, last - 60));
}

function encodeCursor(seq: number): string {
  return Buffer.from(`feed ${seq} `).toString('base64url');
}

async function findPhone({ url, token }: RunningServer): Promise<string> {
  const headers = { Authorization: `Bearer ${token}` };
  const response = await fetch(`${url}/leads?limit=1&view=clear`, { headers });
  return ((await response.json()) as { leads: { phone: string }[] }).leads[0]!.phone;
}
