import type { Database } from '../../db/database.ts';
import * as d1 from '../../db/dialects/d1.ts';
import { openStore } from '../node/store.ts';
import { settings_table } from '../settings.ts';

/** What a command works with. `rest` is what stands behind its name. */
export interface Ops {
  db: Database;
  values: {
    holder?: string | undefined;
    role?: string | undefined;
    days?: string | undefined;
    'overlap-days'?: string | undefined;
    leads?: string | undefined;
  };
  /** `d1`, or nothing for `DATABASE_URL`. */
  target: string | undefined;
  rest: string[];
  now: Date;
}

/** Who acts, in the audit trail, when a command does. */
export const operator = { id: 'operator', role: 'operator', request_id: null };

/** Something the operator can mend: told in one line, without a stack. */
export class Mistake extends Error {}

/** Opens what the commands work on: `DATABASE_URL`, or the local D1 of `npm run dev`. */
export async function openTarget(target: string | undefined): Promise<{ db: Database; close(): Promise<void> }> {
  if (target === undefined) {
    const db = await openStore(databaseUrl(), { patient: true });
    return { db, close: () => db.destroy() };
  }
  checkTarget(target);
  // It would ask the network where this machine is, and complain without one.
  Object.assign(process.env, { WRANGLER_LOG: 'error', CLOUDFLARE_CF_FETCH_ENABLED: 'false' });
  const { getPlatformProxy } = await import('wrangler');
  const { env, dispose } = await getPlatformProxy<{ DB: Parameters<typeof d1.open>[0] }>({ envFiles: [] });
  return { db: d1.open(env.DB), close: dispose };
}

/** @throws Mistake for any target but `d1`. */
export function checkTarget(target: string): void {
  if (target !== 'd1') throw new Mistake(`--target: expected d1, or nothing for DATABASE_URL`);
}

export function databaseUrl(): string {
  const { form, default: usual } = settings_table.DATABASE_URL;
  const url = form.read(process.env.DATABASE_URL || usual);
  if (!url) throw new Mistake(`DATABASE_URL: expected ${form.expected}`);
  return url;
}

/** Prints a result: text as it is, anything else as a table on a terminal and as JSON elsewhere. */
export function print(result: unknown): void {
  if (typeof result === 'string') process.stdout.write(`${result}\n`);
  else if (process.stdout.isTTY) console.table(result);
  else process.stdout.write(`${JSON.stringify(result)}\n`);
}
