import { expect, it } from 'vitest';
import { startConsole } from '../support/console.ts';

const home = '/console/incidents';
const hour_ms = 3_600_000;
const parts = ['situation', 'impact', 'measures', 'advice', 'remedies'];
const words = Object.fromEntries(parts.map(part => [`texts.zh-CN.${part}`, `告知：${part}`]));

/** Starts a console in which a privacy officer is signed in, with a lead that sales looked at. */
async function startDesk() {
  const started = await startConsole();
  const officer = await started.open('privacy_officer');
  const lead_id = await started.submitLead();
  const token_id = (await started.token('sales')).split('_')[1]!;
  await started.pull(`/leads/${lead_id}?view=clear`, 'sales');
  /** Posts a form, and returns the page that it leads to. */
  const act = async (path: string, fields: Record<string, string>) => {
    const { response, location } = await officer.send(path, fields);
    return { status: response.status, page: await response.text(), location };
  };
  const read = async (path: string) => (await officer.get(path)).text();
  return { ...started, officer, lead_id, token_id, act, read };
}

it('an incident is recorded in local time, shows its clocks, is told once, and keeps who was told', async () => {
  const { act, read, advance, get, pull, token_id, lead_id, officer, submitLead } = await startDesk();
  expect(await read(home)).toContain('No incident');
  // The minute that the form proposes as the end is not over: what is shown in it counts.
  advance(59_999);
  const other = await submitLead();
  await pull(`/leads/${other}?view=clear`, 'sales');
  expect(await read(`${home}/new`)).toContain('value="2026-11-23T12:00"');
  // 12:00 in Shanghai is 04:00 UTC, when the lead was shown.
  const form = { from: '2026-11-23T11:30', to: '2026-11-23T12:00', cause: '电脑 <b>失窃', scope: 'token_id', token_id };
  const made = await act(home, form);
  expect(made.status).toBe(200);
  expect(made.page).toContain('Recorded. Leads affected: 2.');
  expect(made.page).toContain('电脑 &lt;b&gt;失窃');
  expect(made.page).toContain('4 h left');
  expect(made.page).toContain('1 d left');
  const path = made.location.split('?')[0]!;
  expect(await read('/console/audit?action=incident.recorded')).toContain('What a token was shown');
  advance(5 * hour_ms);
  expect(await read(path)).toContain('1 h over');
  const told = await act(`${path}/notice`, { contact: 'privacy@example.com', ...words });
  expect(told.page).toContain('The notice is published');
  expect(told.page.match(/in time/g)).toHaveLength(1);
  expect(told.page).toContain(lead_id);
  expect(told.page).toContain('By announcement');
  for (const part of parts) expect(told.page).toContain(`告知：${part}`);
  expect(told.page).not.toContain(`${path}/notice`);
  expect(await read(home)).toContain('2 of 2 leads');
  expect((await act(`${path}/notice`, { contact: 'x', ...words })).status).toBe(409);
  const { announcements } = (await (await get('/announcements')).json()) as { announcements: object[] };
  expect(announcements).toMatchObject([{ situation: '告知：situation' }]);
  expect(await (await officer.get(path, { 'Accept-Language': 'zh-CN' })).text()).toContain('告知记录');
});

it('what the console still shows at the beginning of an incident counts, and what an interface was shown before does not', async () => {
  const { act, open, pull, advance, submitLead, lead_id, token_id } = await startDesk();
  const sales = await open('sales');
  const seen = await submitLead();
  await sales.send(`/console/leads/${seen}/reveal`, { purpose: 'first_contact' });
  await pull(`/leads/${lead_id}?view=clear`, 'sales');
  await pull('/leads?view=clear', 'sales');
  advance(9 * 60_000);
  const form = { from: '2026-11-23T12:09', to: '2026-11-23T12:09', cause: 'x', scope: 'token_id', token_id };
  expect((await act(home, form)).page).toContain('Recorded. Leads affected: 1.');
  expect((await act(home, { ...form, from: '2026-11-23T12:00' })).page).toContain('Recorded. Leads affected: 2.');
});

it('a notice that lacks something names all of it, and keeps what was typed', async () => {
  const { act, read } = await startDesk();
  const form = { from: '2026-11-23T11:30', to: '2026-11-23T12:00', cause: 'x', scope: 'all' };
  const { location } = await act(home, form);
  const path = location.split('?')[0]!;
  const typed = { ...words, 'texts.zh-CN.advice': ' ', contact: '', 'texts.en.impact': 'Kept & typed' };
  const refused = await act(`${path}/notice`, typed);
  expect(refused.status).toBe(422);
  expect(refused.page).toContain('Kept &amp; typed');
  expect(refused.page).toContain('告知：impact');
  const wrong = [...refused.page.matchAll(/data-field-error="([^"]+)"/g)].map(([, field]) => field);
  expect(wrong.sort()).toEqual([
    'contact',
    'texts.en.advice',
    'texts.en.measures',
    'texts.en.remedies',
    'texts.en.situation',
    'texts.zh-CN.advice',
  ]);
  expect(await read(path)).not.toContain('data-field-error');
});

it.each([
  ['from', { from: '' }],
  ['to', { to: '2026-11-22T12:00' }],
  ['cause', { cause: ' ' }],
  ['scope.lead_ids', { scope: 'lead_ids', lead_ids: '019ab2c4-7d1e-7c3a-9f2b-6e5d4c3b2a19' }],
  ['scope.lead_ids', { scope: 'lead_ids', lead_ids: '王小明' }],
  ['scope.token_id', { scope: 'token_id', token_id: '' }],
  ['scope.key_id', { scope: 'key_id', key_id: 'nothing' }],
])('a record with a wrong %s is refused, and what was typed is kept', async (field, more) => {
  const { act } = await startDesk();
  const form = { from: '2026-11-23T11:30', to: '2026-11-23T12:00', cause: 'x', scope: 'all', ...more };
  const { status, page, location } = await act(home, form);
  expect(status).toBe(422);
  expect(location).toMatch(/^\/console\/incidents\/new\?draft=/);
  if (field === 'scope.token_id') expect(page).toContain('Token: Choose the token.');
  if (!field.startsWith('scope')) expect(page).toContain(`data-field-error="${field}"`);
  expect(page).toContain(`value="${form.to}"`);
});

it('a notice that goes out by mail says that people are being told, and of nobody affected that there is none', async () => {
  const { act, services, token_id } = await startDesk();
  services.settings.smtp_url = { secure: true, host: 'smtp.example.com', port: 465, login: undefined };
  services.postMail = async () => 250;
  const form = { from: '2026-11-23T11:30', to: '2026-11-23T12:00', cause: 'x', scope: 'token_id' };
  const publish = async (fields: Record<string, string>) => {
    const { location } = await act(home, { ...form, ...fields });
    return (await act(`${location.split('?')[0]}/notice`, { contact: 'x', ...words })).page;
  };
  const mailed = await publish({ token_id });
  expect(mailed).toContain('0 of 1 leads');
  expect(mailed).toContain('Mail goes out to the people now.');
  expect(mailed).not.toContain('affects no lead');
  expect(await publish({ token_id, from: '2026-11-22T11:30', to: '2026-11-22T12:00' })).toContain('affects no lead');
});

it('other roles see no incidents', async () => {
  const { open } = await startDesk();
  for (const role of ['sales', 'auditor', 'admin'] as const) {
    const { get } = await open(role);
    expect((await get(home)).status).toBe(403);
    expect(await (await get('/console')).text()).not.toContain(`href="${home}"`);
  }
});

it('a record that names neither begin nor token marks both fields, each with what is missing', async () => {
  const { act } = await startDesk();
  const { page } = await act(home, { to: '2026-11-23T12:00', cause: '', scope: 'token_id', from: '' });
  expect(page).toMatch(/<select name="token_id" aria-invalid="true" aria-describedby="token_id-error">/);
  expect(page).toContain('<p class="error" id="token_id-error">Choose the token.</p>');
  expect(page).toMatch(/id="from-error"[^>]*>Please fill this in\.</);
  expect(page).not.toContain('id="key_id-error"');
});
