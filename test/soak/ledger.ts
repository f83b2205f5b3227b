import { setTimeout as wait } from 'node:timers/promises';
import { nextChoice, nextLead } from '../bench/load.ts';
import type { RunningServer } from '../support/server.ts';

const senders = 8;
const answer_ms = 10_000;

/** Kinds of what is sent: leads and cookie choices, each of a person of its own. */
const kinds = {
  leads: { path: '/forms/mini-ai-experience', list: '/leads?view=clear', owner: 'email', next: nextLead },
  choices: { path: '/consents', list: '/consents', owner: 'visitor_id', next: nextChoice },
};
type Kind = keyof typeof kinds;

interface Entry {
  owner: string;
  body: string;
  headers: Record<string, string>;
  /** Ids with which it was acknowledged; more than one is an error. */
  ids: Set<string>;
}

export interface Tally {
  sent: number;
  acknowledged: number;
  /** Number that was acknowledged and is not in the list afterwards. */
  lost: number;
  /** Number of keys with more than one record. */
  doubled: number;
}

/**
 * Sends leads and choices to the current server, and keeps account of each.
 *
 * An answer that does not come is asked for again under the same key, as the widget does. Because a server that forgets
 * a key after a fault would store a repeat twice, some answers that did come are asked for again too.
 */
export function openLedger(policy_version: string, url: string) {
  const entries: Record<Kind, Entry[]> = { leads: [], choices: [] };
  let target = url;
  let isOver = false;
  const sending = (['leads', 'choices'] as const).flatMap(kind =>
    Array.from({ length: senders }, () => sendOn(kind).catch(error => error as Error)),
  );

  async function sendOn(kind: Kind): Promise<undefined> {
    for (let count = 0; !isOver; count++) {
      const entry = open(kind);
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
    while (!(await send(kind, entry)) && !isOver) await wait(50);
  }

  /** Sends once, and returns whether an acknowledgement came back. */
  async function send(kind: Kind, { body, headers, ids }: Entry): Promise<boolean> {
    const answer = await fetch(target + kinds[kind].path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body,
      signal: AbortSignal.timeout(answer_ms),
    }).catch(() => undefined);
    if (!answer) return false;
    const text = await answer.text().catch(() => '');
    if (answer.status !== 201 && answer.status !== 503)
      throw new Error(`POST ${kinds[kind].path} was answered ${answer.status}: ${text}`);
    if (answer.status !== 201 || text === '') return false;
    ids.add((JSON.parse(text) as { id: string }).id);
    return true;
  }

  return {
    aim(to: string) {
      target = to;
    },
    stop() {
      isOver = true;
    },
    /** Stops sending, and compares the account with the server's lists. */
    async close(server: RunningServer): Promise<Record<Kind, Tally>> {
      target = server.url;
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
      acknowledged: sum(({ ids }) => Math.min(ids.size, 1)),
      lost: sum(({ owner, ids }) => [...ids].filter(id => !stored.get(owner)?.includes(id)).length),
      doubled: sum(({ owner, ids }) => Math.max(ids.size, stored.get(owner)?.length ?? 0, 1) - 1),
    };
  }
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
