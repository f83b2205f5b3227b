import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Conflict } from '../../db/database.ts';
import { listPolicies, publishPolicy } from '../../db/policies.ts';
import { createToken, findTokenHolder } from '../../db/staff/tokens.ts';
import type { Services } from '../context.ts';
import type { Publisher } from '../policies/file.ts';
import type { Environment } from '../settings.ts';
import type { Locale } from '../shared/locales.ts';

const operator = { id: 'operator', role: 'operator', request_id: null };
const token_days = 365;

/** The file in which a developer's machine keeps its keys. */
const key_file = 'development-keys.json';

/** The sample policy's files, in worker/demo. */
const sample_policies: Record<Locale, string> = { 'zh-CN': 'policy.zh-CN.md', en: 'policy.en.md' };

/** Creates new keys for a developer's machine, as environment variables. */
export function makeKeys(): Record<string, string> {
  const key = () => randomBytes(32).toString('base64');
  return { ENCRYPTION_KEYS: `dev:${key()}`, INDEX_KEY: key(), SIGNING_KEY: key() };
}

/** Adds the keys that the environment lacks: those kept in the folder, which the first start creates (0600). */
export function fillInKeys(environment: Environment, folder: string): Environment {
  const path = join(folder, key_file);
  mkdirSync(folder, { recursive: true });
  if (!existsSync(path)) keepSecret(path, `${JSON.stringify(makeKeys(), null, 2)}\n`);
  return { ...readKeptKeys(folder), ...dropEmpty(environment) };
}

/** Reads the keys that are kept in the folder; none while no start has made them. */
export function readKeptKeys(folder: string): Environment {
  const path = join(folder, key_file);
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
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
  const { readPolicyFiles } = await import('../policies/file.ts');
  const read = readPolicyFiles(
    Object.values(sample_policies).map(name => ({
      name,
      text: readFileSync(fileURLToPath(new URL(`../demo/${name}`, import.meta.url)), 'utf8'),
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

/** Writes a file that only its owner may read. */
export function keepSecret(path: string, text: string): void {
  writeFileSync(path, text, { mode: 0o600 });
}

function dropEmpty(environment: Environment): Environment {
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => value?.trim()));
}
