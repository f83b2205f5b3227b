import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noteRotated, rewrapKeys } from '../../db/vault/rotate.ts';
import { createVault } from '../../db/vault/vault.ts';
import { restoreBackup } from '../../worker/node/backup/restore.ts';
import { backUp, keyring, withStore } from '../support/backup.ts';
import { engines } from '../support/engines.ts';
import { lead, operator, readProblem, start, startPublished } from '../support/harness.ts';
import { makeFolder } from '../support/server.ts';

const hour_ms = 3_600_000;
const words = {
  situation: '一台保存有效令牌的电脑失窃。',
  impact: '姓名、电话可能已被查看。',
  measures: '令牌已撤销。',
  advice: '请留意陌生来电。',
  remedies: '您可要求删除。',
};
const notice = { contact: 'privacy@example.com', texts: { 'zh-CN': words } };

interface Recorded {
  id: string;
  affected: number;
}

describe.each(engines)('incidents on $engine', ({ open }) => {
  let close: () => Promise<void>;
  let started: Awaited<ReturnType<typeof startPublished>>;
  beforeAll(async () => {
    const opened = await open();
    close = opened.close;
    started = await startPublished({}, opened.db);
  });
  afterAll(() => close());

  const submit = async () =>
    ((await (await started.post('/forms/mini-ai-experience', lead)).json()) as { id: string }).id;
  const at = () => started.services.now().toISOString();
  const record = async (sent: object) => {
    const answer = await started.ask('POST', '/incidents', { cause: '电脑失窃', ...sent });
    expect(answer.status).toBe(201);
    return (await answer.json()) as Recorded;
  };
  const affectedBy = async ({ id }: Recorded) =>
    (
      await started.db
        .selectFrom('incident_leads')
        .select('lead_id')
        .where('incident_id', '=', id)
        .orderBy('lead_id')
        .execute()
    ).map(({ lead_id }) => lead_id);

  it('[A1] finds whom a token was shown, one by one and in a page, in the hours of the incident alone', async () => {
    const { ask, pull, token, advance } = started;
    const ids = [await submit(), await submit(), await submit(), await submit()];
    const token_id = (await token('sales')).split('_')[1]!;
    await pull(`/leads/${ids[0]}?view=clear`, 'sales');
    advance(hour_ms);
    const from = at();
    await pull(`/leads/${ids[1]}?view=clear`, 'sales');
    await pull('/leads?view=clear&limit=2&order=desc', 'sales');
    await pull(`/leads/${ids[0]}?view=clear`, 'privacy_officer');
    await pull(`/leads/${ids[0]}`, 'sales');
    advance(hour_ms);
    const to = at();
    advance(1_000);
    await pull(`/leads/${ids[0]}?view=clear`, 'sales');
    const shown = await record({ from, to, scope: { token_id } });
    expect(shown.affected).toBe(3);
    expect(await affectedBy(shown)).toEqual(ids.slice(1).sort());
    const list = (await (await ask('GET', '/incidents')).json()) as { incidents: object[] };
    expect(list.incidents[0]).toMatchObject({
      id: shown.id,
      from,
      to,
      cause: '电脑失窃',
      scope: { token_id },
      affected: 3,
      told: 0,
    });
    const { audit_events } = (await (await ask('GET', '/audit-events?action=incident.recorded')).json()) as {
      audit_events: object[];
    };
    expect(audit_events).toMatchObject([{ fields: shown.id, purpose: 'token' }]);
  });

  it('[A1] counts the leads that searches by name looked through, in the hours of the incident alone', async () => {
    const { ask, pull, token, advance } = started;
    const receive = async () => {
      advance(1);
      return submit();
    };
    const search = async (more: string) => expect((await pull(`/leads?q=zz${more}`, 'sales')).status).toBe(200);
    await receive();
    await search('');
    advance(hour_ms);
    const from = at();
    const [first, second] = [await receive(), await receive()];
    await search(`&received_from=${from}`);
    advance(hour_ms);
    await receive();
    advance(hour_ms);
    const [erased, fourth] = [await receive(), await receive()];
    const since = new Date(Date.parse(at()) - 60_000).toISOString();
    await ask('DELETE', `/leads/${erased}`);
    await search(`&received_from=${since}`);
    await search(`&received_from=${since}`);
    const to = at();
    advance(1_000);
    await receive();
    await search('');
    const shown = await record({ from, to, scope: { token_id: (await token('sales')).split('_')[1]! } });
    expect(await affectedBy(shown)).toEqual([first, second, fourth]);
  });

  it('[A1] counts the leads of requests that a token was shown in clear, in the hours of the incident alone', async () => {
    const { ask, pull, post, token, advance } = started;
    const officer = (await token('privacy_officer')).split('_')[1]!;
    const send = async (email: string) =>
      ((await (await post('/forms/mini-ai-experience', { ...lead, email })).json()) as { id: string }).id;
    const take = async (sent: object) => {
      const answer = await ask('POST', '/subject-requests', { type: 'access', channel: 'phone', ...sent });
      return ((await answer.json()) as { id: string }).id;
    };
    const [named, first, second, unseen] = [
      await send('named@example.com'),
      await send('asks@example.com'),
      await send('asks@example.com'),
      await send('unseen@example.com'),
    ];
    const [by_lead, by_contact, other] = [
      await take({ lead_ids: [named] }),
      await take({ email: 'asks@example.com' }),
      await take({ lead_ids: [unseen] }),
    ];
    await pull(`/subject-requests/${other}?view=clear`);
    advance(hour_ms);
    const from = at();
    await pull(`/subject-requests/${by_lead}?view=clear`);
    await pull(`/subject-requests/${by_contact}?view=clear`);
    await pull(`/leads/${first}?view=clear`, 'privacy_officer');
    await pull(`/subject-requests/${other}`);
    const to = at();
    advance(hour_ms);
    await send('asks@example.com');
    const shown = await record({ from, to, scope: { token_id: officer } });
    expect(await affectedBy(shown)).toEqual([named, first, second].sort());
    expect(shown.affected).toBe(3);
  });

  it('finds all who were here: stored before its end, and not erased before it began', async () => {
    const { ask, advance } = started;
    const [gone, erased, kept] = [await submit(), await submit(), await submit()];
    await ask('DELETE', `/leads/${gone}`);
    advance(1_000);
    const from = at();
    await ask('DELETE', `/leads/${erased}`);
    const to = at();
    advance(1_000);
    const later = await submit();
    const ids = await affectedBy(await record({ from, to, scope: { all: true } }));
    expect([gone, erased, kept, later].map(id => ids.includes(id))).toEqual([false, true, true, false]);
    const named = await record({ from, to, scope: { lead_ids: [kept, later, kept] } });
    expect(await affectedBy(named)).toEqual([kept, later].sort());
  });

  it('gives the notice once, tells each person, and keeps who was told when', async () => {
    const { ask, get, advance, db } = started;
    const id = await submit();
    const incident = await record({ from: at(), to: at(), scope: { lead_ids: [id] } });
    const path = `/incidents/${incident.id}`;
    const before = await (await ask('GET', path)).json();
    const recorded_at = at();
    const later = (hours: number) => new Date(Date.parse(recorded_at) + hours * hour_ms).toISOString();
    const due = { report_due_at: later(4), notice_due_at: later(24) };
    expect(before).toMatchObject({ recorded_at, ...due, noticed_at: null, texts: {}, notices: [] });
    advance(hour_ms);
    const told_at = at();
    const answer = await ask('POST', `${path}/notice`, notice);
    expect(answer.status).toBe(200);
    const after = {
      ...{ noticed_at: told_at, until: new Date(Date.parse(told_at) + 30 * 24 * hour_ms).toISOString(), told: 1 },
      ...notice,
      notices: [{ lead_id: id, told_at, by: 'announcement' }],
    };
    expect(await answer.json()).toMatchObject(after);
    expect(await (await ask('GET', path)).json()).toMatchObject(after);
    const again = await ask('POST', `${path}/notice`, notice);
    expect(await readProblem(again)).toMatchObject({ slug: 'conflict', status: 409 });
    const { announcements } = (await (await get('/announcements?lang=en')).json()) as { announcements: object[] };
    expect(announcements[0]).toMatchObject({
      ...{ id: `incident-${incident.id}`, kind: 'incident', published_at: told_at, contact: notice.contact },
      ...{ title: 'A security incident', text: words.situation, ...words },
    });
    const page = await (await get('/announcements?lang=zh-CN', { Accept: 'text/html' })).text();
    for (const text of [...Object.values(words), notice.contact]) expect(page).toContain(text);
    // What was told to whom stays as it was, whoever edits the database.
    for (const statement of [
      "update incident_texts set impact = 'x'",
      'delete from incident_texts',
      "update incident_leads set told_at = '2026-11-23T00:00:00.000Z' where told_at is not null",
      'update incident_leads set told_at = null, told_by = null where told_at is not null',
      "update incident_leads set lead_id = 'x'",
      'delete from incident_leads',
      "update incidents set contact = 'x' where noticed_at is not null",
      'update incidents set noticed_at = null, until = null, contact = null where noticed_at is not null',
      "update incidents set recorded_at = '2026-11-23T00:00:00.000Z'",
      'delete from incidents',
    ])
      await expect(db.atomic([sql.raw(statement).compile(db)]), statement).rejects.toThrow();
    expect(await (await ask('GET', path)).json()).toMatchObject(after);
    // An erased lead leaves its id in the record, and nothing else.
    await ask('DELETE', `/leads/${id}`);
    expect(await (await ask('GET', path)).json()).toMatchObject({ notices: after.notices });
    expect(await db.selectFrom('keys').select('subject_id').where('subject_id', '=', id).execute()).toEqual([]);
  });
});

it('what is missing of an incident is told from what is of another type, and from what is wrong', async () => {
  const { ask } = await startPublished();
  const told = async (sent: object) => (await readProblem(await ask('POST', '/incidents', sent))).errors?.sort();
  const all = ['cause', 'from', 'scope', 'to'];
  expect(await told({})).toEqual(all.map(field => `${field} required`));
  expect(await told({ from: null, to: 7, scope: 'all', cause: [] })).toEqual(all.map(field => `${field} wrong_type`));
  expect(await told({ from: 'x', to: '2026-13-01', scope: { all: false }, cause: 'x' })).toEqual([
    'from invalid',
    'scope invalid',
    'to invalid',
  ]);
});

describe('POST /incidents/{id}/notice', () => {
  it('names everything mandatory that is missing, at once, and publishes nothing', async () => {
    const { ask, get } = await startPublished();
    const { id } = (await (
      await ask('POST', '/incidents', { from: '2026-11-01', to: '2026-11-02', cause: 'x', scope: { all: true } })
    ).json()) as Recorded;
    const texts = { 'zh-CN': { ...words, advice: ' ', remedies: undefined }, en: { situation: 'x', place: 'y' } };
    const answer = await ask('POST', `/incidents/${id}/notice`, { texts });
    expect(answer.status).toBe(422);
    const { errors } = (await answer.json()) as { errors: { field: string; code: string }[] };
    expect(errors.map(({ field, code }) => `${field} ${code}`).sort()).toEqual([
      'contact required',
      'texts.en.advice required',
      'texts.en.impact required',
      'texts.en.measures required',
      'texts.en.place unknown_field',
      'texts.en.remedies required',
      'texts.zh-CN.advice required',
      'texts.zh-CN.remedies required',
    ]);
    // A notice that is over at its publication would be announced to nobody.
    const over = await ask('POST', `/incidents/${id}/notice`, { ...notice, until: '2026-11-23T04:00:00.000Z' });
    expect(await readProblem(over)).toMatchObject({ status: 422, errors: ['until invalid'] });
    const parts = ['advice', 'impact', 'measures', 'remedies', 'situation'];
    for (const sent of [{}, { texts: {} }, { texts: { 'zh-CN': {} } }]) {
      const refused = await ask('POST', `/incidents/${id}/notice`, sent);
      expect(refused.status).toBe(422);
      const { errors } = (await refused.json()) as { errors: { field: string; code: string }[] };
      expect(errors.map(({ field, code }) => `${field} ${code}`).sort()).toEqual([
        'contact required',
        ...parts.map(part => `texts.zh-CN.${part} required`),
      ]);
    }
    const english = await ask('POST', `/incidents/${id}/notice`, { contact: 'x', texts: { en: words } });
    const told = (await english.json()) as { errors: { field: string }[] };
    expect(told.errors.map(({ field }) => field).sort()).toEqual(parts.map(part => `texts.zh-CN.${part}`));
    expect(await (await get('/announcements')).json()).toEqual({ announcements: [] });
    const unknown = await ask('POST', '/incidents/019ab2c4-7d1e-7c3a-9f2b-6e5d4c3b2a19/notice', notice);
    expect(unknown.status).toBe(404);
  });
});

describe('POST /incidents', () => {
  it.each([
    ['no scope', {}, 'scope'],
    ['two scopes', { scope: { all: true, key_id: 'old' } }, 'scope'],
    ['an unknown token', { scope: { token_id: 'nobody' } }, 'scope.token_id'],
    ['an unknown key', { scope: { key_id: 'nothing' } }, 'scope.key_id'],
    ['an unknown lead', { scope: { lead_ids: ['019ab2c4-7d1e-7c3a-9f2b-6e5d4c3b2a19'] } }, 'scope.lead_ids'],
    ['an end before its beginning', { scope: { all: true }, to: '2026-10-31' }, 'to'],
    ['no cause', { scope: { all: true }, cause: ' ' }, 'cause'],
  ])('refuses %s', async (_, more, field) => {
    const { ask } = await startPublished();
    const answer = await ask('POST', '/incidents', { from: '2026-11-01', to: '2026-11-02', cause: 'x', ...more });
    expect(answer.status).toBe(422);
    const { errors } = (await answer.json()) as { errors: object[] };
    expect(errors).toMatchObject([{ field }]);
  });

  it('is for the privacy officer alone', async () => {
    const { ask } = await startPublished();
    const sent = { from: '2026-11-01', to: '2026-11-02', cause: 'x', scope: { all: true } };
    for (const role of ['viewer', 'sales', 'auditor', 'admin'] as const)
      expect((await ask('POST', '/incidents', sent, role)).status).toBe(403);
  });
});

it('[P2] finds whom a key may have wrapped, until its rotation ended; the cause turns with it', async () => {
  const { db, services, ask, post, advance } = await startPublished();
  const submit = async () => ((await (await post('/forms/mini-ai-experience', lead)).json()) as { id: string }).id;
  const at = () => services.now().toISOString();
  const record = async (key_id: string, from: string) => {
    const sent = { from, to: at(), cause: '密钥泄露', scope: { key_id } };
    const { id } = (await (await ask('POST', '/incidents', sent)).json()) as Recorded;
    const rows = await db.selectFrom('incident_leads').select('lead_id').where('incident_id', '=', id).execute();
    return { id, leads: rows.map(({ lead_id }) => lead_id).sort() };
  };
  const begun = at();
  const [one, gone] = [await submit(), await submit()];
  const first = await record('new', begun);
  expect(first.leads).toEqual([one, gone].sort());
  advance(hour_ms);
  await ask('DELETE', `/leads/${gone}`);
  advance(hour_ms);
  const next = { id: 'next', key: Buffer.alloc(32, 9) };
  services.vault = createVault([...services.settings.encryption_keys, next], services.settings.index_key);
  expect(await rewrapKeys(services)).toEqual({ renewed: 2, unopened: [] });
  await db.updateTable('key_checks').set({ used_at: begun }).where('key_id', '=', 'new').execute();
  await noteRotated(services, ['new'], operator, services.now());
  advance(hour_ms);
  const later = await submit();
  advance(hour_ms);
  expect((await record('new', at())).leads).toEqual([one]);
  expect((await record('new', begun)).leads).toEqual([one, gone].sort());
  expect((await record('next', begun)).leads).toEqual([one, gone, later].sort());
  expect(await (await ask('GET', `/incidents/${first.id}`)).json()).toMatchObject({ cause: '密钥泄露' });
});

it('[P5] an incident, its notice and who was told are in a backup, and open where it is restored', async () => {
  const { db, services, ask, post } = await startPublished();
  const { id: lead_id } = (await (await post('/forms/mini-ai-experience', lead)).json()) as { id: string };
  const sent = { from: '2026-11-01', to: '2026-11-02', cause: '电脑失窃', scope: { lead_ids: [lead_id] } };
  const { id } = (await (await ask('POST', '/incidents', sent)).json()) as Recorded;
  const told = await (await ask('POST', `/incidents/${id}/notice`, notice)).json();
  const { folder, remove } = makeFolder();
  const { folder: path } = await backUp(db, folder, services.now());
  const url = `file:${folder}/restored.db`;
  await restoreBackup(url, { path, keyring, now: services.now() });
  await withStore(url, async copy => {
    const { pull } = await start({}, copy);
    expect(await (await pull(`/incidents/${id}`)).json()).toEqual(told);
  });
  remove();
});

it('[R2] a person reads in her copy which incident reached her data, and when she was told', async () => {
  const { ask, post } = await startPublished();
  const { id: lead_id } = (await (await post('/forms/mini-ai-experience', lead)).json()) as { id: string };
  const sent = { from: '2026-11-01', to: '2026-11-02', cause: 'x', scope: { lead_ids: [lead_id] } };
  const { id } = (await (await ask('POST', '/incidents', sent)).json()) as Recorded;
  await ask('POST', `/incidents/${id}/notice`, notice);
  const asked = await ask('POST', '/subject-requests', { type: 'copy', channel: 'phone', lead_ids: [lead_id] });
  const request = (await asked.json()) as { id: string };
  await ask('POST', `/subject-requests/${request.id}/verification`, { by: 'callback' });
  const done = await ask('POST', `/subject-requests/${request.id}/fulfilment`);
  const { copy_url } = (await done.json()) as { copy_url: string };
  const { leads } = (await (await post(new URL(copy_url).pathname, '')).json()) as { leads: object[] };
  expect(leads).toMatchObject([{ incidents: [{ id, told_by: 'announcement' }] }]);
});
