import { describe, expect, it } from 'vitest';
import type { Database } from '../../db/database.ts';
import { createLead } from '../../db/leads/create.ts';
import { createServices } from '../../worker/services.ts';
import { readSettings } from '../../worker/settings.ts';
import { engines } from '../support/engines.ts';
import { noon, origin, site, test_keys } from '../support/harness.ts';

const key = (byte: number) => Buffer.alloc(32, byte).toString('base64');
const other = { INDEX_KEY: key(33), SIGNING_KEY: key(44) };

/** Starts a server on a database: returns its services, or what it says when it refuses to start. */
async function begin(db: Database, keys: Partial<typeof test_keys> = {}) {
  const read = readSettings({ PUBLIC_URL: origin, SITE_ORIGINS: site, ...test_keys, ...keys }, 'node');
  if ('mistakes' in read) throw new Error(read.mistakes.join('\n'));
  const made = await createServices(read.settings, {
    db,
    now: () => noon,
    writeLine() {},
    connect: async () => ({ status: 204, body: '' }),
    findAsset: async () => undefined,
    peerAddress: () => undefined,
  });
  return 'mistakes' in made ? made.mistakes : made.services;
}

async function refusal(db: Database, keys: Partial<typeof test_keys>): Promise<string[]> {
  const outcome = await begin(db, keys);
  return Array.isArray(outcome) ? outcome.map(line => line.split(':')[0]!) : [];
}

async function store(db: Database, keys: Partial<typeof test_keys> = {}) {
  const services = await begin(db, keys);
  if (Array.isArray(services)) throw new Error(services.join('\n'));
  const values = { name: 'Ada', phone: '+8613800138000', email: 'ada@example.com', company: 'Engines' };
  const submission = { form: 'mini-ai-experience', values, policy_version: '1', policy_sha256: '', locale: 'en' };
  await createLead(services, submission, {}, { id: 'visitor', role: 'visitor', request_id: null }, noon);
}

const countKnown = async (db: Database) => (await db.selectFrom('key_checks').selectAll().execute()).length;

describe.each(engines)('the keys of a database on $engine', ({ open }) => {
  it('are those of the first start: another one of any setting stops the next, which names the setting', async () => {
    const { db, close } = await open();
    expect(await refusal(db, {})).toEqual([]);
    expect(await refusal(db, {})).toEqual([]);
    expect(await countKnown(db)).toBe(4);
    expect(await refusal(db, { INDEX_KEY: other.INDEX_KEY })).toEqual(['INDEX_KEY']);
    expect(await refusal(db, { SIGNING_KEY: other.SIGNING_KEY })).toEqual(['SIGNING_KEY']);
    expect(await refusal(db, { ENCRYPTION_KEYS: `new:${key(9)}` })).toEqual(['ENCRYPTION_KEYS']);
    expect(await refusal(db, { ENCRYPTION_KEYS: `third:${key(9)}` })).toEqual(['ENCRYPTION_KEYS']);
    expect(
      await refusal(db, { ENCRYPTION_KEYS: `${test_keys.ENCRYPTION_KEYS},third:${test_keys.INDEX_KEY}`, ...other }),
    ).toEqual(['INDEX_KEY', 'SIGNING_KEY']);
    expect(await countKnown(db)).toBe(4);
    expect(await refusal(db, {})).toEqual([]);
    await close();
  });

  it('may get one more, first or last in the list, and lose one that nothing needs', async () => {
    const { db, close } = await open();
    const [old, next] = [`old:${key(1)}`, `next:${key(7)}`];
    await store(db, { ENCRYPTION_KEYS: old });
    expect(await refusal(db, { ENCRYPTION_KEYS: next })).toEqual(['ENCRYPTION_KEYS']);
    for (const ENCRYPTION_KEYS of [`${next},${old}`, old, `${old},${next}`])
      expect(await refusal(db, { ENCRYPTION_KEYS }), ENCRYPTION_KEYS).toEqual([]);
    expect(await refusal(db, { ENCRYPTION_KEYS: next })).toEqual(['ENCRYPTION_KEYS']);
    await db.atomic([db.deleteFrom('keys').compile()]);
    expect(await refusal(db, { ENCRYPTION_KEYS: next })).toEqual([]);
    expect(await refusal(db, { ENCRYPTION_KEYS: old })).toEqual(['ENCRYPTION_KEYS']);
    await close();
  });

  it('are those of one of the servers that start at once on an empty database; all others with the same keys start', async () => {
    const { db, close } = await open();
    const [one, two] = [{}, other];
    const outcomes = await Promise.all([one, two, one, two, one, two].map(keys => refusal(db, keys)));
    const [ours, theirs] = [0, 1].map(rest => outcomes.filter((_, at) => at % 2 === rest));
    const refused = ['INDEX_KEY', 'SIGNING_KEY'];
    const won = ours![0]!.length === 0;
    expect(won ? ours : theirs).toEqual([[], [], []]);
    expect(won ? theirs : ours).toEqual([refused, refused, refused]);
    expect(await countKnown(db)).toBe(4);
    await close();
  });

  it('are checked against the newest lead too, where the database was filled elsewhere', async () => {
    const { db, close } = await open();
    await store(db);
    await db.atomic([db.deleteFrom('key_checks').compile()]);
    expect(await refusal(db, { ENCRYPTION_KEYS: `new:${key(9)}` })).toEqual(['ENCRYPTION_KEYS']);
    expect(await countKnown(db)).toBe(0);
    await close();
  });
});

it('no key, nor anything that a key could be learned from, stands in the table', async () => {
  const { db, close } = await engines[0]!.open();
  await begin(db);
  const text = JSON.stringify(await db.selectFrom('key_checks').selectAll().execute());
  for (const byte of [1, 2, 3, 4]) {
    const bytes = Buffer.alloc(32, byte);
    for (const encoding of ['hex', 'base64'] as const)
      expect(text).not.toContain(bytes.toString(encoding).slice(0, 12));
  }
  expect(new Set(text.match(/"check_value":"[0-9a-f]{32}"/g)).size).toBe(4);
  await close();
});
