import { afterEach, beforeEach, expect, it } from 'vitest';
import { startReceiver } from '../notices/receiver.ts';
import { lead, unguarded } from '../support/harness.ts';
import { makeFolder, run, startServer } from '../support/server.ts';

let folder: string;
let remove: () => void;
beforeEach(() => {
  ({ folder, remove } = makeFolder());
});
afterEach(() => remove());

const trace_id = '4bf92f3577b34da6a3ce929d0e0e4736';
const caller_id = '00f067aa0ba902b7';

/** Submits the form, with a query beside it. */
async function post(url: string, version: string) {
  const { status } = await fetch(`${url}/forms/mini-ai-experience?utm_source=SECRET-QUERY`, {
    method: 'POST',
    headers: { Origin: url, 'Content-Type': 'application/json', traceparent: `00-${trace_id}-${caller_id}-01` },
    body: JSON.stringify({ ...lead, policy_version: version }),
  });
  return status;
}

const readVersion = async (url: string) =>
  ((await (await fetch(`${url}/policies/current`)).json()) as { version: string }).version;

interface Sent {
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  attributes: { key: string; value: Record<string, unknown> }[];
}

it('a collector gets a span of each request by its pattern, below the span of the caller, and nothing of the person', async () => {
  const collector = await startReceiver(() => 200);
  const server = await startServer(folder, {
    ...unguarded,
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collector.port}`,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_EXPORTER_OTLP_HEADERS: 'x-key=a%20key',
    OTEL_SERVICE_NAME: 'leads-of-a-test',
  });
  expect(await post(server.url, await readVersion(server.url))).toBe(201);
  expect((await fetch(`${server.url}/leads/SECRET-ID`)).status).toBe(401);
  expect(await server.stop()).toBe(0);
  const bodies = collector.received.map(({ body }) => body);
  expect(collector.received[0]).toMatchObject({
    path: '/v1/traces',
    headers: { 'x-key': 'a key', 'content-type': 'application/json' },
  });
  const spans = bodies.flatMap(body =>
    JSON.parse(body).resourceSpans.flatMap((one: { scopeSpans: { spans: Sent[] }[] }) =>
      one.scopeSpans.flatMap(scope => scope.spans),
    ),
  ) as Sent[];
  const submitted = spans.find(({ name }) => name === 'POST /forms/:form')!;
  expect(submitted).toMatchObject({ traceId: trace_id, parentSpanId: caller_id });
  expect(Object.fromEntries(submitted.attributes.map(({ key, value }) => [key, Object.values(value)[0]]))).toEqual({
    'http.request.method': 'POST',
    'url.scheme': 'http',
    'http.route': '/forms/:form',
    'http.response.status_code': 201,
  });
  const below = spans.filter(({ parentSpanId }) => parentSpanId === submitted.spanId);
  expect(below.map(({ name }) => name)).toContain('commit');
  expect(below.every(({ traceId }) => traceId === trace_id)).toBe(true);
  expect(spans.map(({ name }) => name)).toContain('GET /leads/:id');
  const all = bodies.join('');
  expect(all).toContain('leads-of-a-test');
  for (const secret of [
    lead.name,
    lead.phone,
    lead.email,
    lead.company,
    'SECRET',
    'utm_source',
    'insert into',
    '13800138078',
    folder,
  ])
    if (secret) expect(all, secret).not.toContain(secret);
  collector.close();
});

it.each([
  ['is away', false],
  ['never answers', true],
])('a collector that %s hinders no request and no end', async (_, isThere) => {
  const collector = await startReceiver(() => new Promise<number>(() => {}));
  const server = await startServer(folder, {
    ...unguarded,
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `http://127.0.0.1:${isThere ? collector.port : 1}/`,
  });
  const version = await readVersion(server.url);
  expect(await Promise.all([1, 2, 3].map(() => post(server.url, version)))).toEqual([201, 201, 201]);
  expect(await server.stop()).toBe(0);
  expect(collector.received.length).toBe(isThere ? 1 : 0);
  if (isThere) {
    expect(collector.received[0]!.headers['content-type']).toBe('application/x-protobuf');
    // The end has not waited until the request for traces was given up.
    expect(server.output()).not.toContain('traces_not_sent');
  } else await expect.poll(() => server.output()).toContain('"event":"traces_not_sent","code":"ECONNREFUSED"');
  collector.close();
});

it('nothing is traced where that is switched off, and a mistake in its variables ends the start', async () => {
  const collector = await startReceiver(() => 200);
  const OTEL_EXPORTER_OTLP_ENDPOINT = `http://127.0.0.1:${collector.port}`;
  const server = await startServer(folder, { ...unguarded, OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_SDK_DISABLED: 'true' });
  expect((await fetch(`${server.url}/health`)).status).toBe(200);
  expect(await server.stop()).toBe(0);
  expect(collector.received).toEqual([]);
  collector.close();
  const wrong = { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', OTEL_TRACES_SAMPLER: 'some', OTEL_TRACES_SAMPLER_ARG: '2' };
  const { code, stderr } = await run(['worker/node.ts'], {
    DATABASE_URL: `file:${folder}/leads.db`,
    OTEL_EXPORTER_OTLP_ENDPOINT: 'collector',
    ...wrong,
  });
  expect(code).toBe(1);
  for (const name of ['OTEL_EXPORTER_OTLP_ENDPOINT', ...Object.keys(wrong)])
    expect(stderr).toContain(`${name}: expected`);
});
