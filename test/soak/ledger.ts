import { setTimeout as wait } from 'node:timers/promises';
import { nextChoice, nextLead } from '../bench/load.ts';
import type { RunningServer } from '../support/server.ts';

const senders = 8;

/** Time after which a request hangs. */
const answer_ms = 20_000;

/** Kinds of what is sent: leads and cookie choices, each of a person of its own. */
const kinds = {
  leads: { path: '/forms/mini-ai-experience', list: '/leads?view=clear', owner: 'email', next: nextLead },
  choices: { path: '/consents', list: '/consents', owner: 'visitor_id', next: nextChoice },
};
export type Kind = keyof typeof kinds;
const each_kind = ['leads', 'choices'] as const;

interface Entry {
  owner: string;
  body: string;
  headers: Record<string, string>;
  /** Ids with which it was acknowledged; more than one is an error. */
  ids: Set<string>;
}

/** What became of what was sent. */
export interface Account {
  sent: number;
  acknowledged: number;
  /** Number that was acknowledged and is not in the list afterwards. */
  lost: number;
  /** Number of keys with more than one record. */
  doubled: number;
}

/** The account of a ledger, and how long its senders waited. */
export interface Tally extends Account {
  /** Number of requests that got neither an answer nor the end of their connection in twenty seconds. */
  hung: number;
  /** Longest wait for an answer, in seconds. */
  slowest_s: number;
}

export type Ledger = ReturnType<typeof openLedger>;

/**
 * Sends leads and choices to the current servers in turn, and keeps account of each.
 *
 * An answer that does not come is asked for again under the same key, as the widget does. Because a server that forgets
 * a key after a fault would store a repeat twice, some answers that did come are asked for again too, and some requests
 * go to all servers at once.
 */
export function openLedger(policy_version: string, urls: string[]) {
  const entries: Record<Kind, Entry[]> = { leads: [], choices: [] };
  const waits = { leads: { hung: 0, slowest_s: 0 }, choices: { hung: 0, slowest_s: 0 } };
  const acknowledged = { leads: 0, choices: 0 };
  let targets = urls;
  let turn = 0;
  let isOver = false;
  const sending = each_kind.flatMap(kind =>
    Array.from({ length: senders }, () => sendOn(kind).catch(error => error as Error)),
  );

  async function sendOn(kind: Kind): Promise<undefined> {
    for (let count = 0; !isOver; count++) {
      const entry = open(kind);
      if (count % 5 === 1) await Promise.all(targets.map(target => send(kind, entry, target)));
      await sendUntilAcknowledged(kind, entry);
      const earlier = entries[kind][(count * 7) % entries[kind].length]!;
      if (count % 5 === 0 && earlier.ids.size > 0) await send(kind, earlier);
    }
  }

  function open(kind: Kind): Entry {
    const { body, headers } = kinds[kind].next(policy_version);
    const entry = { owner: JSON.parse(body)[kinds[kind].owner], body, headers, ids: new Set<string>() };
    entries[kind].push(entry);
    return entry;
  }

  async function sendUntilAcknowledged(kind: Kind, entry: Entry) {
    while (entry.ids.size === 0 && !(await send(kind, entry)) && !isOver) await wait(50);
  }

  /** Sends once, and returns whether an acknowledgement came back. */
  async function send(kind: Kind, { body, headers, ids }: Entry, target = targets[turn++ % targets.length]!) {
    const path = kinds[kind].path;
    const begun = performance.now();
    const answer = await post(target + path, body, headers).catch((error: Error) => {
      if (error.name === 'TimeoutError') waits[kind].hung++;
    });
    if (!answer) return false;
    const seconds = Math.round((performance.now() - begun) / 100) / 10;
    waits[kind].slowest_s = Math.max(waits[kind].slowest_s, seconds);
    const { status, text } = answer;
    if (status === 503) return false;
    if (status !== 201) throw new Error(`POST ${path} was answered ${status}: ${text}`);
    if (ids.size === 0) acknowledged[kind]++;
    ids.add((JSON.parse(text) as { id: string }).id);
    return true;
  }

  return {
    aim(...to: string[]) {
      targets = to;
    },
    stop() {
      isOver = true;
    },
    /** Counts what was acknowledged, of the kind of which there was less. */
    count: () => Math.min(acknowledged.leads, acknowledged.choices),
    /** Stops sending, and compares the account with the server's lists. */
    async close(server: RunningServer): Promise<Record<Kind, Tally>> {
      targets = [server.url];
      isOver = true;
      const failed = (await Promise.all(sending)).find(Boolean);
      if (failed) throw failed;
      return { leads: await tally('leads', server), choices: await tally('choices', server) };
    },
  };

  async function tally(kind: Kind, server: RunningServer): Promise<Tally> {
    const stored = await readList(kind, server);
    const sum = (count: (entry: Entry) => number) => entries[kind].reduce((whole, entry) => whole + count(entry), 0);
    return {
      sent: entries[kind].length,
      acknowledged: acknowledged[kind],
      lost: sum(({ owner, ids }) => [...ids].filter(id => !stored.get(owner)?.includes(id)).length),
      doubled: sum(({ owner, ids }) => Math.max(ids.size, stored.get(owner)?.length ?? 0, 1) - 1),
      ...waits[kind],
    };
  }
}

async function post(url: string, body: string, headers: Record<string, string>) {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body,
    signal: AbortSignal.timeout(answer_ms),
  });
  return { status: answer.status, text: await answer.text() };
}

/** Adds up the tallies of two runs of one fault. */
export function addTallies(one: Record<Kind, Tally>, other: Record<Kind, Tally>): Record<Kind, Tally> {
  return { leads: addTally(one.leads, other.leads), choices: addTally(one.choices, other.choices) };
}

function addTally(one: Tally, other: Tally): Tally {
  return {
    sent: one.sent + other.sent,
    acknowledged: one.acknowledged + other.acknowledged,
    lost: one.lost + other.lost,
    doubled: one.doubled + other.doubled,
    hung: one.hung + other.hung,
    slowest_s: Math.max(one.slowest_s, other.slowest_s),
  };
}

/** Lists the ids that a server holds, by the person they belong to. */
async function readList(kind: Kind, { url, token }: RunningServer): Promise<Map<string, string[]>> {
  const { list, owner } = kinds[kind];
  const headers = { Authorization: `Bearer ${token}`, Accept: 'application/x-ndjson' };
  const response = await fetch(url + list, { headers });
  if (response.status !== 200) throw new Error(`GET ${list} was answered ${response.status}`);
  const stored = new Map<string, string[]>();
  for (const line of (await response.text()).split('\n').filter(Boolean)) {
    const record = JSON.parse(line) as Record<string, string>;
    stored.set(record[owner]!, [...(stored.get(record[owner]!) ?? []), record.id!]);
  }
  return stored;
}
