import type { Context } from 'hono';
import { makeCheckpoint } from '../../db/audit/checkpoint.ts';
import { findProof } from '../../db/leads/proof.ts';
import { createCheckpointKey } from '../../db/vault/checkpoint-key.ts';
import { type App, factory } from '../context.ts';
import { localeOf } from '../http/language.ts';
import { prefersHtml } from '../http/negotiate.ts';
import { showPage } from '../http/page.ts';
import { problem } from '../http/problems/problem.ts';
import { uuid } from '../http/query-fields.ts';
import { leadFields } from '../shared/fields.ts';
import { proof_texts, renderProof } from './proof-page.ts';

/**
 * `GET /leads/{id}/consent` returns what proves the consent given with a lead, as JSON or as a page to print: no value of
 * the person, and the same when the lead is erased or under a hold.
 */
export const showProof = factory.createHandlers(async c => {
  const id = c.req.param('id')!;
  const proof = uuid.test(id) ? await describeProof(c, id) : undefined;
  if (!proof) return problem(c, 'not-found');
  if (prefersHtml(c)) return answerProof(c, proof);
  return c.json(proof, 200, { 'Cache-Control': 'private, no-store', Vary: 'Accept' });
});

export type DescribedProof = NonNullable<Awaited<ReturnType<typeof describeProof>>>;

/** Describes the proof of a lead's consent, under a checkpoint that is signed now. */
export async function describeProof(c: Context<App>, lead_id: string) {
  const { db, settings, now } = c.var.services;
  // The checkpoint seals what was not sealed yet, and so it comes first.
  const checkpoint = await makeCheckpoint(db, createCheckpointKey(settings.signing_key.at(-1)!), now());
  const proof = await findProof(db, lead_id);
  if (!proof) return undefined;
  const { lead, document, agreement, trail, seal } = proof;
  const { id, policy_sha256, policy_version, ...facts } = lead;
  return {
    lead_id: id,
    ...facts,
    fields: leadFields.map(({ name }) => name),
    policy_version,
    agreement: agreement ? { text: agreement.agreement, sha256: agreement.agreement_sha256 } : null,
    document: {
      sha256: policy_sha256,
      url: document ? `${settings.public_url}/policies/${policy_version}?lang=${document}` : null,
    },
    trail: trail.audit_events.map(({ seq, recorded_at, actor, role, action, fields, purpose }) => ({
      ...{ seq, recorded_at, actor, role, action, fields, purpose },
    })),
    trail_has_more: trail.has_more,
    seal: seal ?? null,
    checkpoint: checkpoint ?? null,
  };
}

/** Answers with the page to print, which needs no script. */
export function answerProof(c: Context<App>, proof: DescribedProof): Promise<Response> {
  const locale = localeOf(c);
  const { time_zone, controller_name, controller_contact } = c.var.services.settings;
  const { title } = proof_texts[locale];
  return showPage(c, { title }, renderProof(proof, { locale, time_zone, controller_name, controller_contact }));
}
