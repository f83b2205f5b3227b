/**
 * Runs the peer: c15t's own backend on SQLite, as its quickstart says, with the durability of our server and without
 * looking up where a visitor is. Because its packages are installed for a bench alone, they are loaded by name.
 */
const load = (name: string) => import(name);
const { serve } = await load('@hono/node-server');
const { c15tInstance } = await load('@c15t/backend');
const { kyselyAdapter } = await load('@c15t/backend/db/adapters/kysely');
const { migrator } = await load('@c15t/backend/db/migrator');
const { DB } = await load('@c15t/backend/db/schema');
const { default: Sqlite } = await load('better-sqlite3');
const { Kysely, SqliteDialect } = await load('kysely');

const database = new Sqlite(process.env.DATABASE_URL!.slice('file:'.length));
database.pragma('journal_mode = wal');
database.pragma('synchronous = full');
const adapter = kyselyAdapter({ db: new Kysely({ dialect: new SqliteDialect({ database }) }), provider: 'sqlite' });
const migration = await migrator({ db: DB.client(adapter), schema: 'latest' });
await migration.execute();
const { handler } = c15tInstance({
  appName: 'bench',
  basePath: '/',
  adapter,
  trustedOrigins: ['http://127.0.0.1'],
  disableGeoLocation: true,
  logger: { level: 'error' },
});
serve({ fetch: handler, port: 0, hostname: '127.0.0.1' }, ({ port }: { port: number }) =>
  process.stdout.write(`${JSON.stringify({ msg: 'listening', url: `http://127.0.0.1:${port}` })}\n`),
);
