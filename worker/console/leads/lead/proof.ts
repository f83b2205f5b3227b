import { factory } from '../../../context.ts';
import { problem } from '../../../http/problems/problem.ts';
import { uuid } from '../../../http/query-fields.ts';
import { answerProof, describeProof } from '../../../leads/proof.ts';

/** `GET /console/leads/{id}/consent` shows the page that proves a lead's consent, to print. */
export const showProof = factory.createHandlers(async c => {
  const id = c.req.param('id')!;
  const proof = uuid.test(id) ? await describeProof(c, id) : undefined;
  return proof ? answerProof(c, proof) : problem(c, 'not-found');
});
