/**
 * The rows: bare Hono, and the same sealing, keys and statements as the server's, through the same database. It checks nothing,
 * limits nothing and logs nothing, so what a case of the server costs more is what these things cost.
 */
import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { recordChoice } from '../../db/consents/record.ts';
import { createLead } from '../../db/leads/create.ts';
import { pairKeys } from '../../db/once/repeat.ts';
import { createSigner } from '../../db/vault/signer.ts';
import { createVault } from '../../db/vault/vault.ts';
import { openStore } from '../../worker/node/store.ts';

const quota = 1e9;
const db = await openStore(process.env.DATABASE_URL!);
const vault = createVault([{ id: 'rows', key: randomBytes(32) }], [randomBytes(32)]);
const signer = createSigner([randomBytes(32)]);
const visitor = { id: 'visitor', role: 'visitor', request_id: 'rows' };
const app = new Hono();

function repeatOf(c: Context, scope: 'lead' | 'consent', content: unknown) {
  return pairKeys(signer.idempotencyKeys(scope, c.req.header('Idempotency-Key')!), signer.fingerprints(content));
}

app.get('/', c => c.json({ status: 'ok' }));
app.post('/', async c => {
  const { policy_version, ...values } = await c.req.json();
  const form = 'mini-ai-experience';
  const repeatable = repeatOf(c, 'lead', [form, values, policy_version]);
  const consent = { policy_version, policy_sha256: '0'.repeat(64), locale: 'zh-CN' };
  const receipt = await createLead(
    { db, vault, signer },
    { form, values, ...consent },
    { repeatable },
    visitor,
    new Date(),
  );
  return c.json(receipt, 201);
});
app.post('/consents', async c => {
  const sent = await c.req.json();
  const choice = { ...sent, chosen_at: new Date(sent.chosen_at) };
  const { record } = await recordChoice(db, choice, repeatOf(c, 'consent', sent), new Date(), quota);
  return c.json(record, 201);
});

const server = createAdaptorServer({ fetch: app.fetch });
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`{"event":"listening","url":"http://127.0.0.1:${port}"}\n`);
});
process.on('SIGTERM', () => process.exit(0));
