import { describe, expect, it } from 'vitest';
import { revokeToken } from '../../db/staff/tokens.ts';
import { lead, operator, origin, readProblem, startPublished } from '../support/harness.ts';

async function startFilled(count: number) {
  const started = await startPublished();
  for (let at = 0; at < count; at += 100) {
    await Promise.all(
      Array.from({ length: Math.min(100, count - at) }, (_, n) =>
        started.post(`/forms/${(at + n) % 3 ? 'mini-ai-experience' : 'ecological-cooperation'}`, {
          ...lead,
          email: `visitor${at + n}@example.com`,
        }),
      ),
    );
    started.advance(1_000);
  }
  const stream = async (path: string, accept: string, role: 'sales' | 'viewer' = 'sales') =>
    started.app.request(origin + path, {
      headers: { Accept: accept, Authorization: `Bearer ${await started.token(role)}` },
    });
  const reveals = async () =>
    (await started.db.selectFrom('audit_events').select('seq').where('action', '=', 'lead.revealed').execute()).length;
  return { ...started, stream, reveals };
}

const parseLines = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as Record<string, string>);

describe('GET /leads', () => {
  it.each([
    ['text/csv', 'text/csv; charset=utf-8'],
    ['text/csv, */*', 'text/csv; charset=utf-8'],
    ['application/json;q=0.5, application/x-ndjson', 'application/x-ndjson'],
    ['application/x-ndjson;q=0, text/csv;q=0.1, application/json', 'application/json'],
    ['application/json, text/plain, */*', 'application/json'],
    ['*/*', 'application/json'],
    ['text/csv;q=0', 'application/json'],
    ['text/csv;q=0, application/*;q=0', 'application/json'],
  ])('asked with Accept: %s answers with %s', async (accept, type) => {
    const { stream } = await startFilled(1);
    expect((await stream('/leads', accept)).headers.get('Content-Type')).toBe(type);
  });
});

describe('GET /leads as application/x-ndjson', () => {
  it('streams each lead once, over several pages, masked unless told otherwise', async () => {
    const { stream, reveals } = await startFilled(1_100);
    const response = await stream('/leads', 'application/x-ndjson', 'viewer');
    expect(response.headers.get('Content-Type')).toBe('application/x-ndjson');
    const leads = parseLines(await response.text());
    expect(new Set(leads.map(({ id }) => id)).size).toBe(1_100);
    expect(leads).toHaveLength(1_100);
    expect(leads[0]).toMatchObject({ name: '欧阳**', phone: '138******78' });
    expect(await reveals()).toBe(0);
  });

  it('[A1] records each clear page before it is sent: a stream is a series of such pages', async () => {
    const { stream, reveals, db } = await startFilled(1_100);
    const reader = (await stream('/leads?view=clear', 'application/x-ndjson')).body!.getReader();
    const { value } = await reader.read();
    expect(new TextDecoder().decode(value)).toContain('+8613800138078');
    const afterOne = await reveals();
    expect(afterOne).toBeLessThan(3);
    while (!(await reader.read()).done) {}
    expect(await reveals()).toBe(3);
    const { count } = await db
      .selectFrom('audit_subjects')
      .innerJoin('audit_events', 'audit_events.seq', 'audit_subjects.seq')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .where('action', '=', 'lead.revealed')
      .executeTakeFirstOrThrow();
    expect(count).toBe(1_100);
  });

  it('reads on only as the client does, and not at all once it has gone', async () => {
    const { stream, reveals } = await startFilled(1_600);
    const reader = (await stream('/leads?view=clear', 'application/x-ndjson')).body!.getReader();
    await reader.read();
    const before = await reveals();
    await new Promise(resolve => setTimeout(resolve, 100));
    expect(await reveals()).toBe(before);
    await reader.cancel();
    await new Promise(resolve => setTimeout(resolve, 50));
    expect(await reveals()).toBe(before);
  });

  it('breaks at the next page once its token is revoked', async () => {
    const { stream, reveals, db, services, token, lines } = await startFilled(1_100);
    const reader = (await stream('/leads?view=clear', 'application/x-ndjson')).body!.getReader();
    await reader.read();
    await revokeToken(db, (await token('sales')).split('_')[1]!, operator, services.now());
    await expect(reader.read().then(() => reader.read())).rejects.toThrow();
    expect(await reveals()).toBeLessThan(3);
    expect(lines.join('')).toContain('"stream_ended"');
  });

  it('filters like a search, newest first with desc', async () => {
    const { stream } = await startFilled(30);
    const leads = parseLines(
      await (await stream('/leads?form=ecological-cooperation&order=desc', 'application/x-ndjson')).text(),
    );
    expect(leads).toHaveLength(10);
    const received = leads.map(({ received_at }) => received_at!);
    expect(received).toEqual([...received].sort().reverse());
  });

  it('carries the cursor of the feed as of its start: from there the feed holds what changes afterwards, and no more', async () => {
    const { stream, post, pull, token } = await startFilled(5);
    const create = async () => (await (await post('/forms/mini-ai-experience', lead)).json()) as { id: string };
    await Promise.all([token('sales'), token('privacy_officer')]);
    await create();
    const response = await stream('/leads', 'application/x-ndjson');
    const [, next] = /^<([^>]+)>; rel="next"$/.exec(response.headers.get('Link')!)!;
    const feed = async () => (await pull(next!.slice(origin.length))).json();
    expect(await feed()).toMatchObject({ leads: [], has_more: false });
    const { id } = await create();
    expect(await feed()).toMatchObject({ leads: [{ id }], has_more: false });
  });

  it('breaks when it fails midway, and never ends as if it were whole', async () => {
    const { stream, db } = await startFilled(1_100);
    const victim = await db.selectFrom('leads').select('id').orderBy('received_at', 'desc').executeTakeFirstOrThrow();
    await db.atomic([db.deleteFrom('keys').where('subject_id', '=', victim.id).compile()]);
    const response = await stream('/leads', 'application/x-ndjson');
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow();
  });

  it('refuses as the page of JSON does: scope, filters, and a cursor, which a stream has none of', async () => {
    const { stream } = await startFilled(1);
    expect((await stream('/leads?view=clear', 'application/x-ndjson', 'viewer')).status).toBe(403);
    expect((await stream('/leads?status=lost', 'text/csv')).status).toBe(422);
    expect((await readProblem(await stream('/leads?cursor=ZmVlZCAxIA', 'text/csv'))).errors).toEqual([
      'cursor not_allowed',
    ]);
  });
});

describe('GET /leads as text/csv', () => {
  it('is RFC 4180 with a BOM, safe to open in a spreadsheet, phones intact', async () => {
    const { stream, post } = await startFilled(0);
    await post('/forms/mini-ai-experience', { ...lead, name: '@SUM(1)', company: '-1+1', email: '=1@example.com' });
    await post('/forms/mini-ai-experience', { ...lead, name: '＝1', company: '+1', phone: '+44 20 7946 0018' });
    const bytes = new Uint8Array(await (await stream('/leads?view=clear', 'text/csv')).arrayBuffer());
    expect([...bytes.slice(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
    const rows = parseCsv(new TextDecoder('utf-8', { ignoreBOM: false }).decode(bytes));
    expect(rows[0]).toEqual(
      'id,form,status,assigned_to,name,phone,email,company,policy_version,received_at,changed_at,earlier_lead_id,follow_up_on,closed_reason,note'.split(
        ',',
      ),
    );
    expect(rows.slice(1).map(row => row.slice(4, 8))).toEqual([
      ["'@SUM(1)", "'+8613800138078", "'=1@example.com", "'-1+1"],
      ["'＝1", "'+442079460018", 'Zhang.San@example.com', "'+1"],
    ]);
    for (const cell of rows.flat()) expect(cell).not.toMatch(/^[=+\-@\t\r]/);
  });

  it('quotes what holds commas and quotes', async () => {
    const { stream, post } = await startFilled(0);
    await post('/forms/mini-ai-experience', {
      ...lead,
      name: '=HYPERLINK("http://x","y")',
      company: 'Smith, "Sons" & Co',
    });
    const response = await stream('/leads?view=clear', 'text/csv');
    expect(response.headers.get('Content-Disposition')).toBe('attachment; filename="leads-2026-11-23.csv"');
    const text = await response.text();
    expect(text).toContain(`"'=HYPERLINK(""http://x"",""y"")"`);
    expect(text).toContain('"Smith, ""Sons"" & Co"');
    expect(text.endsWith('\r\n')).toBe(true);
  });
});

/** What people type to break out of a cell: signs that begin a formula, behind every separator and quote. */
const hostile = [
  ...[
    '=1+1;=1+2',
    'a;=1',
    'a; -1',
    'a;"=1',
    'a;""=1;',
    '";=1',
    '"";"";=1',
    'x;',
    '";',
    'a,=1',
    'a,"=1";+1',
    ';@SUM(1)',
  ],
  ...['A；＝1', 'a;＝1', "a;'=1", "';=1", 'Smith, "Sons"; =1', "=cmd|' /C calc'!A0;=1", 'a;\u3000=1', '"=1";"=1"'],
];

it.each([[','], [',;\t'], [';'], ['\t'], [';\t']])(
  'no cell of the CSV comes alive or shifts where %j separates',
  async separators => {
    const { stream, post } = await startFilled(0);
    for (const [n, text] of hostile.entries()) {
      const sent = {
        ...lead,
        name: `${text}`,
        company: `${text}${hostile[(n * 7) % hostile.length]}`,
        phone: '025-58801024;802',
      };
      expect((await post('/forms/mini-ai-experience', sent)).status, text).toBe(201);
    }
    const csv = (await (await stream('/leads?view=clear', 'text/csv')).text()).replace(/^\ufeff/, '');
    const rows = importCsv(csv, separators);
    for (const cell of rows.flat()) expect(cell).not.toMatch(/^[\s"]*[=+\-@＝＋－＠]/);
    if (!separators.includes(',')) return;
    expect(rows).toHaveLength(hostile.length + 1);
    for (const row of rows) expect(row).toHaveLength(15);
    for (const [n, row] of rows.slice(1).entries()) {
      expect(row[5]).toBe("'+862558801024;ext=802");
      expect(row[4]!.replaceAll("'", '')).toBe(hostile[n]!.replaceAll("'", ''));
    }
  },
);

/**
 * Reads CSV as LibreOffice does: a cell that begins with a quote ends at the next one that is not doubled, and what
 * stands behind it up to a separator belongs to it.
 */
function importCsv(text: string, separators: string): string[][] {
  const rows: string[][] = [[]];
  for (let at = 0; at < text.length; ) {
    let cell = '';
    if (text[at] === '"') {
      for (at += 1; at < text.length; at++) {
        if (text[at] !== '"') cell += text[at];
        else if (text[at + 1] === '"') cell += text[at++];
        else break;
      }
      at += 1;
    }
    while (at < text.length && !separators.includes(text[at]!) && text[at] !== '\r') cell += text[at++];
    rows.at(-1)!.push(cell);
    if (text[at] === '\r') {
      at += 2;
      if (at < text.length) rows.push([]);
    } else at += 1;
  }
  return rows;
}

/** Parses CSV by RFC 4180, independently of the code that writes it. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/g)) {
    if (end === '' && !quoted && !plain) break;
    rows.at(-1)!.push(quoted?.replaceAll('""', '"') ?? plain!);
    if (end === '\r\n') rows.push([]);
  }
  return rows.filter(row => row.length > 0);
}
