/** The Worker's floor: bare Hono on workerd, the same sealing, one insert into a D1, and nothing else. */
import { randomBytes } from 'node:crypto';
import type { D1Database } from '@cloudflare/workers-types';
import { Hono } from 'hono';
import { createVault } from '../../db/vault/vault.ts';

const app = new Hono<{ Bindings: { DB: D1Database } }>();
let vault: ReturnType<typeof createVault> | undefined;
let count = 0;

app.post('/', async c => {
  vault ??= createVault([{ id: 'floor', key: randomBytes(32) }], [randomBytes(32)]);
  const id = `floor-${++count}`;
  const { sealed, keys } = vault.seal(id, await c.req.json());
  await insert(c.env.DB, [id, sealed, keys.wrapped, keys.phone_index, keys.email_index]);
  return c.json({ id }, 201);
});
app.post('/consents', async c => {
  const { visitor_id, ...choice } = await c.req.json();
  await insert(c.env.DB, [`choice-${++count}`, JSON.stringify(choice), visitor_id, '', '']);
  return c.json({ visitor_id }, 201);
});

function insert(db: D1Database, row: string[]) {
  return db
    .prepare('insert into floor values (?, ?, ?, ?, ?)')
    .bind(...row)
    .run();
}

export default app;
