import type { Database } from '../../db/database.ts';
import * as sqlite from '../../db/dialects/sqlite.ts';
import { createKnownMasks } from '../../db/leads/masks/known.ts';
import type { Purpose } from '../../db/policies/policy.ts';
import { publishPolicy } from '../../db/policies/publish.ts';
import { createToken } from '../../db/staff/tokens.ts';
import { createApp } from '../../worker/app.ts';
import type { Services } from '../../worker/context.ts';
import type { Role } from '../../worker/guards/roles.ts';
import { jobs } from '../../worker/jobs.ts';
import { connect } from '../../worker/node/egress.ts';
import { createPostMail } from '../../worker/node/mail.ts';
import { createServices } from '../../worker/services.ts';
import { type Environment, readSettings } from '../../worker/settings.ts';
import { forms } from '../../worker/shared/fields.ts';

export const operator = { id: 'operator', role: 'operator', request_id: null };
export const origin = 'https://leads.example.com';
export const site = 'https://www.example.com';
export const noon = new Date('2026-11-23T04:00:00.000Z');

export const test_keys = {
  ENCRYPTION_KEYS: `old:${Buffer.alloc(32, 1).toString('base64')},new:${Buffer.alloc(32, 2).toString('base64')}`,
  INDEX_KEY: Buffer.alloc(32, 3).toString('base64'),
  SIGNING_KEY: Buffer.alloc(32, 4).toString('base64'),
};

/** A start in production needs these settings besides keys. */
export const production = {
  NODE_ENV: 'production',
  PUBLIC_URL: 'https://leads.example.com',
  SITE_ORIGINS: site,
  DATA_REGION: 'CN',
  CONTROLLER_NAME: 'Example',
  CONTROLLER_CONTACT: 'privacy@example.com',
};

/** `Accept` of a browser's navigation. */
export const browser_accept = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8';

/** Settings without bot check and limits, for tests of other things. */
export const unguarded = {
  BOT_CHECK: 'off',
  FORM_LIMIT_PER_MINUTE: '0',
  CONSENT_LIMIT_PER_MINUTE: '0',
  CONSENT_QUOTA_PER_MINUTE: '0',
  REFUSED_LIMIT_PER_MINUTE: '0',
};

export const lead = {
  name: '欧阳小明',
  phone: '138 0013 8078',
  email: 'Zhang.San@example.com',
  company: '小视科技(江苏)股份有限公司',
  policy_version: '2026-01',
};

/** Starts an app on a database in memory, with a clock that stands still until it is moved. */
export async function start(overrides: Environment = {}, database?: Database) {
  const clock = { now: noon };
  const lines: string[] = [];
  const environment = {
    PUBLIC_URL: origin,
    SITE_ORIGINS: site,
    NODE_ENV: 'production',
    DATA_REGION: 'CN',
    CONTROLLER_NAME: '小视科技(江苏)股份有限公司',
    CONTROLLER_CONTACT: 'privacy@example.com',
    ...unguarded,
    ...test_keys,
  };
  const read = readSettings({ ...environment, ...overrides }, 'node');
  if ('mistakes' in read) throw new Error(read.mistakes.join('\n'));
  const db = database ?? (await sqlite.open(':memory:'));
  const now = () => clock.now;
  const made = await createServices(read.settings, {
    db,
    now,
    writeLine: line => lines.push(line),
    connect,
    postMail: createPostMail(read.settings),
    findAsset: async () => undefined,
    peerAddress: () => '192.0.2.1',
    masks: createKnownMasks(),
  });
  if ('mistakes' in made) throw new Error(made.mistakes.join('\n'));
  const { services } = made;
  const app = createApp(services);
  const tokens = new Map<Role, string>();

  async function token(role: Role): Promise<string> {
    const made = tokens.get(role) ?? (await createToken(db, { holder: role, role, days: 90 }, operator, now()));
    tokens.set(role, made);
    return made;
  }

  return {
    app,
    db,
    services,
    lines,
    token,
    advance(ms: number) {
      clock.now = new Date(clock.now.getTime() + ms);
    },
    publish: (version: string, more: { effective_at?: string; change_class?: 'minor' | 'significant' } = {}) =>
      publishPolicy(db, { ...draft(version), ...more }, operator, now()),
    get: (path: string, headers: Record<string, string> = {}) => app.request(origin + path, { headers }),
    post: (path: string, sent: unknown, headers: Record<string, string> = {}) =>
      app.request(origin + path, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', Origin: site, ...headers },
        body: typeof sent === 'string' ? sent : JSON.stringify(sent),
      }),
    /** Posts a form as a browser does from a page without a script. */
    submit: (path: string, fields: Record<string, string> | [string, string][], headers: Record<string, string> = {}) =>
      app.request(origin + path, {
        method: 'POST',
        headers: {
          Origin: origin,
          Accept: browser_accept,
          'Content-Type': 'application/x-www-form-urlencoded',
          ...headers,
        },
        body: new URLSearchParams(fields).toString(),
      }),
    /** Sends a request of staff, with or without a body. */
    ask: async (method: string, path: string, sent?: unknown, role: Role = 'privacy_officer') =>
      app.request(origin + path, {
        method,
        headers: {
          Authorization: `Bearer ${await token(role)}`,
          ...(sent !== undefined && { 'Content-Type': 'application/json' }),
        },
        ...(sent !== undefined && { body: typeof sent === 'string' ? sent : JSON.stringify(sent) }),
      }),
    pull: async (path: string, role: Role = 'privacy_officer') =>
      app.request(origin + path, { headers: { Authorization: `Bearer ${await token(role)}` } }),
  };
}

/** Starts an app whose first policy is in force. */
export async function startPublished(overrides: Environment = {}, database?: Database) {
  const started = await start(overrides, database);
  await started.publish('2026-01');
  return started;
}

/** Runs every job now, whether it is due or not. */
export async function runJobs(services: Services): Promise<void> {
  for (const job of jobs) await job.run(services, services.now());
}

/** Drafts a policy in both languages that has long been in force. */
export function draft(version: string) {
  const documents = ['zh-CN', 'en'].map(locale => ({
    locale,
    summary: `What ${version} changes (${locale})`,
    html: `<!doctype html><html lang="${locale}"><title>${version}</title><p>小视 ${locale} ${version}`,
    purposes: ['necessary', 'functional', 'analytics', 'marketing'].map(id => purpose(id, locale)),
    forms: forms.map(form => ({
      form,
      agreement: `I agree to the [policy ${version}] for ${form} (${locale})`,
      retention_months: 24,
    })),
  }));
  return { version, effective_at: '2026-01-01T00:00:00.000Z', change_class: 'significant' as const, documents };
}

function purpose(id: string, locale: string): Purpose {
  const texts = { name: `${id} ${locale}`, description: `${id} …` };
  const cookies = [{ name: `${id}_cookie`, provider: 'Example', lifetime: '1 day', purpose: `${id} …` }];
  return { id, ...texts, required: id === 'necessary', cookies };
}

/** Reads a problem document without its texts. */
export async function readProblem(response: Response) {
  const { type, status, errors } = (await response.json()) as {
    type: string;
    status: number;
    errors?: { field: string; code: string }[];
  };
  return { slug: type.split('/').pop(), status, errors: errors?.map(({ field, code }) => `${field} ${code}`) };
}
