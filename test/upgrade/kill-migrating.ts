/**
 * Migrates the database of an address and kills itself, as a machine that loses power, before the statement of the given
 * number, the first of the first migration that is missing being 0.
 */
import { migrate } from '../../db/migrate.ts';
import { openStore } from '../../worker/node/store.ts';

const [address, number] = process.argv.slice(2);
let left = Number(number);
await openStore(address!, {
  upgrade(session) {
    let follows = false;
    let isMissing = false;
    const run = async (text: string) => {
      isMissing ||= follows && text !== 'commit';
      follows = false;
      for (const statement of text.split(/(?<=;)\n/).filter(Boolean)) {
        if (isMissing && left-- === 0) process.kill(process.pid, 'SIGKILL');
        await session.run(statement);
      }
    };
    const list = (query: string) => {
      follows = true;
      return session.list(query);
    };
    return migrate({ ...session, run, list });
  },
});
