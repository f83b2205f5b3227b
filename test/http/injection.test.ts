import { beforeAll, describe, expect, it } from 'vitest';
import { publishPolicy } from '../../db/policies/publish.ts';
import { openAssets } from '../../worker/node/assets.ts';
import { operations } from '../support/conformance.ts';
import { openWorld } from '../support/conformance-world.ts';
import { startConsole } from '../support/console.ts';
import { draft, lead, operator } from '../support/harness.ts';

const form = '/forms/mini-ai-experience';

/** Ends an attribute, a text, a script, a text of SQL and a template, and means something else where it is decoded twice. */
const typed = `x"'><svg/onload=alert(1)></script>&lt;b&gt;&amp;amp;%41\\u0041\${7*7}{{7*7}}`;
const drawn = typed
  .replaceAll('&', '&amp;')
  .replaceAll('<', '&lt;')
  .replaceAll('>', '&gt;')
  .replaceAll('"', '&quot;')
  .replaceAll("'", '&#39;');

describe('what was typed', () => {
  let app: Awaited<ReturnType<typeof startConsole>>;
  let id: string;
  beforeAll(async () => {
    app = await startConsole();
    id = await app.submitLead({ name: typed, company: typed });
    await app.ask('PATCH', `/leads/${id}`, { note: typed, assigned_to: typed });
  });

  it('is decoded once, stored as it is, and comes back so', async () => {
    const shown = async (lead_id: string) => (await (await app.pull(`/leads/${lead_id}?view=clear`)).json()) as object;
    expect(await shown(id)).toMatchObject({ name: typed, company: typed, note: typed, assigned_to: typed });
    const sent = await app.submit(form, { ...lead, name: typed, company: typed });
    expect(sent.status).toBe(303);
    const { leads } = (await (await app.pull('/leads?order=desc&limit=1')).json()) as { leads: { id: string }[] };
    expect(leads[0]!.id).not.toBe(id);
    expect(await shown(leads[0]!.id)).toMatchObject({ name: typed, company: typed });
    const assigned = await app.pull(`/leads?assigned_to=${encodeURIComponent(typed)}&order=desc`);
    expect(((await assigned.json()) as { leads: object[] }).leads).toMatchObject([{ id }]);
  });

  it('stands in pages as text, escaped once', async () => {
    const officer = await app.open('privacy_officer');
    const kept = await app.submit(form, { ...lead, name: typed, phone: typed });
    expect(kept.status).toBe(422);
    const revealed = await officer.send(`/console/leads/${id}/reveal`, { purpose: 'follow_up' });
    const pages = {
      kept: await kept.text(),
      lead: await revealed.response.text(),
      list: await (await officer.get('/console')).text(),
      filtered: await (await officer.get(`/console?assigned_to=${encodeURIComponent(typed)}`)).text(),
    };
    for (const [name, page] of Object.entries(pages)) {
      expect(page, name).toContain(drawn);
      expect(page, name).not.toContain('<svg/onload');
    }
  });

  it('stands in data as a text of JSON, and in a table as one cell', async () => {
    const headers = { Authorization: `Bearer ${await app.token('sales')}`, Accept: 'application/x-ndjson' };
    const lines = (await (await app.get('/leads?view=clear', headers)).text()).trim().split('\n');
    expect(JSON.parse(lines[0]!)).toMatchObject({ id, name: typed });
    const table = await (await app.get('/leads?view=clear', { ...headers, Accept: 'text/csv' })).text();
    expect(table).toContain(`"${typed.replaceAll('"', '""')}"`);
  });
});

it('what a policy says stands in the widget’s script as a text that ends neither the script nor a line', async () => {
  const { services, db, get } = await startConsole();
  services.findAsset = openAssets();
  const name = `${typed}\u2028\u2029]]><!--`;
  const { documents, ...facts } = draft('2026-02');
  const told = documents.map(({ purposes, ...document }) => ({
    ...document,
    purposes: purposes.map(purpose => ({ ...purpose, name })),
  }));
  await publishPolicy(
    db,
    { ...facts, effective_at: '2026-02-01T00:00:00.000Z', documents: told },
    operator,
    services.now(),
  );
  const script = await (await get('/widget.js')).text();
  const [written] = /(?<=\}\)\()\{.*\}(?=\);\s*$)/.exec(script)!;
  expect(JSON.parse(written!).current.texts.en.purposes[0].name).toBe(name);
  expect(written).not.toMatch(/<\/script|<!--|[\u2028\u2029]/);
});

const searching = operations
  .filter(({ method, parameters }) => method === 'GET' && parameters.some(one => one.in === 'query'))
  .map(operation => [operation.operationId, operation] as const);

it.each(searching)('%s: what would be SQL in a parameter is a value like any other', async (_, operation) => {
  const { ask } = await openWorld();
  for (const { name, in: place } of operation.parameters) {
    if (place !== 'query') continue;
    const tell = async (value: string) => {
      const response = await ask(operation, { query: { [name]: value }, headers: { Accept: '*/*' } });
      const text = await response.text();
      return [
        response.status,
        text.replace(/urn:uuid:[\w-]+|name="form_token" value="[\w.]+"/, '').replaceAll(value, ''),
      ];
    };
    const harmless = await tell('none of them');
    for (const value of ["x' or '1'='1", "' or 1=1 --", '"; drop table leads; --', "\\' or 1=1 --", 'x) or (1=1'])
      expect([name, value, await tell(value)]).toEqual([name, value, harmless]);
  }
});
