import type { Context, MiddlewareHandler } from 'hono';
import { createFactory } from 'hono/factory';
import type { Database, DatabaseMeter } from '../db/database.ts';
import type { KnownMasks } from '../db/leads/masks/known.ts';
import type { TokenHolder } from '../db/staff/tokens.ts';
import type { Signer } from '../db/vault/signer.ts';
import type { Vault } from '../db/vault/vault.ts';
import type { Connect } from './egress/call.ts';
import type { PostMail } from './egress/mail.ts';
import type { AnsweredKeys } from './http/answered-keys.ts';
import type { Slug } from './http/problems/slugs.ts';
import type { Reason } from './http/problems/texts.ts';
import type { Settings } from './settings.ts';
import type { Locale } from './shared/locales.ts';

/** The services of every request and every job. The host creates them once. */
export interface Services {
  db: Database;
  /** The database for jobs, which leaves the thread to people; absent where no read holds anybody up. */
  background?: Database;
  vault: Vault;
  signer: Signer;
  /** `public_url` is empty until the host knows its address, at the latest from the first request. */
  settings: Settings & { public_url: string };
  now(): Date;
  log: Log;
  /** Finds a built file by the request's path (`/widget.js`); undefined when there is none. */
  findAsset(request: Request): Promise<Asset | undefined>;
  /** Compresses a text that is served often as well as it can be, where the host does not by itself. */
  pack?(text: string): Promise<Record<'br' | 'gzip', Uint8Array<ArrayBuffer>>>;
  /** Returns the address at the other end of the connection; undefined where the host does not know it. */
  peerAddress(c: Context): string | undefined;
  /** Returns whether the host is about to stop, and no balancer should send more; absent where it cannot know. */
  isStopping?(): boolean;
  /** Lists what is amiss with the host itself; absent where nothing can be. */
  hostWarnings?(): Warning[] | Promise<Warning[]>;
  /** Tells the room of the disks of the host's folders; absent where it has none. */
  readDisks?(): Promise<{ place: string; free_bytes: number; total_bytes: number }[]>;
  /** Counts what happens, for `/metrics`; absent where nobody may read it. */
  meter?: Meter;
  /** Jobs that this host has beside those of every host. */
  host_jobs?: { name: string; every_ms: number }[];
  /** Since when the host runs the jobs; absent where it does not know. */
  running_since?: Date;
  /** Limiters of addresses that send too much. */
  limiters: Record<Limited, Limiter>;
  /** Idempotency keys that were answered by this process. */
  answered: AnsweredKeys;
  /** Connects to another host. Only `egress.ts` calls it. */
  connect: Connect;
  /** Sends mail; absent on a host that cannot. Only `egress.ts` calls it. */
  postMail?: PostMail;
  /** Names of the other hosts that were called since the latest check of the promises; absent where nothing calls. */
  called?: Set<string>;
  /** The files that hold what was stored; absent where there are none to read. */
  files?: HostFiles;
  /** Hears that there are deliveries to send; absent where a job alone looks for them. */
  notify?(): void;
  /** Leads or requests that a search looks through at most, where the host can do less than its 20,000 or 5,000. */
  most_searched?: number;
  /** The masks of leads that were read a moment ago; absent on a host that soon forgets all. */
  masks?: KnownMasks;
  /** Records each request as a span; absent where no collector wants that. */
  trace?: MiddlewareHandler;
  /** Compresses whole answers; absent where the host itself does. */
  compress?: MiddlewareHandler;
}

/** Counts what a process does. Its figures hold nothing personal and no name that a client chose. */
export interface Meter extends DatabaseMeter {
  /** Returns the instant at which a request begins, for `countAnswer`. */
  begin(): number;
  /** @param route The pattern of the path, as the map has it. */
  countAnswer(method: string, route: string, status: number, begun: number): void;
  countRun(job: string, succeeded: boolean, ms: number): void;
  /** Writes what it has counted, as Prometheus text. */
  write(): Promise<string>;
  /** Tells of the process itself; absent where nothing is known of it. */
  readProcess?(): { uptime_seconds: number; resident_bytes: number };
}

/** Lists and reads the files of a host, as a check of the promises needs them. */
export interface HostFiles {
  /** Name of the host, whose log this is. */
  host: string;
  /** Files of the database itself; none where it is a server. */
  listDatabase(): Promise<{ path: string; bytes: number }[]>;
  /** Files of the log, by day. */
  listLogs(): Promise<{ path: string; bytes: number; day: string }[]>;
  read(path: string, from: number): AsyncIterable<Uint8Array>;
}

/** A warning, which an operator should know although the server works. */
export type Warning =
  | 'no-policy'
  | 'no-log-dir'
  | 'log-dir-unwritable'
  | 'no-backup-dir'
  | 'backup-failed'
  | 'backup-overdue'
  | 'database-tls-unverified'
  | 'channel-failing'
  | 'standby-not-synchronous'
  | 'job-failing'
  | 'disk-nearly-full';

/** A built file as it is answered. The bytes of one that a host keeps are shared by all answers. */
interface Asset {
  status: number;
  headers: Headers;
  body: ReadableStream | Uint8Array<ArrayBuffer> | null;
}

/** Requests that are limited, each kind by a number of its own. Of tokens only refused ones count. */
export type Limited = 'form' | 'consent' | 'token' | 'refused';

/**
 * Uses a key once more, or with 0 not at all; -1 gives a use back, where the limiter can. Returns 0 while a use is within the
 * limit, else the seconds until the next one is.
 */
export type Limiter = (key: string, uses?: 0 | 1 | -1) => number | Promise<number>;

/**
 * Writes one structured line; never a body, a query string, a token or personal data. A `notice` is written whatever
 * LOG_LEVEL says.
 */
export type Log = (level: Settings['log_level'] | 'notice', event: string, facts?: Record<string, unknown>) => void;

export interface App {
  Variables: {
    services: Services;
    request_id: string;
    /** The language of the answer, once `localeOf` has found it, or a form or the console has set it. */
    locale?: Locale;
    /** Gives back what the request has used of a limit, because it was a repeat or could not be served. */
    giveBack?(): void;
    /** The problem that is the answer, where one is. */
    problem?: Slug;
    /** Why, where the problem has a detail of its own. */
    because?: Reason;
    /** The body as it was sent, once it was read: a page shows again what was typed. */
    sent?: unknown;
    /** The presenter of the token, on staff routes. */
    holder: TokenHolder;
    /** Finds the presenter anew, on the same routes; undefined once their access has ended. */
    presentAgain(): Promise<TokenHolder | undefined>;
  };
}

/** Handlers by method. Each handler's own file knows what was validated before it. */
export type Methods = Partial<Record<'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', ((...args: never[]) => unknown)[]>>;

export const factory = createFactory<App>();
