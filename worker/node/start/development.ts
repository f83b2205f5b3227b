import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Conflict } from '../../../db/database.ts';
import { publishPolicy } from '../../../db/policies/publish.ts';
import { listPolicies } from '../../../db/policies/read.ts';
import { createToken, findTokenHolder } from '../../../db/staff/tokens.ts';
import { development_key } from '../../../db/vault/marks.ts';
import type { Services } from '../../context.ts';
import type { Publisher } from '../../policies/file.ts';
import type { Environment } from '../../settings.ts';
import type { Locale } from '../../shared/locales.ts';

const operator = { id: 'operator', role: 'operator', request_id: null };
const token_days = 365;

/** The file in which a developer's machine keeps its keys. */
export const key_file = 'development-keys.json';

/** The sample policy's files, in worker/demo. */
const sample_policies: Record<Locale, string> = { 'zh-CN': 'policy.zh-CN.md', en: 'policy.en.md' };

/** The settings that a developer's machine fills in with keys of its own. */
export const key_names = ['ENCRYPTION_KEYS', 'INDEX_KEY', 'SIGNING_KEY'];

/** Creates new keys for a developer's machine, as environment variables. */
export function makeKeys(): Record<string, string> {
  const key = () => randomBytes(32).toString('base64');
  return { ENCRYPTION_KEYS: `${development_key}:${key()}`, INDEX_KEY: key(), SIGNING_KEY: key() };
}

/**
 * Adds the keys that the environment lacks: those kept in the folder, which the first start creates (0600). Of several
 * starts at once all get the keys of one.
 */
export function fillInKeys(environment: Environment, folder: string): Environment {
  const path = join(folder, key_file);
  mkdirSync(folder, { recursive: true });
  if (!existsSync(path)) keepSecret(path, `${JSON.stringify(makeKeys(), null, 2)}\n`, putFirst);
  return addKeptKeys(environment, folder);
}

/** Adds the keys that the environment lacks, those kept in the folder, where they are. */
export function addKeptKeys(environment: Environment, folder: string): Environment {
  return { ...readKeptKeys(folder), ...dropEmpty(environment) };
}

/**
 * Reads the keys that are kept in the folder; none while no start has made them.
 *
 * @throws Error that names the file, where that is broken.
 */
function readKeptKeys(folder: string): Environment {
  const path = join(folder, key_file);
  if (!existsSync(path)) return {};
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new Error(`${path}: ${(error as Error).message}`);
  }
}

/** Returns the token kept in the folder (0600). Creates a new one when there is none or it is no longer valid. */
export async function keepToken({ db, now }: Services, folder: string): Promise<string> {
  const path = join(folder, 'development-token');
  const kept = existsSync(path) ? readFileSync(path, 'utf8').trim() : '';
  if (kept && (await findTokenHolder(db, kept, now()))) return kept;
  const made = await createToken(
    db,
    { holder: 'development', role: 'privacy_officer', days: token_days },
    operator,
    now(),
  );
  keepSecret(path, `${made}\n`);
  return made;
}

/** Publishes the sample policy in every language, unless there is a policy already, or another process was quicker. */
export async function publishSample({
  db,
  now,
  settings,
}: Pick<Services, 'db' | 'now'> & { settings: Publisher }): Promise<void> {
  if ((await listPolicies(db)).length > 0) return;
  const { readPolicyFiles } = await import('../../policies/file.ts');
  const read = readPolicyFiles(
    Object.values(sample_policies).map(name => ({
      name,
      text: readFileSync(fileURLToPath(new URL(`../../demo/${name}`, import.meta.url)), 'utf8'),
    })),
    settings,
  );
  if ('mistakes' in read) throw new Error(read.mistakes.join('\n'));
  try {
    await publishPolicy(db, read.policy, operator, now());
  } catch (error) {
    if (!(error instanceof Conflict)) throw error;
  }
}

/**
 * Writes a file that only its owner may read. Because another process may read it meanwhile, it is written aside.
 *
 * @param put Puts the written file in its place.
 */
export function keepSecret(path: string, text: string, put: (aside: string, path: string) => void = renameSync): void {
  const aside = `${path}.${randomBytes(4).toString('hex')}`;
  writeFileSync(aside, text, { mode: 0o600 });
  put(aside, path);
}

/** Puts a file in its place, unless there is one already. A file system without links takes the last one. */
function putFirst(aside: string, path: string): void {
  try {
    linkSync(aside, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') renameSync(aside, path);
  }
  rmSync(aside, { force: true });
}

function dropEmpty(environment: Environment): Environment {
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => value?.trim()));
}
