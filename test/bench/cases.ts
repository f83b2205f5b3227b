import { most_rows } from '../../worker/console/leads/export/sheet.ts';
import type { RunningServer } from '../support/server.ts';
import { type Load, load, nextChoice, nextLead } from './load.ts';
import { sumProcessorUs } from './processor.ts';
import {
  findDeepestCursor,
  findNewest,
  findPhone,
  listSince,
  measureAlone,
  measureExport,
  measureSpreadsheet,
  signIn,
} from './reads.ts';

/** Address of a server, and its process where it is one of its own. */
export type Served = Pick<RunningServer, 'url'> & Partial<Pick<RunningServer, 'pid'>>;

/** A case that each round measures once. */
export interface Case {
  name: string;
  unit: string;
  /** Name of the case that this one is compared with. */
  floor?: string;
  /** The servers whose processor time it takes. */
  servers?: Served[];
  /** Answers before the first round. A process compiles its code meanwhile, and each answer costs half as much again. */
  warm?: number;
  measure(): Promise<Load>;
}

const json = { 'content-type': 'application/json' };

/** Answers by which most code is compiled: of small ones, and of pages with fifty leads. */
export const warm = { small: 20_000, page: 3_000 };

/**
 * Lists the floors, which no product can go below: bare Hono, the same sealing, one prepared insert under
 * the same durability.
 */
export function listFloors(floor: Served, seconds: number): Case[] {
  return listBare('floor', floor, seconds);
}

/** Lists what it costs to store the same rows as the server does, with bare Hono and without its checks (`rows.ts`). */
export function listRows(rows: Served, seconds: number): Case[] {
  return listBare('rows', rows, seconds).map(one => ({ ...one, floor: one.name.replace('rows', 'floor') }));
}

function listBare(name: string, server: Served, seconds: number): Case[] {
  const { url } = server;
  const submit = { method: 'POST', path: '/', headers: json, next: () => nextLead(name) } as const;
  const consent = { method: 'POST', path: '/consents', headers: json, next: () => nextChoice(name) } as const;
  const servers = [server];
  return [
    { name: `${name}: submit`, unit: '/s', servers, warm: warm.small, measure: () => load(url, submit, seconds) },
    { name: `${name}: consent`, unit: '/s', servers, warm: warm.small, measure: () => load(url, consent, seconds) },
  ];
}

/** Lists the cases that staff and their tools read. */
export async function listReads(server: RunningServer, leads: number, seconds: number): Promise<Case[]> {
  const { url, token } = server;
  const staff = { authorization: `Bearer ${token}` };
  const pull = (query: string) => () => load(url, { method: 'GET', path: `/leads?${query}`, headers: staff }, seconds);
  const deepest = `limit=50&cursor=${await findDeepestCursor(server, leads)}`;
  const search = `/leads?phone=${encodeURIComponent(await findPhone(server))}`;
  const first = 'pull 50, masked, first page';
  const clear = 'pull 50, clear, first page';
  const unit = 'pages/s';
  const spreadsheet = { unit: 'leads/s', measure: () => measureSpreadsheet(server, leads) };
  const headers = await signIn(server);
  const id = await findNewest(server);
  const page = (name: string, path: string): Case => ({
    name: `console: ${name}, one at a time`,
    unit: 'pages/s',
    floor: 'health, one at a time',
    measure: () => measureAlone(`${url}${path}`, headers, 50),
  });
  const cases: Case[] = [
    { name: 'health, one at a time', unit: '/s', measure: () => measureAlone(`${url}/health`, {}, 200) },
    page('list', '/console'),
    page('list by status', '/console?status=new'),
    page('list by assignee', '/console?assigned_to=Anna'),
    page('today', '/console?due=today'),
    page('lead', `/console/leads/${id}`),
    page('overview', '/console/overview'),
    // Their masks are known, because the same page is asked for again and again. A page in clear is opened each time.
    { name: first, unit, warm: warm.page, measure: pull('limit=50') },
    { name: 'pull 50, masked, deepest page', unit, floor: first, warm: warm.page, measure: pull(deepest) },
    { name: clear, unit, warm: warm.page, measure: pull('limit=50&view=clear') },
    { name: 'pull 50, clear, deepest page', unit, floor: clear, measure: pull(`${deepest}&view=clear`) },
    { name: 'newest 50, masked', unit, floor: first, measure: pull('limit=50&order=desc') },
    { name: 'search by phone', unit: '/s', warm: warm.page, measure: pull(search.split('?')[1]!) },
    { name: 'search by phone, one at a time', unit: '/s', measure: () => measureAlone(url + search, staff) },
    {
      name: 'search by name, one at a time',
      unit: '/s',
      measure: () => measureAlone(`${url}/leads?q=tech`, staff, 20),
    },
    { name: 'export, clear, NDJSON', unit: 'leads/s', measure: () => measureExport(server) },
    ...(leads <= most_rows ? [{ name: 'export, clear, XLSX', ...spreadsheet }] : []),
  ];
  return cases.map(one => ({ ...one, servers: [server] }));
}

/** Lists the cases that visitors send. With two servers, half of the connections go to each. */
export function listWrites(servers: RunningServer[], version: string, seconds: number, suffix = ''): Case[] {
  const choice = { method: 'POST', path: '/consents', headers: json, next: () => nextChoice(version) } as const;
  return [
    {
      name: `submit${suffix}`,
      unit: '/s',
      floor: 'floor: submit',
      servers,
      warm: warm.small,
      measure: () => submit(servers, version, seconds),
    },
    {
      name: `consent${suffix}`,
      unit: '/s',
      floor: 'floor: consent',
      servers,
      warm: warm.small,
      measure: () => loadEach(servers, choice, seconds),
    },
  ];
}

/** Sends leads and counts as failed each lead that was acknowledged and is afterwards not listed, or listed twice. */
async function submit(servers: RunningServer[], version: string, seconds: number): Promise<Load> {
  const since = new Date().toISOString();
  const next = () => nextLead(version);
  const request = { method: 'POST', path: '/forms/mini-ai-experience', headers: json, next } as const;
  const before_us = sumProcessorUs(servers);
  const loaded = await loadEach(servers, request, seconds);
  const sent = { ...loaded, cpu_us: (sumProcessorUs(servers) - before_us) / loaded.answered };
  const ids = await listSince(servers[0]!, since);
  const missed = Math.max(0, sent.answered - new Set(ids).size);
  const doubled = ids.length - new Set(ids).size;
  return { ...sent, failed: sent.failed + missed + doubled };
}

async function loadEach(servers: RunningServer[], request: Parameters<typeof load>[1], seconds: number): Promise<Load> {
  const loads = await Promise.all(servers.map(({ url }) => load(url, request, seconds, { share: servers.length })));
  const sum = (of: (one: Load) => number) => loads.reduce((whole, one) => whole + of(one), 0);
  const most = (of: (one: Load) => number) => Math.max(...loads.map(of));
  const counts = { rate: sum(one => one.rate), answered: sum(one => one.answered), failed: sum(one => one.failed) };
  return { ...counts, p50: most(one => one.p50), p99: most(one => one.p99) };
}
