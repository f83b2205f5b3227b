import { get as request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operate } from '../support/operate.ts';
import { makeFolder, type RunningServer, startServer } from '../support/server.ts';

const { folder, remove } = makeFolder();
const leads = 6_000;
let server: RunningServer;
let connection: Sqlite.Database;

beforeAll(async () => {
  const first = await startServer(folder);
  await first.stop();
  const DATABASE_URL = `file:${join(folder, 'leads.db')}`;
  const seeded = await operate(['seed', '--leads', String(leads)], { DATABASE_URL });
  expect(JSON.parse(seeded.stdout)).toMatchObject({ leads });
  server = await startServer(folder);
  connection = new Sqlite(join(folder, 'leads.db'));
});
afterAll(async () => {
  connection?.close();
  await server?.stop();
  remove();
});

const headers = () => ({ Authorization: `Bearer ${server.token}`, Accept: 'application/x-ndjson' });
const revealed = () =>
  connection.prepare("select count(*) from audit_events where action = 'lead.revealed'").pluck().get() as number;

describe('an export over a real connection', () => {
  it('is whole: every seeded lead once, plausible and clear', async () => {
    const response = await fetch(`${server.url}/leads?view=clear`, { headers: headers() });
    const lines = (await response.text())
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line));
    expect(new Set(lines.map(({ id }) => id)).size).toBe(leads);
    expect(lines.filter(({ phone }) => /^\+(861[3-9]\d{9}|86\d{10,11}|44\d{10})$/.test(phone))).toHaveLength(leads);
    const again = lines.filter(({ earlier_lead_id }) => earlier_lead_id).length;
    expect(again).toBeGreaterThan(leads / 50);
    expect(again).toBeLessThan(leads / 5);
    expect(lines.filter(({ assigned_to }) => assigned_to).map(({ status }) => status)).toEqual(
      expect.arrayContaining(['contacted', 'qualified', 'closed']),
    );
  });

  it('a client that goes away is noticed: nothing more is read or recorded', async () => {
    const before = revealed();
    await new Promise<void>((resolve, reject) => {
      const sent = request(`${server.url}/leads?view=clear`, { headers: headers() }, response => {
        response.once('data', () => {
          response.destroy();
          resolve();
        });
      });
      sent.on('error', reject);
    });
    let after: number;
    do {
      after = revealed();
      await wait(300);
    } while (revealed() > after);
    expect(after - before).toBeLessThan(leads / 500);
  });

  it('breaks the connection when a lead does not open: it never ends as if it were whole', async () => {
    // Not the lead that the product made to check itself, because no export shows it.
    const last = connection
      .prepare(
        "select id from leads where erased_at is null and form <> 'self-check' order by received_at desc limit 1",
      )
      .pluck()
      .get();
    const kept = connection.prepare('select wrapped from keys where subject_id = ?').pluck().get(last);
    connection.prepare("update keys set wrapped = 'x' where subject_id = ?").run(last);
    const response = await fetch(`${server.url}/leads`, { headers: headers() });
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow();
    connection.prepare('update keys set wrapped = ? where subject_id = ?').run(kept, last);
    expect((await (await fetch(`${server.url}/leads`, { headers: headers() })).text()).split('\n')).toHaveLength(
      leads + 1,
    );
  });
});
