import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import * as postgres from '../db/dialects/postgres.ts';
import * as sqlite from '../db/dialects/sqlite.ts';
import { migrate, NewerSchema, type Session } from '../db/migrate.ts';
import { createPostgresDatabase } from './support/engines.ts';
import { lead, startPublished } from './support/harness.ts';

const numbers = readdirSync(new URL('../db/migrations/', import.meta.url)).filter(name => name.endsWith('.sql')).length;

/**
 * Returns an upgrade that fails at the first statement at which none has failed yet, as when the process
 * is killed there.
 */
function killOnce(killed: Set<string>) {
  return async (session: Session) => {
    let dead = false;
    let known = 0;
    let at = 0;
    const list = async (query: string) => {
      const names = await session.list(query);
      if (!query.endsWith('from migrations')) return names;
      known = names.length;
      at = 0;
      return names;
    };
    const run = async (text: string) => {
      for (const statement of text.trim().split(/(?<=;)\n(?! |end )/)) {
        const place = `${known} applied, statement ${at++}`;
        if (!dead && !killed.has(place)) {
          killed.add(place);
          dead = true;
          throw new Error('killed');
        }
        await session.run(statement);
      }
    };
    await migrate({ ...session, run, list });
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
  it('may be killed at any statement and run again, and run twice', async () => {
    const { address, clean } = await makeAddress();
    const killed = new Set<string>();
    for (let done = false; !done; )
      done = await open(address, killOnce(killed)).then(
        db => db.destroy().then(() => true),
        error => {
          expect(error.message).toBe('killed');
          return false;
        },
      );
    expect(killed.size).toBeGreaterThan(numbers * 4);
    const first = engine === 'SQLite' ? await open(address) : open(address);
    const [one, two] = await Promise.all([first, open(address)]);
    expect((await sql`select * from migrations`.execute(one)).rows).toHaveLength(numbers);
    expect(await one.selectFrom('changes').selectAll().execute()).toEqual([{ id: 1, seq: 0 }]);
    await Promise.all([one.destroy(), two.destroy()]);
    clean();
  });

  it('refuses a database that newer software has changed, says what to do, and changes nothing', async () => {
    const { address, clean } = await makeAddress();
    const db = await open(address);
    const list = () => sql`select * from migrations order by name`.execute(db);
    await db.atomic([
      sql`delete from migrations where name = '0002_guards.sql'`.compile(db),
      sql`insert into migrations values ('9999_future.sql', 'now')`.compile(db),
    ]);
    const { rows } = await list();
    const refused = await Promise.resolve(open(address)).catch(error => error);
    expect(refused).toBeInstanceOf(NewerSchema);
    expect(refused.message).toMatch(
      /9999_future\.sql, newer than.*nothing was changed.*Start the version.*restore a backup/,
    );
    expect((await list()).rows).toEqual(rows);
    await db.destroy();
    clean();
  });

  it('goes on with a database to which newer software has only added', async () => {
    const { address, clean } = await makeAddress();
    const db = await open(address);
    await db.atomic([
      sql`insert into migrations values ('9999_add_something.sql', 'now')`.compile(db),
      sql`alter table leads add column something text`.compile(db),
    ]);
    await db.destroy();
    const again = await open(address);
    const { post, pull } = await startPublished({}, again);
    expect((await post('/forms/mini-ai-experience', lead)).status).toBe(201);
    expect(await (await pull('/leads?view=clear')).json()).toMatchObject({ leads: [{ name: lead.name }] });
    await again.destroy();
    clean();
  });
});
