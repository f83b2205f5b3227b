// Because esbuild starts its process in the folder where it was loaded, it is loaded before a command changes that.
import 'esbuild';
import { operate as operateHere } from '../../worker/ops/run/operate.ts';

/** What the commands before have to end first, because each has the environment and the output to itself. */
let before: Promise<unknown> = Promise.resolve();

/**
 * Runs an operator's command in this process, as `worker/ops.ts` does in one of its own. Because a process takes a third
 * of a second of the processor to start, only the tests that kill or count processes start one.
 */
export function operate(args: string[], environment: Record<string, string> = {}, folder = process.cwd()) {
  const done = before.then(() => operateAlone(args, environment, folder));
  before = done.catch(() => undefined);
  return done;
}

async function operateAlone(args: string[], environment: Record<string, string>, folder: string) {
  const { env, stdout, stderr } = process;
  const { PATH, HOME } = env;
  const home = process.cwd();
  const printed = { stdout: '', stderr: '' };
  const undo = [collect(stdout, text => (printed.stdout += text)), collect(stderr, text => (printed.stderr += text))];
  process.env = { PATH, HOME, ...environment };
  process.chdir(folder);
  try {
    return { code: await operateHere(args), ...printed };
  } finally {
    process.env = env;
    process.chdir(home);
    for (const restore of undo) restore();
  }
}

function collect(stream: NodeJS.WriteStream, add: (text: string) => void): () => void {
  const { write, isTTY } = stream;
  stream.isTTY = false;
  stream.write = ((chunk: string | Uint8Array, ...rest: unknown[]) => {
    add(String(chunk));
    for (const done of rest) if (typeof done === 'function') done();
    return true;
  }) as typeof write;
  return () => Object.assign(stream, { write, isTTY });
}
