import { expect, it } from 'vitest';
import { startConsole } from '../support/console.ts';
import { lead } from '../support/harness.ts';

/** Starts an app with leads: one whose key was wrapped under a key that is not listed, one whose key is gone, one that opens. */
async function startWithLost() {
  const started = await startConsole();
  const ids: string[] = [];
  for (let n = 0; n < 3; n++) {
    const answer = await started.post('/forms/mini-ai-experience', lead);
    ids.push(((await answer.json()) as { id: string }).id);
  }
  const [unlisted, gone] = ids as [string, string];
  await started.db.atomic([
    started.db.updateTable('keys').set({ kek_id: '2019' }).where('subject_id', '=', unlisted).compile(),
    started.db.deleteFrom('keys').where('subject_id', '=', gone).compile(),
  ]);
  const readLost = () =>
    started.lines
      .map(line => JSON.parse(line))
      .filter(({ event }) => event === 'key_lost')
      .map(({ setting, key_ids, subject_ids }) => ({ setting, key_ids, subject_ids }));
  return { ...started, ids, readLost };
}

it.each([
  ['/leads', 'application/json'],
  ['/leads?view=clear', 'application/json'],
  ['/leads?order=desc', 'application/json'],
  ['/leads?view=clear', 'text/csv'],
])(
  '[P2] a lost key is an error of %s as %s that names every id and key in the log, and never an empty value',
  async (path, Accept) => {
    const { app, token, ids, readLost } = await startWithLost();
    const headers = { Authorization: `Bearer ${await token('privacy_officer')}`, Accept, 'Accept-Language': 'en' };
    const answer = await app.request(`https://leads.example.com${path}`, { headers });
    expect(answer.status).toBe(500);
    const told = (await answer.json()) as { type: string; detail: string };
    expect(told.type).toMatch(/\/internal$/);
    expect(told.detail).toMatch(/a key is lost or not set.*key_lost/);
    const [lost] = readLost();
    expect(lost).toMatchObject({ setting: 'ENCRYPTION_KEYS', key_ids: ['2019'] });
    expect(lost!.subject_ids.toSorted()).toEqual(ids.slice(0, 2));
  },
);

it('a lost key holds up nothing else: other leads are read, and the lead itself is erased', async () => {
  const { pull, ask, ids, lines, readLost } = await startWithLost();
  const [unlisted, gone, good] = ids as [string, string, string];
  expect(await (await pull(`/leads/${good}?view=clear`)).json()).toMatchObject({ id: good, name: lead.name });
  for (const id of [unlisted, gone]) {
    expect((await pull(`/leads/${id}`)).status).toBe(500);
    expect((await ask('PATCH', `/leads/${id}`, { name: 'Other' })).status).toBe(500);
    expect(readLost().map(({ subject_ids }) => subject_ids)).toEqual([[id], [id]]);
    lines.length = 0;
    expect((await ask('DELETE', `/leads/${id}`)).status).toBe(204);
  }
  expect((await pull('/leads?view=clear')).status).toBe(200);
});

it('a stream that comes to a lost key breaks, and the log says why', async () => {
  const { app, post, token, ids, readLost } = await startWithLost();
  // The stream begins with the latest 500, and comes to the lost ones in its second page.
  for (let n = 0; n < 500; n++) await post('/forms/mini-ai-experience', lead);
  const headers = { Authorization: `Bearer ${await token('privacy_officer')}`, Accept: 'application/x-ndjson' };
  const answer = await app.request('https://leads.example.com/leads?order=desc', { headers });
  expect(answer.status).toBe(200);
  await expect(answer.text()).rejects.toThrow();
  expect(readLost().map(({ subject_ids }) => subject_ids.toSorted())).toEqual([ids.slice(0, 2)]);
});

it('a search by name passes over what a lost key seals, says how many, and the log says which', async () => {
  const { pull, open, ids, readLost } = await startWithLost();
  const answer = await pull(`/leads?q=${encodeURIComponent(lead.company.slice(0, 2))}`, 'sales');
  expect(answer.status).toBe(200);
  expect(await answer.json()).toMatchObject({ leads: [{ id: ids[2] }], searched: 1, unopened: 2 });
  const [lost] = readLost();
  expect([lost!.key_ids, lost!.subject_ids.toSorted()]).toEqual([['2019'], ids.slice(0, 2)]);
  const page = await (await open('sales')).send('/console/search', { q: lead.name.slice(0, 2) });
  expect(page.response.status).toBe(200);
  const html = await page.response.text();
  expect(html).toContain('2 leads were passed over, because their keys are lost.');
  expect(html).toContain(`data-id="${ids[2]}"`);
});

it('a page of the console says it too', async () => {
  const { open } = await startWithLost();
  const page = await (await open('sales')).get('/console');
  expect(page.status).toBe(500);
  expect(await page.text()).toContain('a key is lost or not set');
});
