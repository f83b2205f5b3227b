import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../db/database.ts';
import { beginTrial } from '../../worker/compliance/self-check.ts';
import { engines } from '../support/engines.ts';
import { lead, readProblem, startPublished } from '../support/harness.ts';

interface Found {
  leads: { id: string; name: string }[];
  next_cursor: string | null;
  has_more: boolean;
  searched: number;
}

describe.each(engines)('GET /leads?q= on $engine', ({ open }) => {
  let db: Database;
  let close: () => Promise<void>;
  let started: Awaited<ReturnType<typeof startPublished>>;

  beforeAll(async () => {
    ({ db, close } = await open());
    started = await startPublished({}, db);
  });
  afterAll(() => close());

  const find = async (q: string, more = '') => {
    const response = await started.pull(`/leads?q=${encodeURIComponent(q)}${more}`, 'sales');
    expect(response.status).toBe(200);
    return (await response.json()) as Found;
  };
  const idsOf = ({ leads }: Found) => leads.map(({ id }) => id);
  const receive = async (fields: Partial<typeof lead>, form = 'mini-ai-experience') => {
    started.advance(1);
    return ((await (await started.post(`/forms/${form}`, { ...lead, ...fields })).json()) as { id: string }).id;
  };
  const listEvents = () =>
    db.selectFrom('audit_events').selectAll().where('action', '=', 'lead.searched').orderBy('seq').execute();

  it('finds a part of a name or a company in any case, width and spelling, and answers masked', async () => {
    expect(await find('小视')).toEqual({ leads: [], next_cursor: null, has_more: false, searched: 0 });
    const ouyang = await receive({ name: '欧阳小明', company: '小视科技(江苏)股份有限公司' });
    const zoe = await receive({ name: 'Zoë  Groß', company: 'ＡＣＭＥ　ﾊﾞﾙﾌﾞ' });
    const zhang = await receive({ name: '张 伟', company: 'Acme Σίσυφος ㎏' });
    const cases: [string, string[]][] = [
      ['小视', [ouyang]],
      ['（江苏）', [ouyang]],
      ['阳小', [ouyang]],
      ['acme', [ouyang, zoe, zhang].slice(1)],
      ['ａｃＭe', [zoe, zhang]],
      ['バルブ', [zoe]],
      ['ZOE\u0308 GROSS', [zoe]],
      ['张伟', [zhang]],
      ['  张   伟 ', [zhang]],
      ['σισ', []],
      ['ΦΟς', [zhang]],
      ['KG', [zhang]],
      ['%m%', []],
      ['13800138078', []],
      ['Zhang.San', []],
    ];
    for (const [q, ids] of cases) expect([q, idsOf(await find(q))]).toEqual([q, ids]);
    const { leads, searched } = await find('小视', '&order=desc');
    expect(searched).toBe(3);
    expect(leads).toMatchObject([{ id: ouyang, name: '欧阳**', phone: '138******78', company: '小视**股份有限公司' }]);
    expect(leads[0]).not.toHaveProperty('note');
  });

  it('looks through the newest that the other filters leave, and goes on from page to page to an end', async () => {
    const ids = [];
    for (let n = 0; n < 5; n++) ids.push(await receive({ name: `Nadia ${n}` }, 'ecological-cooperation'));
    started.services.most_searched = 4;
    for (const order of ['asc', 'desc']) {
      const query = `&limit=3&order=${order}&form=ecological-cooperation`;
      const first = await find('nadia', query);
      const late = await receive({ name: 'Nadia late' }, 'ecological-cooperation');
      const second = await find('nadia', `${query}&cursor=${first.next_cursor}`);
      const newest = ids.slice(-4);
      expect([...idsOf(first), ...idsOf(second)]).toEqual(order === 'asc' ? newest : newest.reverse());
      expect([first.searched, second.searched, second.next_cursor, second.has_more]).toEqual([4, 1, null, false]);
      ids.push(late);
    }
    delete started.services.most_searched;
    expect(idsOf(await find('nadia', '&status=closed'))).toEqual([]);
    expect((await find('nadia', '&form=ecological-cooperation')).searched).toBe(7);
  });

  it('finds none that is erased, held, restricted or of the self-check', async () => {
    const ids = [];
    for (let n = 0; n < 3; n++) ids.push(await receive({ name: 'Xaver' }));
    await started.ask('DELETE', `/leads/${ids[0]}`);
    await started.ask('POST', `/leads/${ids[1]}/holds`, { ground: 'law', reference: '7', review_on: '2027-05-23' });
    expect(idsOf(await find('xaver'))).toEqual([ids[2]]);
    const before = (await find('xaver')).searched;
    await beginTrial(started.services, started.services.now());
    const made = await db.selectFrom('leads').select('id').where('form', '=', 'self-check').execute();
    expect(made.length).toBeGreaterThan(0);
    expect((await find('self-check')).searched).toBe(before);
  });

  it('opens none that is erased or held while its event is written', async () => {
    const ids = [
      await receive({ name: 'Quentin' }),
      await receive({ name: 'Quentin' }),
      await receive({ name: 'Quentin' }),
    ];
    const { atomic } = db;
    db.atomic = async statements => {
      const results = await atomic(statements);
      if (statements.some(({ parameters }) => parameters.includes('lead.searched'))) {
        Object.assign(db, { atomic });
        await started.ask('DELETE', `/leads/${ids[0]}`);
        await started.ask('POST', `/leads/${ids[1]}/holds`, { ground: 'law', reference: '7', review_on: '2027-05-23' });
      }
      return results;
    };
    expect(idsOf(await find('quentin'))).toEqual([ids[2]]);
  });

  it('[A1] writes an event with count, first and last id, durable before any value is opened, and no value', async () => {
    const acts: string[] = [];
    const { vault } = started.services;
    const { atomic } = db;
    const { open: unseal } = vault;
    db.atomic = async statements => {
      const results = await atomic(statements);
      if (statements.some(({ parameters }) => parameters.includes('lead.searched'))) acts.push('durable');
      return results;
    };
    vault.open = (...parameters) => {
      acts.push('open');
      return unseal(...parameters);
    };
    const { searched } = await find('xaver', '&form=mini-ai-experience');
    Object.assign(vault, { open: unseal });
    Object.assign(db, { atomic });
    expect(acts.indexOf('durable')).toBe(0);
    expect(acts.filter(act => act === 'open')).toHaveLength(searched + 1);
    const all = await db
      .selectFrom('leads')
      .select('id')
      .where('form', '=', 'mini-ai-experience')
      .where('erased_at', 'is', null)
      .where('restricted_at', 'is', null)
      .orderBy('id')
      .execute();
    expect((await listEvents()).at(-1)).toMatchObject({
      role: 'sales',
      fields: `name,company,count:${all.length},first:${all[0]!.id},last:${all.at(-1)!.id}`,
      purpose: null,
      lead_id: null,
    });
    expect(JSON.stringify(await listEvents())).not.toMatch(/xaver/i);
  });
});

describe('GET /leads?q=', () => {
  it('opens fifty leads at most before other requests get their turn', async () => {
    const { post, pull, services } = await startPublished();
    for (let n = 0; n < 210; n++) await post('/forms/mini-ai-experience', lead);
    await pull('/leads?q=ab', 'sales');
    const { open } = services.vault;
    let [opened, most, searching] = [0, 0, true];
    services.vault.open = (...parameters) => {
      opened += 1;
      most = Math.max(most, opened);
      return open(...parameters);
    };
    const turn = () => {
      opened = 0;
      if (searching) setImmediate(turn);
    };
    setImmediate(turn);
    const found = (await (await pull('/leads?q=ab', 'sales')).json()) as Found;
    searching = false;
    expect([found.searched, most]).toEqual([210, 50]);
  });

  it.each([
    ['q=a', 'q invalid'],
    ['q=%20a%20', 'q invalid'],
    ['q=e%CC%81', 'q invalid'],
    ['q=%F0%9F%98%80', 'q invalid'],
    ['q=', 'q required'],
    ['q=%20%20', 'q required'],
    [`q=${'a'.repeat(201)}`, 'q too_long'],
    ['q=ab&view=clear', 'view not_allowed'],
    ['q=ab&cursor=x', 'cursor invalid'],
    ['q=ab&cursor=ZmVlZCAxNzMg', 'cursor invalid'],
  ])('answers 422 to %s and records nothing', async (query, error) => {
    const { pull, db } = await startPublished();
    expect(await readProblem(await pull(`/leads?${query}`))).toEqual({
      slug: 'invalid-fields',
      status: 422,
      errors: [error],
    });
    const events = await db.selectFrom('audit_events').select('action').where('action', '=', 'lead.searched').execute();
    expect(events).toEqual([]);
  });

  it('says in words that one character is too short', async () => {
    const { pull } = await startPublished();
    expect(await (await pull('/leads?q=%E5%BC%A0')).text()).toContain('至少输入姓名或公司名中的两个字符');
  });

  it('is refused to who may not reveal, and as a stream', async () => {
    const { app, pull, token } = await startPublished();
    expect(await readProblem(await pull('/leads?q=ab', 'viewer'))).toMatchObject({ slug: 'forbidden', status: 403 });
    const headers = { Accept: 'text/csv', Authorization: `Bearer ${await token('sales')}` };
    const stream = await app.request('https://leads.example.com/leads?q=ab', { headers });
    expect(await readProblem(stream)).toMatchObject({ status: 422, errors: ['q not_allowed'] });
  });

  it('answers nothing where the event cannot be written', async () => {
    const { post, pull, db } = await startPublished();
    await post('/forms/mini-ai-experience', lead);
    await pull('/leads', 'sales');
    db.atomic = () => Promise.reject(new Error('x'));
    const response = await pull('/leads?q=%E5%B0%8F%E8%A7%86', 'sales');
    expect(response.status).toBeGreaterThanOrEqual(500);
    expect(await response.text()).not.toContain('小视');
  });
});
