import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import type { Database } from '../../../db/database.ts';
import * as d1 from '../../../db/dialects/d1.ts';
import { Mistake } from './command.ts';

/** Environment that keeps wrangler from asking questions, opening a browser, and locating this machine. */
const unattended = {
  CI: '1',
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
  WRANGLER_HIDE_BANNER: 'true',
  WRANGLER_SEND_METRICS: 'false',
  WRANGLER_SEND_ERROR_REPORTS: 'false',
};

/** The placeholder in wrangler.toml until somebody writes the id of a real D1 there. */
const no_id = /^[0-]*$/;

/** The part of wrangler's configuration that is read here. Its package does not hold all of its own types. */
interface Configuration {
  name?: string;
  account_id?: string;
  compliance_region?: string;
  compatibility_date?: string;
  vars?: Record<string, unknown>;
  d1_databases: { binding: string; database_name?: string; database_id?: string }[];
}

interface OpenedD1 {
  db: Database;
  close(): Promise<void>;
}

/**
 * Opens the D1 binding `DB` of wrangler.toml.
 *
 * @param remote Whether to open the deployed database, rather than the one that `npm run dev` keeps in `.wrangler`.
 * @throws Mistake when wrangler does not reach it.
 */
export async function openD1(remote: boolean): Promise<OpenedD1> {
  Object.assign(process.env, unattended, { WRANGLER_LOG: 'none' });
  return remote ? openRemote() : openProxy({ remoteBindings: false });
}

async function openProxy(options: object): Promise<OpenedD1> {
  const { getPlatformProxy } = await loadWrangler();
  const { env, dispose } = await getPlatformProxy<{ DB: Parameters<typeof d1.open>[0] }>({ envFiles: [], ...options });
  if (env.DB) return { db: d1.open(env.DB), close: dispose };
  await dispose();
  throw new Mistake('there is no wrangler.toml here that names a D1 database as DB');
}

/**
 * Opens the deployed database through wrangler's remote binding, which needs a configuration that says so. Because that already is of
 * the environment that `CLOUDFLARE_ENV` names, wrangler looks for none in it.
 */
async function openRemote(): Promise<OpenedD1> {
  const description = await describeRemote();
  const folder = mkdtempSync(join(tmpdir(), 'lead-consent-remote-'));
  const configPath = join(folder, 'wrangler.json');
  writeFileSync(configPath, JSON.stringify(description));
  try {
    return await openProxy({ configPath, environment: '', persist: false });
  } catch (error) {
    throw explain(error as Error);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function loadWrangler() {
  findWrangler();
  return import('wrangler');
}

/** Returns the address of wrangler, which a checkout has, and an installed package has not. */
function findWrangler(): string {
  try {
    return import.meta.resolve('wrangler');
  } catch {
    throw new Mistake('--target d1 needs wrangler and wrangler.toml: run it in a checkout');
  }
}

/** Returns a configuration that holds the database of wrangler.toml alone, marked as remote. */
async function describeRemote() {
  const { unstable_readConfig } = await loadWrangler();
  const config: Configuration = unstable_readConfig({});
  const found = config.d1_databases.find(({ binding }) => binding === 'DB');
  if (!found?.database_id || no_id.test(found.database_id))
    throw new Mistake('wrangler.toml: put the id of your D1 there first (npx wrangler d1 create lead-consent)');
  const { binding, database_name, database_id } = found;
  const { name, account_id, compliance_region, compatibility_date } = config;
  const d1_databases = [{ binding, database_name, database_id, remote: true }];
  return { name, account_id, compliance_region, compatibility_date, d1_databases };
}

/**
 * Reads the vars of wrangler.toml that are texts, as settings are; none where there is no such file. Wrangler takes those of
 * the environment that `CLOUDFLARE_ENV` names.
 */
export async function readVars(): Promise<Record<string, string>> {
  Object.assign(process.env, unattended, { WRANGLER_LOG: 'none' });
  const { unstable_readConfig } = await loadWrangler();
  const { vars = {} }: Configuration = unstable_readConfig({});
  return Object.fromEntries(
    Object.entries(vars).filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
  );
}

/**
 * Applies the missing migrations. Wrangler keeps its own list of those it applied to a D1.
 *
 * @returns The names applied now.
 */
export async function migrateD1(remote: boolean): Promise<string[]> {
  if (remote) await describeRemote();
  const wrangler = fileURLToPath(new URL('../bin/wrangler.js', findWrangler()));
  const args = ['d1', 'migrations', 'apply', 'DB', remote ? '--remote' : '--local'];
  const { status, stdout, stderr } = spawnSync(process.execPath, [wrangler, ...args], {
    encoding: 'utf8',
    env: { ...process.env, ...unattended },
  });
  if (status !== 0) throw explain(new Error(`${stdout}${stderr}`));
  return [...new Set([...stdout.matchAll(/│ (\d{4}_\w+\.sql)\s+│ ✅/g)].map(([, name]) => name!))];
}

/**
 * Returns a mistake of one line for what the operator can correct: tables that are missing or old, a D1 that does not
 * answer. Returns any other error as it is.
 */
export function explainD1(error: Error, remote: boolean): Error {
  const { message } = error;
  if (/no such (table|column)/.test(message))
    return new Mistake(
      `the tables of this D1 are not up to date: npm run -s ops -- migrate --target d1${remote ? ' --remote' : ''}`,
    );
  return /^D1_ERROR(?!.*SQLITE_)/s.test(message) ? new Mistake(`the D1 does not answer: ${message}`) : error;
}

/** Returns wrangler's message in one line. */
function explain({ message }: Error): Mistake {
  if (/CLOUDFLARE_API_TOKEN|wrangler login|authenticat/i.test(message))
    return new Mistake('Cloudflare lets nobody in: run "npx wrangler login", or set CLOUDFLARE_API_TOKEN');
  const [, told = message] = /\[ERROR\]([\s\S]*?)(?=If you think|🪵|$)/.exec(stripVTControlCharacters(message)) ?? [];
  return new Mistake(`wrangler failed: ${told.replace(/\s+/g, ' ').trim()}`);
}
