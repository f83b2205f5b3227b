import type { Context } from 'hono';
import * as z from 'zod/mini';
import { Conflict } from '../../../db/database.ts';
import { digest } from '../../../db/digest.ts';
import type { Policy } from '../../../db/policies/policy.ts';
import { type PolicyDraft, publishPolicy } from '../../../db/policies/publish.ts';
import { listPolicies } from '../../../db/policies/read.ts';
import { type App, factory } from '../../context.ts';
import { actorOf } from '../../guards/access.ts';
import { problem } from '../../http/problems/problem.ts';
import { body, invalidFields } from '../../http/validate.ts';
import { answerPage } from '../answer.ts';
import { once } from '../once.ts';
import { readerOf } from '../reader.ts';
import { readRefusal } from '../refusal.ts';
import { type Assessment, assess } from './assess.ts';
import { type DraftFile, notePublished, readDraftFiles } from './drafts.ts';
import { mistakesPage, previewPage } from './preview-page.ts';

/** `GET /console/policies/{id}` shows what the files say and what they change, or each of their mistakes. */
export const previewPolicy = factory.createHandlers(async c => {
  const files = await readDraftFiles(c);
  if (!files) return problem(c, 'not-found');
  if ('published' in files) return leadToPublished(c, files.published);
  const read = await readDraft(c, files);
  if ('mistakes' in read) {
    const { mistakes, taken } = read;
    return answerPage(c, mistakesPage(readerOf(c), { files, mistakes, taken }), { status: 422 });
  }
  const { policy, assessment, seen } = read;
  const id = c.req.param('id')!;
  const isChanged = c.req.query('changed') !== undefined;
  const stale_hours = c.var.services.settings.widget_stale_hours;
  const drawn = { id, files, policy, assessment, seen, isChanged, stale_hours, refusal: readRefusal(c) };
  return answerPage(c, previewPage(readerOf(c), drawn));
});

const text = z._default(z.string(), '');
const confirmation = z.object({ seen: text, sure: text });

/** `POST /console/policies/{id}` publishes a version exactly as its preview showed it. */
export const publishPreviewed = factory.createHandlers(body(confirmation, { form: true }), once, async c => {
  const { db, now } = c.var.services;
  const files = await readDraftFiles(c);
  if (!files) return problem(c, 'not-found');
  if ('published' in files) return leadToPublished(c, files.published);
  const { seen, sure } = c.req.valid('json');
  const again = `/console/policies/${c.req.param('id')}`;
  const read = await readDraft(c, files);
  if ('mistakes' in read) return c.redirect(again, 303);
  if (read.seen !== seen) return c.redirect(`${again}?changed`, 303);
  if (sure !== 'yes') return invalidFields(c, [{ field: 'sure', code: 'required' }]);
  try {
    await publishPolicy(db, read.policy, actorOf(c), now());
  } catch (error) {
    // The page then says that the version is published already.
    if (error instanceof Conflict) return c.redirect(again, 303);
    throw error;
  }
  await notePublished(c, read.policy.version);
  return leadToPublished(c, read.policy.version);
});

/** Leads to the list, which says that the version is published. */
function leadToPublished(c: Context<App>, version: string) {
  return c.redirect(`/console/policies?published=${version}`, 303);
}

/** Mistakes in the files, or the version where it is published already. */
interface Mistaken {
  mistakes: string[];
  taken?: string;
}

/** A version that can be published. */
interface Readable {
  policy: PolicyDraft;
  assessment: Assessment;
  seen: string;
}

/** Reads the files as `POST /policies` does, and compares what they say with what is published. */
async function readDraft(c: Context<App>, files: DraftFile[]): Promise<Mistaken | Readable> {
  const { db, now, settings } = c.var.services;
  const unlike = files.flatMap(({ name, text }) => [
    ...(/\.(md|markdown|txt)$/i.test(name) ? [] : [`${name}: the name does not end in .md, .markdown or .txt`]),
    ...(text === undefined ? [`${name}: the file is not UTF-8`] : []),
  ]);
  if (unlike.length > 0) return { mistakes: unlike };
  const { readPolicyFiles } = await import('../../policies/file.ts');
  const read = readPolicyFiles(
    files.map(({ name, text }) => ({ name, text: text! })),
    settings,
  );
  if ('mistakes' in read) return read;
  const { policy } = read;
  const policies = await listPolicies(db);
  if (policies.some(({ version }) => version === policy.version)) return { mistakes: [], taken: policy.version };
  const assessment = await assess(db, policies, policy, { now: now(), stale_hours: settings.widget_stale_hours });
  return { policy, assessment, seen: markSeen(files, policy, assessment.previous) };
}

/** Returns a digest of all that a preview shows: the files, what is stored of them, and the version they follow. */
function markSeen(files: DraftFile[], policy: object, previous: Policy | undefined): string {
  return digest(JSON.stringify([files.map(({ sha256 }) => sha256), policy, previous?.version ?? null]));
}
