import { expect, it } from 'vitest';
import { readCheckpoints } from '../../db/audit/checkpoint.ts';
import { digest } from '../../db/digest.ts';
import { placeHold } from '../../db/leads/holds/hold.ts';
import { isSignedBy } from '../../db/vault/checkpoint-key.ts';
import { checkPromises } from '../../worker/compliance/run.ts';
import { startConsole } from '../support/console.ts';
import { browser_accept, lead, operator, startPublished } from '../support/harness.ts';

interface Proof {
  fields: string[];
  agreement: { text: string; sha256: string };
  document: { sha256: string; url: string };
  trail: { seq: number; action: string }[];
  seal: { from_seq: number; to_seq: number };
  checkpoint: string;
  withdrawn_at: string | null;
  erased_at: string | null;
}

it('[C4] [A1] GET /leads/{id}/consent proves the very words, under a checkpoint that the public key checks', async () => {
  const { post, pull, get, services, db } = await startPublished();
  const { id, receipt_code } = (await (
    await post('/forms/mini-ai-experience', { ...lead, locale: 'en' })
  ).json()) as Record<string, string>;
  const read = async () => (await (await pull(`/leads/${id}/consent`, 'auditor')).json()) as Proof;
  const proof = await read();
  expect(proof).toMatchObject({
    lead_id: id,
    form: 'mini-ai-experience',
    locale: 'en',
    policy_version: '2026-01',
    withdrawn_at: null,
    erased_at: null,
  });
  expect(proof.fields).toEqual(['name', 'phone', 'email', 'company']);
  expect(proof.agreement.text).toBe('I agree to the [policy 2026-01] for mini-ai-experience (en)');
  expect(proof.agreement.sha256).toBe(digest(proof.agreement.text));
  const document = await get(new URL(proof.document.url).pathname + new URL(proof.document.url).search);
  expect(digest(await document.text())).toBe(proof.document.sha256);
  const [created] = proof.trail;
  expect(created!.action).toBe('lead.created');
  expect(proof.seal.from_seq <= created!.seq && created!.seq <= proof.seal.to_seq).toBe(true);
  await checkPromises(services);
  const { public_keys } = (await (await get('/compliance')).json()) as {
    public_keys: { signs: string; public_key: string }[];
  };
  const { public_key } = public_keys.find(({ signs }) => signs === 'checkpoint')!;
  expect(readCheckpoints(proof.checkpoint, (text, signature) => isSignedBy(public_key, text, signature))).toMatchObject(
    { checkpoints: [{ seq: proof.seal.to_seq }] },
  );

  const hold = { ground: 'court', reference: '7', review_on: '2027-05-23' } as const;
  await placeHold(services, id!, hold, operator, services.now());
  expect((await read()).trail.map(({ action }) => action)).toEqual(['lead.created', 'hold.placed']);
  await db.updateTable('holds').set({ released_at: services.now().toISOString(), reason: 'x' }).execute();
  await post('/withdrawals', { receipt_code });
  const last = await read();
  expect(last.withdrawn_at).toBe(last.erased_at);
  expect(last.agreement).toEqual(proof.agreement);
});

it('says nothing of a lead that is not there, and to no role but those that see consents', async () => {
  const { pull } = await startPublished();
  const nobody = '/leads/019aaf3e-2b00-7c3a-9d51-6f0c2b7e4a10/consent';
  expect((await pull(nobody)).status).toBe(404);
  expect((await pull('/leads/x/consent')).status).toBe(404);
  expect((await pull(nobody, 'sales')).status).toBe(403);
});

it('[P3] the page to print is reached from the lead’s page, and shows none of the person’s values', async () => {
  const { open, submitLead } = await startConsole();
  const id = await submitLead();
  const officer = await open('privacy_officer');
  expect(await (await officer.get(`/console/leads/${id}`)).text()).toContain(`href="/console/leads/${id}/consent"`);
  const page = await (await officer.get(`/console/leads/${id}/consent`, { Accept: browser_accept })).text();
  expect(page).toMatch(/Proof of consent|同意证明/);
  expect(page).toContain(id);
  expect(page).not.toMatch(/<script|13800138078|Zhang\.San/);
  expect((await (await open('sales')).get(`/console/leads/${id}/consent`)).status).toBe(403);
});
