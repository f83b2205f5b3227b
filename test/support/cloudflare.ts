import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Sqlite from 'better-sqlite3';

const account_id = '0123456789abcdef0123456789abcdef';
export const database_id = '11111111-2222-3333-4444-555555555555';
const api_token = 'a-token-of-cloudflare';

/**
 * Stands in for Cloudflare's API, as far as the commands use it: a D1 that takes migrations, and the upload that
 * wrangler's remote binding begins with. Because the step after the upload would go to a host of Cloudflare's, it notes
 * the upload and refuses it.
 */
export async function startCloudflare() {
  const database = new Sqlite(':memory:');
  const uploads: string[] = [];
  const upload = (body: string) => {
    uploads.push(body);
    throw new Error('no more of this');
  };
  const paths: Record<string, (body: string) => unknown> = {
    [`/accounts/${account_id}/workers/subdomain`]: () => ({ subdomain: 'test' }),
    [`/accounts/${account_id}/workers/subdomain/edge-preview`]: () => ({ token: 'a-session' }),
    [`/accounts/${account_id}/workers/scripts/lead-consent/edge-preview`]: upload,
    [`/accounts/${account_id}/workers/scripts/lead-consent-staging/edge-preview`]: upload,
    [`/accounts/${account_id}/d1/database/${database_id}/query`]: body => [
      { results: runSql(database, JSON.parse(body).sql), success: true, meta: { duration: 0 } },
    ],
  };
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const isKnown = request.headers.authorization === `Bearer ${api_token}`;
    const answer = (status: number, success: boolean, result: unknown, errors: object[] = []) =>
      response
        .writeHead(status, { 'Content-Type': 'application/json' })
        .end(JSON.stringify({ success, result, errors, messages: [] }));
    try {
      if (!isKnown) return answer(403, false, null, [{ code: 10_000, message: 'Authentication error' }]);
      answer(200, true, paths[request.url!]!(body));
    } catch (error) {
      answer(400, false, null, [{ code: 7_003, message: (error as Error).message }]);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    database,
    uploads,
    environment: {
      CLOUDFLARE_API_BASE_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      CLOUDFLARE_ACCOUNT_ID: account_id,
      CLOUDFLARE_API_TOKEN: api_token,
    },
    stop: () => server.close(),
  };
}

function runSql(database: Sqlite.Database, sql: string): unknown[] {
  if (/^\s*select\b/i.test(sql)) return database.prepare(sql).all();
  database.exec(sql);
  return [];
}
