import type { Context } from 'hono';
import * as z from 'zod/mini';
import { Conflict } from '../../db/database.ts';
import { publishPolicy } from '../../db/policies/publish.ts';
import { listPolicies } from '../../db/policies/read.ts';
import { type App, factory } from '../context.ts';
import { actorOf } from '../guards/access.ts';
import { problem } from '../http/problems/problem.ts';
import { body, invalidFields } from '../http/validate.ts';
import { locales } from '../shared/locales.ts';
import { describePolicy } from './describe.ts';
import { listWarnings } from './doubts.ts';
import { readPolicyFiles } from './file.ts';

/** Size of the largest publication. A policy of 10,000 words in both languages is 150 KB. */
export const policy_limit_bytes = 512 * 1024;

/**
 * Mistakes listed at most, and the length of one. Because a mistake may repeat a value that was sent, both are bounded.
 */
const mistakes_named = 100;
const mistake_length = 300;

export const newVersion = z.strictObject({
  documents: z.array(z.string()).check(z.minLength(1), z.maxLength(locales.length)),
});

/** `POST /policies` publishes a version, one policy file per language, after the checks of `ops policy publish`. */
export const publishVersion = factory.createHandlers(body(newVersion, { limit_bytes: policy_limit_bytes }), async c => {
  const sent = c.req.valid('json');
  const { db, now, settings } = c.var.services;
  const files = sent.documents.map((text, index) => ({ name: `documents[${index}]`, text }));
  const read = readPolicyFiles(files, settings);
  if ('mistakes' in read) return refuseMistakes(c, read.mistakes);
  const { version } = read.policy;
  const moment = { now: now(), stale_hours: settings.widget_stale_hours };
  const warnings = await listWarnings(db, await listPolicies(db), read.policy, moment, ['not_asked', 'at_once']);
  try {
    await publishPolicy(db, read.policy, actorOf(c), now());
  } catch (error) {
    if (!(error instanceof Conflict)) throw error;
    return invalidFields(c, [{ field: 'version', code: 'not_allowed' }]);
  }
  const policies = await listPolicies(db);
  const published = policies.find(policy => policy.version === version)!;
  return c.json({ ...describePolicy(c, published), ...(warnings.length > 0 && { warning: warnings.join(' ') }) }, 201, {
    'Cache-Control': 'no-store',
    Location: `${settings.public_url}/policies/${version}`,
  });
});

function refuseMistakes(c: Context<App>, mistakes: string[]) {
  const errors = mistakes.slice(0, mistakes_named).map(mistake => {
    const [, field = 'documents', message = mistake] = /^(documents\[\d\]): ([\s\S]*)$/.exec(mistake) ?? [];
    return { field, code: 'invalid' as const, message: message.slice(0, mistake_length) };
  });
  return problem(c, 'invalid-fields', { errors });
}
