import type { Context, MiddlewareHandler } from 'hono';
import { createFactory } from 'hono/factory';
import type { Database } from '../db/database.ts';
import type { TokenHolder } from '../db/staff/tokens.ts';
import type { Signer } from '../db/vault/signer.ts';
import type { Vault } from '../db/vault/vault.ts';
import type { Settings } from './settings.ts';
import type { Locale } from './shared/locales.ts';

/** What every request may use. The host makes it once. */
export interface Services {
  db: Database;
  vault: Vault;
  signer: Signer;
  /** `public_url` is empty until the host knows its address: at the latest with the first request. */
  settings: Settings & { public_url: string };
  now(): Date;
  log: Log;
  /** A built file by its path (`/widget.js`), or undefined when there is none. */
  findAsset(request: Request): Promise<Response | undefined>;
  /** The address at the other end of the connection, where the host knows it. */
  peerAddress(c: Context): string | undefined;
  /** What holds back one address that sends too much. */
  limiters: Record<Limited, Limiter>;
  /** Compresses the console's pages, where the host does not by itself. */
  compress?: MiddlewareHandler;
}

/** What is limited, each by a figure of its own; of tokens only those that are refused. */
export type Limited = 'form' | 'consent' | 'token';

/** Uses a key once more: 0 when that is within its limit, else the seconds until it would be. */
export type Limiter = (key: string) => number | Promise<number>;

/** Writes one structured line; never a body, a query string, a token or personal data. */
export type Log = (level: Settings['log_level'], event: string, facts?: Record<string, unknown>) => void;

export interface App {
  Variables: {
    services: Services;
    request_id: string;
    /** The language of the answer, once `localeOf` has found it, or a form or the console has set it. */
    locale?: Locale;
    /** The presenter of the token, on staff routes. */
    holder: TokenHolder;
  };
}

/** Handlers by method; what each has validated before it runs is known to its own file. */
export type Methods = Partial<Record<'GET' | 'POST' | 'PATCH' | 'DELETE', ((...args: never[]) => unknown)[]>>;

export const factory = createFactory<App>();
