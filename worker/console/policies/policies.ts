import * as z from 'zod/mini';
import { currentPolicy } from '../../../db/policies/force.ts';
import { listPolicies } from '../../../db/policies/read.ts';
import { factory } from '../../context.ts';
import { body } from '../../http/validate.ts';
import { policy_limit_bytes } from '../../policies/publish.ts';
import { locales } from '../../shared/locales.ts';
import { answerPage } from '../answer.ts';
import { readerOf } from '../reader.ts';
import { readRefusal } from '../refusal.ts';
import { keepFiles } from './drafts.ts';
import { policiesPage } from './policies-page.ts';

/** `GET /console/policies` lists every version ever published, the latest effective first. */
export const showPolicies = factory.createHandlers(async c => {
  const { db, now } = c.var.services;
  const policies = await listPolicies(db);
  const done = policies.find(({ version }) => version === c.req.query('published'))?.version;
  const current = currentPolicy(policies, now());
  return answerPage(c, policiesPage(readerOf(c), { policies, current, done, refusal: readRefusal(c) }));
});

const file = z.object({ name: z.string(), bytes: z.instanceof(Uint8Array) });

/** A browser sends an empty file without a name where none was chosen. */
const isChosen = (one: unknown) => !file.safeParse(one).success || Boolean((one as z.infer<typeof file>).name);

const sent = z.object({
  files: z.pipe(
    z.pipe(
      z._default(z.unknown(), []),
      z.transform(value => [value].flat().filter(isChosen)),
    ),
    z.array(file).check(z.minLength(1), z.maxLength(locales.length)),
  ),
});

/** `POST /console/policies` keeps the files of a version for its preview. Nothing is published yet. */
export const readFiles = factory.createHandlers(
  body(sent, { form: true, files: true, limit_bytes: policy_limit_bytes }),
  async c => c.redirect(`/console/policies/${await keepFiles(c, c.req.valid('json').files)}`, 303),
);
