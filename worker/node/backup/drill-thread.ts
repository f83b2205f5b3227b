/** The thread of a drill. Because a drill reads, opens and stores all that there is, requests would wait beside it. */
import { parentPort, workerData } from 'node:worker_threads';
import { Refusal } from '../../../db/backup/refusal.ts';
import type { DeploymentKeys } from '../../../db/vault/marks.ts';
import { createKeyring } from './keyring.ts';
import { drill } from './restore.ts';

/** A drill is given this. Because it crosses to a thread, each key is plain bytes. */
export interface DrillTask {
  url: string;
  path: string;
  keys: DeploymentKeys;
  now: Date;
  /** Shared memory, in which the server writes another number than 0 when it stops. */
  stop: Int32Array;
}

/** The answer of a drill. Because an error loses its own properties as it crosses, its message and code are sent. */
export type DrillAnswer = { leads: number } | { refused: { message: string; code: string } };

const { url, path, keys, now, stop } = workerData as DrillTask;

parentPort!.postMessage(await run());

async function run(): Promise<DrillAnswer> {
  try {
    const { leads } = await drill(url, { path, keyring: createKeyring(revive(keys)), now, onProgress: stopIfAsked });
    return { leads };
  } catch (error) {
    const { message, code, name } = error as { message: string; code?: string; name: string };
    return { refused: { message, code: String(code ?? name) } };
  }
}

function stopIfAsked() {
  if (Atomics.load(stop, 0) !== 0) throw new Refusal('stopped', 'the server stops');
}

function revive({ encryption_keys, index_key, signing_key }: DeploymentKeys): DeploymentKeys {
  return {
    encryption_keys: encryption_keys.map(({ id, key }) => ({ id, key: Buffer.from(key) })),
    index_key: index_key.map(key => Buffer.from(key)),
    signing_key: signing_key.map(key => Buffer.from(key)),
  };
}
