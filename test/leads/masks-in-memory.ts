/**
 * Reads leads masked on every way that knows their masks, erases them, and prints what of them the memory of the process
 * still holds, as numbers of texts: `node --expose-gc test/leads/masks-in-memory.ts`.
 */
import { getHeapSnapshot } from 'node:v8';
import { script, startConsole } from '../support/console.ts';

const leads = 20;

// No text of this program is one of those that are looked for.
const emailOf = (n: number) => ['longremembered', n, '@', 'distinctive-host.example.org'].join('');
const companyOf = (n: number) => ['Unmistakable', n, ' International Holdings', ' Limited Liability Company'].join('');

const { submitLead, open, pull, ask, services } = await startConsole();
const ids: string[] = [];
for (let n = 0; n < leads; n++)
  ids.push(await submitLead({ name: `Wang${n}`, email: emailOf(n), company: companyOf(n) }));
const officer = await open('privacy_officer');
await (await officer.get('/console')).text();
await (await pull('/leads')).text();
// The pages of a lead come after the lists, because a list writes all masks, which makes each a text of its own.
services.masks!.clear();
for (const id of ids) {
  await (await officer.post(`/console/leads/${id}/status`, { status: 'contacted' }, script)).text();
  await (await officer.get(`/console/leads/${id}/erasure`)).text();
}
for (const id of ids) {
  const { status } = await ask('DELETE', `/leads/${id}`);
  if (status !== 204) throw new Error(`an erasure was answered ${status}`);
}

/** One text of each kind that is held, so that a search that finds nothing shows. */
const held: string[] = JSON.parse(
  JSON.stringify([emailOf(leads), companyOf(leads), `1.${'a'.repeat(300)}`, 'w'.repeat(80)]),
);
await new Promise(resolve => setTimeout(resolve, 100));
globalThis.gc!();
globalThis.gc!();
const parts: string[] = [];
for await (const part of getHeapSnapshot()) parts.push(String(part));
const { strings } = JSON.parse(parts.join('')) as { strings: string[] };
const count = (pattern: RegExp) => strings.filter(text => pattern.test(text)).length;
const found = {
  emails: count(/^longremembered\d+@distinctive/),
  companies: count(/^Unmistakable\d+ International/),
  sealed: count(/^1\.[\w-]{200,}$/),
  wrapped: count(/^[\w-]{80}$/),
};
process.stdout.write(JSON.stringify({ found, held: held.length, knows: services.masks !== undefined }));
process.exit(0);
