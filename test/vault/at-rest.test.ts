import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import type { Database } from '../../db/database.ts';
import * as sqlite from '../../db/dialects/sqlite.ts';
import { createSearch } from '../../db/traces.ts';
import { engines } from '../support/engines.ts';
import { lead, startPublished } from '../support/harness.ts';

const submitted = {
  ...lead,
  name: '司马青衫Qingshan',
  phone: '(0755) 8612 3457 转 8019',
  email: 'Qingshan.Sima@rare-mailbox.example',
  company: '青衫磊落智能科技(深圳)有限公司',
};
const tables = ['leads', 'keys', 'once', 'audit_events', 'audit_subjects', 'tokens', 'changes'];

/** Submits a lead, repeats it and reads it in clear. Returns all values that must not be readable in what is stored. */
async function useDatabase(db: Database): Promise<string[]> {
  const { post, pull, token } = await startPublished({}, db);
  const key = 'key-3a9d5f0c-of-this-test';
  const response = await post('/forms/mini-ai-experience', submitted, { 'Idempotency-Key': key });
  await post('/forms/mini-ai-experience', submitted, { 'Idempotency-Key': key });
  const { receipt_code } = (await response.json()) as { receipt_code: string };
  const clear = await pull(`/leads?view=clear&phone=${encodeURIComponent(submitted.phone)}`);
  expect(await clear.json()).toMatchObject({ leads: [{ name: submitted.name, phone: '+8675586123457;ext=8019' }] });
  const { policy_version: _, ...values } = submitted;
  const secret = (await token('privacy_officer')).split('_')[2]!;
  const derived = ['86123457', '8612 3457', submitted.email.toLowerCase(), 'rare-mailbox', '青衫磊落'];
  return [...Object.values(values), ...derived, receipt_code, receipt_code.replaceAll('-', ''), key, secret];
}

function findReadable(stored: Buffer, values: string[]): string[] {
  return createSearch(values)
    .find(stored)
    .map(({ value }) => value);
}

describe('[P2] nothing that was submitted is readable in what is stored', () => {
  it('in the files of SQLite, byte by byte', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lead-consent-at-rest-'));
    const db = await sqlite.open(join(folder, 'leads.db'));
    const values = await useDatabase(db);
    const readFiles = () => Buffer.concat(readdirSync(folder).map(name => readFileSync(join(folder, name))));
    expect(findReadable(readFiles(), ['privacy_officer', 'mini-ai-experience'])).toHaveLength(2);
    expect(findReadable(readFiles(), values)).toEqual([]);
    await db.destroy();
    expect(findReadable(readFiles(), values)).toEqual([]);
    rmSync(folder, { recursive: true });
  });

  it.each(engines)('in any table of $engine', async ({ open }) => {
    const { db, close } = await open();
    const values = await useDatabase(db);
    const rows = [];
    for (const table of tables) rows.push((await sql`select * from ${sql.table(table)}`.execute(db)).rows);
    const stored = Buffer.from(JSON.stringify(rows));
    expect(findReadable(stored, ['privacy_officer', 'mini-ai-experience'])).toHaveLength(2);
    expect(findReadable(stored, values)).toEqual([]);
    await close();
  });

  it('[P5] after an erasure, not even its sealed values and wrapped key stand in the files of SQLite', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lead-consent-at-rest-'));
    const db = await sqlite.open(join(folder, 'leads.db'));
    const { post } = await startPublished({}, db);
    const { receipt_code } = (await (await post('/forms/mini-ai-experience', submitted)).json()) as {
      receipt_code: string;
    };
    const { sealed } = await db.selectFrom('leads').select('sealed').executeTakeFirstOrThrow();
    const { wrapped, phone_index } = await db.selectFrom('keys').selectAll().executeTakeFirstOrThrow();
    const secrets = [sealed!, wrapped, phone_index!];
    const readFiles = () => Buffer.concat(readdirSync(folder).map(name => readFileSync(join(folder, name))));
    expect(secrets.filter(secret => readFiles().includes(secret))).toEqual(secrets);
    expect((await post('/withdrawals', { receipt_code })).status).toBe(200);
    expect(secrets.filter(secret => readFiles().includes(secret))).toEqual([]);
    await db.destroy();
    rmSync(folder, { recursive: true });
  });
});
