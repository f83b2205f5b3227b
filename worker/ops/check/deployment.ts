import type { DeploymentKeys } from '../../../db/vault/marks.ts';
import { addKeptKeys, key_names, makeKeys } from '../../node/start/development.ts';
import { findFolder } from '../../node/store.ts';
import { type Environment, readAsFar, type Settings, settings_table } from '../../settings.ts';
import { findEnvironment } from '../run/environment.ts';
import type { Target } from '../run/target.ts';

/** A deployment as its settings tell it, before anything of it was looked at. */
export interface Deployment {
  target: Pick<Extract<Target, { on: 'url' }>, 'on'> | Extract<Target, { on: 'd1' }>;
  settings: Partial<Settings>;
  /** Each line says one thing that is wrong with the settings. */
  mistakes: string[];
  /** Undefined where they are wrong or missing. */
  keys: DeploymentKeys | undefined;
  /** Whether the first start still has to make the keys, as it does in development. */
  lacks_keys: boolean;
  environment: Environment;
  now: Date;
}

/** Reads a deployment's settings as its start does, but makes nothing: neither keys nor a folder. */
export async function readDeployment(target: Deployment['target'], now: Date): Promise<Deployment> {
  const { environment: own, unread } = await findEnvironment(target);
  const fills_in = target.on === 'url' && own.NODE_ENV !== 'production';
  const environment = fills_in ? addKeptKeys(own, findFolder(own.DATABASE_URL || usual_url)) : own;
  const lacks_keys = fills_in && key_names.some(name => !environment[name] && !unread.has(name));
  const { settings, mistakes }: { settings: Partial<Settings>; mistakes: string[] } = readAsFar(
    lacks_keys ? { ...makeKeys(), ...environment } : environment,
    target.on === 'url' ? 'node' : 'workers',
  );
  for (const name of unread.keys()) delete settings[name.toLowerCase() as keyof Settings];
  const all = unread.size > 0 ? [...unread.values()] : mistakes;
  return { target, settings, mistakes: all, keys: readKeys(settings), lacks_keys, environment, now };
}

const usual_url = settings_table.DATABASE_URL.default;

function readKeys({ encryption_keys, index_key, signing_key }: Partial<Settings>): DeploymentKeys | undefined {
  return encryption_keys && index_key && signing_key ? { encryption_keys, index_key, signing_key } : undefined;
}
