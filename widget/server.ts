import type { Locale } from '../worker/shared/locales.ts';
import type { AnnouncementTexts } from '../worker/shared/written-policies.ts';

/** A cookie as the policy declares it; `name` may end in `*`. */
interface PolicyCookie {
  name: string;
  /** Kind of storage; a cookie when it is absent. */
  type?: 'cookie' | 'local_storage' | 'session_storage';
  provider: string;
  lifetime: string;
  purpose: string;
}

/** A use of cookies that the visitor is asked about. */
export interface Purpose {
  id: string;
  name: string;
  description: string;
  required: boolean;
  cookies: PolicyCookie[];
}

/** What every visitor is told of, once. `until` is the end of the time in which it is shown. */
export interface Announcement extends AnnouncementTexts {
  id: string;
  until: string;
  url: string;
}

/** The parts of `GET /policies/current` that the widget lives on. */
export interface Policy {
  version: string;
  url: string;
  choices_hold_since: string;
  cookie: { name: string; domain: string | null; max_age_days: number };
  purposes: Purpose[];
  /** What changed with the version from whose start on choices hold. */
  summary?: string | undefined;
  /** The latest announcement in force. */
  announcement?: Announcement;
  /** The sentence beside the box of each form; what stands in brackets links to the policy. */
  agreements: Record<string, string>;
}

/** An HTTP answer; `status` is 0 when the server could not be reached. */
export interface Answer {
  status: number;
  /** Seconds to wait before asking again, where the server says so. */
  retry_after?: number;
  // biome-ignore lint/suspicious/noExplicitAny: JSON from the network, read field by field with ?.
  body?: any;
}

export type Api = ReturnType<typeof createApi>;

const patience_ms = 30_000;

/** The product's server at `host`. Nothing here throws. */
export function createApi(host: string) {
  let isExplained = false;
  return {
    /** The current policy with absolute `url`, or undefined when there is none or it can't be had. */
    async getPolicy(locale: Locale, cache: RequestCache = 'default'): Promise<Policy | undefined> {
      const { status, body } = await request(`/policies/current?lang=${locale}`, { cache });
      return status === 200 && body?.purposes ? { ...body, url: new URL(body.url, `${host}/`).href } : undefined;
    },

    /** Everything that the server has recorded of a visitor's choices. */
    getReceipt: (visitor_id: string): Promise<Answer> => request(`/consents/${visitor_id}/receipt`),

    /** Asks for a challenge, whose solution goes with the form. */
    getChallenge: (form: string): Promise<Answer> => request(`/challenge?form=${encodeURIComponent(form)}`),

    /** Posts JSON; the same `key` makes it safe to post again. */
    post(path: string, body: unknown, key: string, init?: RequestInit): Promise<Answer> {
      const headers = { 'Content-Type': 'application/json', Accept: 'application/json', 'Idempotency-Key': key };
      return request(path, { method: 'POST', headers, body: JSON.stringify(body), ...init });
    },
  };

  /** Writes one console line when the server refuses this page's origin, because a browser shows that as any failure. */
  function explain() {
    if (isExplained) return;
    isExplained = true;
    const look = (mode: RequestMode) => fetch(`${host}/policies/current`, { credentials: 'omit', mode });
    look('cors')
      .catch(() => look('no-cors'))
      .then(({ type }) => {
        if (type !== 'opaque') isExplained = false;
        else console.warn(`lead-consent: ${host} refuses ${location.origin}: SITE_ORIGINS does not name it`);
      })
      .catch(() => {
        isExplained = false;
      });
  }

  async function request(path: string, init?: RequestInit): Promise<Answer> {
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), patience_ms);
    try {
      const response = await fetch(host + path, { credentials: 'omit', ...init, signal: abort.signal });
      const retry_after = Number(response.headers.get('Retry-After')) || 0;
      return { status: response.status, retry_after, body: await response.json().catch(() => undefined) };
    } catch {
      explain();
      return { status: 0 };
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Whether the same request may well succeed later. */
export function isTemporary({ status }: Answer): boolean {
  return !status || status === 409 || status === 429 || status >= 500;
}
