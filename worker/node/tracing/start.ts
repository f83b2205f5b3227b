import { AsyncLocalStorage } from 'node:async_hooks';
import { type Attributes, ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { ExportResultCode, parseTraceParent } from '@opentelemetry/core';
import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type ReadableSpan,
  type Sampler,
  type SpanExporter,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { MiddlewareHandler } from 'hono';
import { routePath } from 'hono/route';
import type { Database } from '../../../db/database.ts';
import { type Connect, callOut } from '../../egress/call.ts';
import type { PostMail } from '../../egress/mail.ts';
import { readHeader } from '../../http/header.ts';
import type { TracingSettings } from './settings.ts';

/** Longest wait for the collector when the server ends. */
const farewell_ms = 2_000;

/** Bytes of the collector's answer that are read. */
const answer_bytes = 65_536;

/** Records what the server does, and sends it to a collector. It holds nothing of whom a request is from or about. */
export interface Tracing {
  /** Records each request by the pattern of its path, below the caller's span where it names one. */
  request: MiddlewareHandler;
  /** Returns the same, with a span for each use. */
  database(db: Database): Database;
  connect(connect: Connect): Connect;
  mail(post: PostMail): PostMail;
  /** Sends what is left, for a moment at most. */
  end(): Promise<void>;
}

/**
 * Begins to record.
 *
 * @param connect Connects to the collector, whose host counts as listed.
 * @param heard Hears a code when the collector takes nothing, and when it does again.
 */
export function startTracing(settings: TracingSettings, connect: Connect, heard: (code: string) => void): Tracing {
  const ending = new AbortController();
  const exporter = createExporter(settings, connect, heard, ending.signal);
  const processor = new BatchSpanProcessor({ exporter, exportTimeoutMillis: settings.timeout_ms });
  const provider = new TracerProvider({
    sampler: createSampler(settings),
    resource: defaultResource().merge(resourceFromAttributes({ 'service.name': settings.service_name })),
    spanProcessors: [processor],
  });
  const tracer = provider.getTracer('lead-consent');
  const current = new AsyncLocalStorage<Span>();

  /** Does work within a span below the present one. Because jobs ask the database all day, only their calls are recorded. */
  async function within<T>(name: string, attributes: Attributes, work: () => Promise<T>): Promise<T> {
    const parent = current.getStore();
    if (parent ? !parent.isRecording() : 'db.system.name' in attributes) return work();
    const above = parent ? trace.setSpan(ROOT_CONTEXT, parent) : ROOT_CONTEXT;
    const span = tracer.startSpan(name, { kind: SpanKind.CLIENT, attributes }, above);
    try {
      return await work();
    } catch (error) {
      fail(span, error);
      throw error;
    } finally {
      span.end();
    }
  }

  return {
    async request(c, next) {
      const caller = parseTraceParent(readHeader(c, 'Traceparent') ?? '');
      const above = caller ? trace.setSpanContext(ROOT_CONTEXT, { ...caller, isRemote: true }) : ROOT_CONTEXT;
      const attributes = { 'http.request.method': c.req.method, 'url.scheme': /^[a-z]+/.exec(c.req.url)![0] };
      const span = tracer.startSpan(c.req.method, { kind: SpanKind.SERVER, attributes }, above);
      await current.run(span, next);
      const route = routePath(c);
      span.updateName(`${c.req.method} ${route}`);
      span.setAttributes({ 'http.route': route, 'http.response.status_code': c.res.status });
      if (c.res.status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    },
    database(db) {
      const system = { 'db.system.name': settings.database };
      const { atomic, read } = db;
      return Object.assign(db, {
        atomic: (statements: Parameters<typeof atomic>[0]) =>
          within('commit', { ...system, 'db.operation.batch.size': statements.length }, () => atomic(statements)),
        read: (query: Parameters<typeof read>[0]) => within('read', system, () => read(query)),
      }) as Database;
    },
    connect: connect => (request, judge, limits) =>
      within(request.method, { 'http.request.method': request.method, 'server.address': request.url.hostname }, () =>
        connect(request, judge, limits),
      ),
    mail: post => (mail, judge, limits) => within('mail', {}, () => post(mail, judge, limits)),
    async end() {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>(resolve => {
        timer = setTimeout(resolve, farewell_ms);
      });
      await Promise.race([provider.shutdown().catch(() => {}), late]);
      clearTimeout(timer);
      ending.abort();
    },
  };
}

/** Marks a span as failed, with the error's code or name: never its message, because that may hold what was sent. */
function fail(span: Span, error: unknown) {
  const { code, name } = error as { code?: unknown; name?: string };
  span.setAttribute('error.type', String(typeof code === 'string' ? code : name));
  span.setStatus({ code: SpanStatusCode.ERROR });
}

/** Creates what sends spans to the collector, as every other host is called. */
function createExporter(
  { endpoint, headers, protocol, timeout_ms, outbound_hosts }: TracingSettings,
  connect: Connect,
  heard: (code: string) => void,
  signal: AbortSignal,
): SpanExporter {
  const isJson = protocol === 'http/json';
  const type = { 'Content-Type': isJson ? 'application/json' : 'application/x-protobuf' };
  const serializer = isJson ? JsonTraceSerializer : ProtobufTraceSerializer;
  const caller = { connect, settings: { outbound_hosts: [...outbound_hosts, endpoint.hostname] } };
  let latest = '';

  async function send(spans: ReadableSpan[]): Promise<string> {
    const body = serializer.serializeRequest(spans) as Uint8Array<ArrayBuffer>;
    const answer = await callOut(
      caller,
      endpoint.href,
      { method: 'POST', headers: { ...headers, ...type }, body },
      { timeout_ms, answer_bytes, signal },
    );
    if ('error' in answer) return answer.error;
    return answer.status < 300 ? '' : String(answer.status);
  }

  return {
    export(spans, done) {
      void send(spans)
        .catch(error => String(error?.name))
        .then(code => {
          if (code !== latest) heard(code);
          latest = code;
          done({ code: code ? ExportResultCode.FAILED : ExportResultCode.SUCCESS });
        });
    },
    shutdown: async () => {},
  };
}

function createSampler({ sampler, ratio }: TracingSettings): Sampler {
  const root = (name: string): Sampler => {
    if (name === 'always_off') return new AlwaysOffSampler();
    return name === 'traceidratio' ? new TraceIdRatioBasedSampler(ratio) : new AlwaysOnSampler();
  };
  const [, below] = /^parentbased_(.*)$/.exec(sampler) ?? [];
  return below ? new ParentBasedSampler({ root: root(below) }) : root(sampler);
}
