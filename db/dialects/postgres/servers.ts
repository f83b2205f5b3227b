import type pg from 'pg';
import { Unavailable } from '../../database.ts';
import { Client } from './client.ts';

/** The server, of those that an address names, on which connections are made. */
export interface Servers {
  /** Returns how to connect to it. Where several are named, they are asked which one serves; it is asked once. */
  find(): Promise<pg.ClientConfig>;
  /** Lets the next connection ask anew, because one was lost or refused to write. */
  forget(): void;
  /** Whether several are named, of which another one may serve. */
  areSeveral: boolean;
}

/** Servers that an address may name. */
const most_servers = 5;

/** What libpq's `target_session_attrs` may ask of a server, by its query; `any` asks nothing. */
const wanted: Record<string, string | undefined> = {
  any: undefined,
  'read-write': "not pg_is_in_recovery() and current_setting('transaction_read_only') = 'off'",
  primary: 'not pg_is_in_recovery()',
  'read-only': "pg_is_in_recovery() or current_setting('transaction_read_only') = 'on'",
  standby: 'pg_is_in_recovery()',
  'prefer-standby': 'pg_is_in_recovery()',
};

/**
 * Longest wait for one of several servers. Because a connection follows the question, and a query the connection, and a
 * person waits three seconds at most, it is short.
 */
const ask_ms = 500;

/** The parts of an address in libpq's form: what stands before the hosts, the hosts, and what stands behind them. */
const parts = /^(postgres(?:ql)?:\/\/(?:[^@/?#]*@)?)([^/?#]*)(.*)$/;

/**
 * Reads an address that names up to five servers in libpq's form: `postgres://u:p@a:5432,b:5432/db?target_session_attrs=read-write`.
 *
 * @throws Error that says what is wrong with the address, without any part of it.
 * @see https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-MULTIPLE-HOSTS
 */
function readServers(address: string): { addresses: string[]; attrs: string } {
  const [, before, hosts = '', behind] = parts.exec(address) ?? [];
  const [path, query = ''] = (behind ?? '').split(/\?(.*)/s);
  const parameters = new URLSearchParams(query);
  const attrs = parameters.get('target_session_attrs') ?? 'any';
  if (!Object.hasOwn(wanted, attrs))
    throw new Error(`target_session_attrs: expected one of ${Object.keys(wanted).join(', ')}`);
  parameters.delete('target_session_attrs');
  const names = hosts.split(',');
  if (names.length > most_servers) throw new Error(`expected at most ${most_servers} hosts`);
  if (names.length > 1 && names.some(name => !name)) throw new Error('expected a host on both sides of each comma');
  const rest = parameters.size > 0 ? `?${parameters}` : '';
  return { addresses: names.map(name => `${before ?? ''}${name}${path}${rest}`), attrs };
}

/**
 * Creates the choice among the servers of an address. All are asked at once, and the first of them in the address that
 * serves is taken, because waiting for one that is gone before the next is asked would take longer than a person waits.
 *
 * @param waits Waits for a connection where one server alone is named.
 */
export function createServers(address: string, waits: pg.ClientConfig): Servers {
  const { addresses, attrs } = readServers(address);
  const [only] = addresses;
  const areSeveral = addresses.length > 1;
  if (!areSeveral) {
    const config = { connectionString: only, ...waits };
    return { find: async () => config, forget: () => {}, areSeveral };
  }
  const configs = addresses.map(connectionString => ({
    connectionString,
    ...waits,
    connectionTimeoutMillis: ask_ms,
  }));
  let found: Promise<pg.ClientConfig> | undefined;

  async function ask(): Promise<pg.ClientConfig> {
    const answers = configs.map(config => serves(config, wanted[attrs]));
    const settled = await settleSoon(answers);
    const at = settled.indexOf(true);
    if (at >= 0) return configs[at]!;
    const other = attrs === 'prefer-standby' ? settled.indexOf(false) : -1;
    if (other >= 0) return configs[other]!;
    throw new Unavailable(new Error('no server of DATABASE_URL serves'));
  }

  function find() {
    if (found) return found;
    const asked = ask();
    found = asked;
    asked.catch(() => forget(asked));
    return asked;
  }

  function forget(asked = found) {
    if (found === asked) found = undefined;
  }

  return { find, forget: () => forget(), areSeveral };
}

/**
 * Waits until the answer is clear: until a server serves and all before it have answered. A server that is silent holds
 * nobody up for longer than `ask_ms`.
 */
async function settleSoon(answers: Promise<boolean | undefined>[]): Promise<(boolean | undefined)[]> {
  const settled: (boolean | undefined)[] = [];
  for (const answer of answers) {
    settled.push(await answer);
    if (settled.at(-1)) break;
  }
  return settled;
}

/** Returns whether a server is as wanted; undefined where it does not answer. */
async function serves(config: pg.ClientConfig, condition: string | undefined): Promise<boolean | undefined> {
  const client = new Client({ ...config, query_timeout: ask_ms });
  client.on('error', () => {});
  try {
    await client.connect();
    if (!condition) return true;
    const { rows } = await client.query(`select ${condition} as serves`);
    return rows[0].serves;
  } catch {
    return undefined;
  } finally {
    client.end().catch(() => {});
  }
}
