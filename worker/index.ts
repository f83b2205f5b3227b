import type { D1Database, ExecutionContext, Fetcher, RateLimit, ScheduledController } from '@cloudflare/workers-types';
import * as d1 from '../db/dialects/d1.ts';
import { countDays, keepHouse } from '../db/housekeeping.ts';
import { newId } from '../db/ids.ts';
import { findKeyMistake } from '../db/vault/check.ts';
import { createSigner } from '../db/vault/signer.ts';
import { createVault } from '../db/vault/vault.ts';
import { createApp } from './app.ts';
import type { Limiter, Services } from './context.ts';
import { createLimiter, token_limit_per_minute } from './guards/rate-limit.ts';
import { problem_texts } from './http/problem-texts.ts';
import { createLog } from './log.ts';
import { readSettings } from './settings.ts';

/** Bindings beside the settings, which are vars and secrets. */
type Bindings = Record<string, unknown> & {
  DB: D1Database;
  ASSETS: Fetcher;
  FORM_LIMIT?: RateLimit;
  CONSENT_LIMIT?: RateLimit;
};

/** Whether the demo site is in the bundle at all: `npm run dev` says so, wrangler.toml says not. */
declare const WITH_DEMO: boolean;

/** Which of the schedules in wrangler.toml deletes what has expired; the other, each minute, counts what has come in. */
const hourly = '17 * * * *';

type Built = { app: ReturnType<typeof createApp> } | { mistakes: string[] };

const now = () => new Date();
let built: Built | undefined;

export default {
  async fetch(request: Request, env: Bindings, context: ExecutionContext): Promise<Response> {
    const { origin } = new URL(request.url);
    try {
      built ??= await build(env, origin);
    } catch (error) {
      console.error((error as Error).message);
      return refuse(origin, 5);
    }
    if ('app' in built) return built.app.fetch(request, env, context as never);
    for (const mistake of built.mistakes) console.error(mistake);
    return refuse(origin, 60);
  },

  async scheduled({ cron }: ScheduledController, env: Bindings): Promise<void> {
    const db = d1.open(env.DB);
    if (cron === hourly) return keepHouse(db, now());
    const read = readVars(env);
    if ('settings' in read) await countDays(db, read.settings.time_zone, now());
  },
};

/** A problem told without the app, which would tell it, and has not come about. */
function refuse(origin: string, seconds: number): Response {
  const { title, detail } = problem_texts.en.unavailable;
  const instance = `urn:uuid:${newId(now())}`;
  const told = { type: `${origin}/problems/unavailable`, title, status: 503, detail, instance };
  return Response.json(told, {
    status: 503,
    headers: {
      'Content-Type': 'application/problem+json',
      'Cache-Control': 'no-store',
      'Retry-After': String(seconds),
    },
  });
}

/**
 * Made once per isolate, and tried anew by the next request where the database was away: a promise of another request must not be
 * waited for, since it ends with that request. In development the product's address is the one it is first asked at.
 */
async function build(env: Bindings, origin: string): Promise<Built> {
  const read = readVars(env);
  if ('mistakes' in read) return read;
  const { settings } = read;
  const db = d1.open(env.DB);
  const vault = createVault(settings.encryption_keys, settings.index_key);
  const keyMistake = await findKeyMistake(db, vault);
  if (keyMistake) return { mistakes: [keyMistake] };
  const services: Services = {
    db,
    vault,
    signer: createSigner(settings.signing_key),
    settings: { ...settings, public_url: settings.public_url ?? origin },
    now,
    log: createLog(settings.log_level, now, line => console.log(line.trimEnd())),
    async findAsset(request) {
      const response = await env.ASSETS.fetch(request as never);
      return response.ok || response.status === 304 ? (response as unknown as Response) : undefined;
    },
    readPolicyFiles: async files => (await loadReader()).readPolicyFiles(files),
    peerAddress: () => undefined,
    limiters: {
      form: useBinding(env.FORM_LIMIT) ?? createLimiter(settings.form_limit_per_minute, now),
      consent: useBinding(env.CONSENT_LIMIT) ?? createLimiter(settings.consent_limit_per_minute, now),
      token: createLimiter(token_limit_per_minute, now),
    },
  };
  const demo = WITH_DEMO && !settings.production ? (await import('./demo/site.ts')).createDemo(services) : undefined;
  return { app: createApp(services, demo) };
}

function readVars(env: Bindings) {
  const vars = Object.entries(env).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return readSettings(Object.fromEntries(vars), 'workers');
}

/** The reader of policy files is a module of its own beside this one, made by widget/build.ts: few isolates ever need it. */
function loadReader(): Promise<typeof import('./policies/file.ts')> {
  const path = './built/policy-file.mjs';
  return import(path);
}

/** The binding tells no time: it counts in periods of a minute. */
function useBinding(binding: RateLimit | undefined): Limiter | undefined {
  return binding && (async key => ((await binding.limit({ key })).success ? 0 : 60));
}
