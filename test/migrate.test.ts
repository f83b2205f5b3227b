import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import * as postgres from '../db/dialects/postgres.ts';
import * as sqlite from '../db/dialects/sqlite.ts';
import { migrate, NewerSchema, type Session } from '../db/migrate.ts';
import { createPostgresDatabase } from './engines.ts';

const numbers = readdirSync(new URL('../db/migrations/', import.meta.url)).filter(name => name.endsWith('.sql')).length;

/** Fails at the nth text, as a process that is killed there would leave it. */
function killAt(n: number) {
  return async (session: Session) => {
    let left = n;
    const run = async (text: string) => {
      if (left-- === 0) throw new Error('killed');
      await session.run(text);
    };
    await migrate({ ...session, run });
  };
}

const places = [
  {
    engine: 'SQLite',
    async makeAddress() {
      const folder = mkdtempSync(join(tmpdir(), 'lead-consent-migrate-'));
      return { address: join(folder, 'leads.db'), clean: () => rmSync(folder, { recursive: true }) };
    },
    open: sqlite.open,
  },
  {
    engine: 'PostgreSQL',
    makeAddress: async () => ({ address: await createPostgresDatabase(), clean() {} }),
    open: postgres.open,
  },
];

describe.each(places)('migrate on $engine', ({ engine, makeAddress, open }) => {
  it('may be killed at any step and run again, and run twice', async () => {
    for (let n = 0; n < 2 + numbers * 4; n++) {
      const { address, clean } = await makeAddress();
      await open(address, killAt(n)).then(
        db => db.destroy(),
        error => expect(error.message).toBe('killed'),
      );
      const first = engine === 'SQLite' ? await open(address) : open(address);
      const [one, two] = await Promise.all([first, open(address)]);
      expect((await sql`select * from migrations`.execute(one)).rows).toHaveLength(numbers);
      expect(await one.selectFrom('changes').selectAll().execute()).toEqual([{ id: 1, seq: 0 }]);
      await Promise.all([one.destroy(), two.destroy()]);
      clean();
    }
  });

  it('refuses a database that newer software has written', async () => {
    const { address, clean } = await makeAddress();
    const db = await open(address);
    await db.atomic([sql`insert into migrations values ('9999_future.sql', 'now')`.compile(db)]);
    await db.destroy();
    await expect(open(address)).rejects.toBeInstanceOf(NewerSchema);
    clean();
  });
});
