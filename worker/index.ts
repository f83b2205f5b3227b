import type { D1Database, ExecutionContext, Fetcher, RateLimit } from '@cloudflare/workers-types';
import * as d1 from '../db/dialects/d1.ts';
import { newId } from '../db/ids.ts';
import { createApp } from './app.ts';
import type { Limiter, Services } from './context.ts';
import { logWarnings } from './health/warnings.ts';
import { connectByFetch } from './http/connect.ts';
import { problem_texts } from './http/problems/texts.ts';
import { runDueJobs } from './run-jobs.ts';
import { createServices } from './services.ts';
import { readSettings } from './settings.ts';

/** Bindings. Settings are vars and secrets, beside them. */
type Bindings = Record<string, unknown> & {
  DB: D1Database;
  ASSETS: Fetcher;
  FORM_LIMIT?: RateLimit;
  CONSENT_LIMIT?: RateLimit;
};

const now = () => new Date();
let made: Awaited<ReturnType<typeof createServices>> | undefined;
let notified = false;
let app: ReturnType<typeof createApp> | undefined;

export default {
  async fetch(request: Request, env: Bindings, context: ExecutionContext): Promise<Response> {
    const { origin } = new URL(request.url);
    try {
      made ??= await open(env);
      if ('mistakes' in made) {
        for (const mistake of made.mistakes) console.error(mistake);
        return refuse(request, 60);
      }
      made.services.settings.public_url ||= origin;
      app ??= await build(made.services);
    } catch (error) {
      console.error((error as Error).message);
      return refuse(request, 5);
    }
    const response = await app.fetch(request, env, context as never);
    if (notified) context.waitUntil(sendNotices(made.services));
    return response;
  },

  /** Runs the jobs that are due. The trigger in wrangler.toml only says how often to look. */
  async scheduled(_: unknown, env: Bindings): Promise<void> {
    made ??= await open(env);
    if ('mistakes' in made) throw new Error(made.mistakes.join('\n'));
    await runDueJobs(made.services);
  },
};

/** Time after which what follows a response begins no further attempt. Because all of it is cut off after 30 s, it ends before. */
const sending_ms = 15_000;

/** Sends what requests have written for channels meanwhile. What is left is for the cron trigger. */
async function sendNotices(services: Services): Promise<void> {
  notified = false;
  const { sendDue } = await import('./notices/send.ts');
  await sendDue(services, sending_ms);
}

/**
 * Answers 503 while the app could not be built, because its own error handler does not exist yet: as a page in every
 * language for a browser, else as a problem document.
 */
async function refuse(request: Request, seconds: number): Promise<Response> {
  const { origin } = new URL(request.url);
  if (request.headers.get('Accept')?.slice(0, 1_000).includes('text/html')) {
    const { writeOutagePage } = await import('./http/problems/outage-page.ts');
    const headers = { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': "default-src 'none'" };
    return new Response(writeOutagePage(seconds), { status: 503, headers: { ...headers, ...outageHeaders(seconds) } });
  }
  const { title, detail } = problem_texts.en.unavailable;
  const instance = `urn:uuid:${newId(now())}`;
  const told = { type: `${origin}/problems/unavailable`, title, status: 503, detail, instance };
  return Response.json(told, {
    status: 503,
    headers: { 'Content-Type': 'application/problem+json', ...outageHeaders(seconds) },
  });
}

const outageHeaders = (seconds: number) => ({ 'Cache-Control': 'no-store', 'Retry-After': String(seconds) });

/**
 * Creates the services of this isolate. When the database is away, the next request tries again.
 *
 * Because a promise of another request ends with that request, no request waits for one: two first requests both
 * create the services.
 */
async function open(env: Bindings): ReturnType<typeof createServices> {
  const read = readVars(env);
  if ('mistakes' in read) return read;
  const meter = read.settings.metrics_token && (await import('./metrics/isolate.ts')).createIsolateMeter(now());
  return createServices(read.settings, {
    db: d1.open(env.DB, meter || undefined),
    ...(meter && { meter }),
    now,
    writeLine: line => console.log(line.trimEnd()),
    async findAsset(request) {
      const response = await env.ASSETS.fetch(request as never);
      return response.ok || response.status === 304 ? (response as unknown as Response) : undefined;
    },
    connect: connectByFetch,
    notify: () => {
      notified = true;
    },
    peerAddress: () => undefined,
    most_searched: 2_000,
    limiters: { form: useBinding(env.FORM_LIMIT), consent: useBinding(env.CONSENT_LIMIT) },
  });
}

/** Creates the app, in development with the demo site. */
async function build(services: Services) {
  await logWarnings(services);
  const demo = services.settings.production ? undefined : (await import('./demo/site.ts')).createDemo(services);
  return createApp(services, demo);
}

function readVars(env: Bindings) {
  const vars = Object.entries(env).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return readSettings(Object.fromEntries(vars), 'workers');
}

/** Wraps a rate-limit binding as a limiter. It tells no time, so the wait is a whole minute; and it gives no use back. */
function useBinding(binding: RateLimit | undefined): Limiter | undefined {
  return binding && (async (key, uses = 1) => (uses < 0 || (await binding.limit({ key })).success ? 0 : 60));
}
