import { afterEach, describe, expect, it } from 'vitest';
import { hints } from '../../worker/health/hints.ts';
import { line } from '../../worker/settings/forms.ts';
import { bareAddress } from '../../worker/settings/views.ts';
import { readSettings, settings_table } from '../../worker/settings.ts';
import { startConsole } from '../support/console.ts';
import { test_keys } from '../support/harness.ts';

const path = '/console/settings';

/** Values in which everything that must not be seen holds `hush`, but for the keys. */
const planted = {
  ENCRYPTION_KEYS: `2025:${Buffer.alloc(32, 11).toString('base64')}, 2026:${Buffer.alloc(32, 12).toString('base64')}`,
  INDEX_KEY: `${Buffer.alloc(32, 13).toString('base64')},${Buffer.alloc(32, 14).toString('base64')}`,
  SIGNING_KEY: Buffer.alloc(32, 15).toString('base64'),
  DATABASE_URL: 'postgres://hush-user:hush-pass@db.example.com:5433/leads?password=hush-query#hush-hash',
  SMTP_URL: 'smtps://hush-user%40example.com:hush-pass@smtp.example.com:2465',
  MAIL_FROM: 'Leads <leads@example.com>',
  OIDC_ISSUER: 'https://login.example.com/realms/staff',
  OIDC_CLIENT_ID: 'console',
  OIDC_CLIENT_SECRET: 'hush-client',
  OIDC_ROLE_CLAIM: 'groups',
  OIDC_ROLES: 'sales-team:sales',
  PORT: '9797',
  LOG_LEVEL: 'info',
};

/** Reads the rows of the page: name → [value, where it comes from], as people read them. */
function readRows(page: string): Record<string, [string, string]> {
  const rows = [...page.matchAll(/<tr role="row"><td role="cell">(.*?)<\/td><\/tr>/gs)].map(([, row]) => {
    const [first, value, origin] = row!.split('</td><td role="cell">');
    const bare = (part = '') => part.replace(/<[^>]+>/g, '').trim();
    return [bare(first!.split('<small>')[0]), [bare(value), bare(origin)]] as const;
  });
  return Object.fromEntries(rows) as Record<string, [string, string]>;
}

describe('GET /console/settings', () => {
  afterEach(() => {
    delete (settings_table as Record<string, unknown>).NEW_SETTING;
  });

  it('shows an administrator every setting of the table as it is in force, without any secret', async () => {
    const { open } = await startConsole(planted);
    const admin = await open('admin');
    const page = await (await admin.get(path)).text();
    const rows = readRows(page);
    expect(Object.keys(rows).sort()).toEqual(Object.keys(settings_table).sort());
    expect(rows).toMatchObject({
      ENCRYPTION_KEYS: ['2025, 2026 (2 keys)', 'environment'],
      INDEX_KEY: ['set (2 keys)', 'environment'],
      SIGNING_KEY: ['set (1 key)', 'environment'],
      DATABASE_URL: ['postgres://db.example.com:5433/leads', 'environment'],
      SMTP_URL: ['smtps://smtp.example.com:2465', 'environment'],
      MAIL_FROM: ['Leads &lt;leads@example.com&gt;', 'environment'],
      OIDC_CLIENT_SECRET: ['set', 'environment'],
      PUBLIC_URL: ['https://leads.example.com', 'environment'],
      PORT: ['9797', 'environment'],
      LOG_LEVEL: ['info', 'default'],
      HOST: ['127.0.0.1', 'default'],
      COOKIE_DOMAIN: ['not set', '–'],
      OUTBOUND_HOSTS: ['not set', '–'],
    });
    const chinese = await (await admin.get(`${path}?lang=zh-CN`)).text();
    expect(readRows(chinese)).toMatchObject({
      INDEX_KEY: ['已设置（2 个密钥）', '环境变量'],
      COOKIE_DOMAIN: ['未设置', '–'],
    });
    const keys = [planted.ENCRYPTION_KEYS, planted.INDEX_KEY, planted.SIGNING_KEY].join().split(',');
    for (const text of [page, chinese]) {
      expect(text).not.toContain('hush');
      for (const key of keys) expect(text).not.toContain(key.trim().split(':').at(-1)!.replace(/=+$/, ''));
      expect(text).not.toContain('<form method="post" action="/console/settings');
    }
  });

  it('says at its top what the server warns of and what to do; the overview that there is more than it says itself', async () => {
    const { open, services, advance } = await startConsole();
    const admin = await open('admin');
    const read = async (address: string, by = admin) => (await by.get(address)).text();
    const notice = /<section class="notice alarm" aria-labelledby="warnings">.*?<\/section>/s;
    expect(await read(path)).toContain('The server warns of nothing.');
    expect(await read('/console/overview')).not.toContain('href="/console/settings">What');
    services.hostWarnings = () => ['no-backup-dir', 'disk-nearly-full'];
    const page = await read(path);
    const english = notice.exec(page)![0];
    expect(page.indexOf(english)).toBeLessThan(page.indexOf('<table'));
    expect(english).toContain('The server warns of 2 things');
    for (const warning of ['no-backup-dir', 'disk-nearly-full'] as const) {
      expect(english).toContain(`${hints.en[warning]} <code>${warning}</code>`);
      expect(await read(`${path}?lang=zh-CN`)).toContain(`${hints['zh-CN'][warning]} <code>${warning}</code>`);
    }
    const line = 'The server warns of 2 things · <a href="/console/settings">What to do</a>';
    expect(await read('/console/overview?lang=en')).toContain(line);
    for (const role of ['sales', 'privacy_officer'] as const)
      expect(await read('/console/overview', await open(role)), role).not.toContain('warns of');
    advance(-400 * 86_400_000);
    services.hostWarnings = () => [];
    // A session of another year is over.
    const again = await open('admin');
    expect(await read(path, again)).toContain(hints.en['no-policy']);
    expect(await read('/console/overview', again)).not.toContain('href="/console/settings">What');
  });

  it('alone asks what the server warns of, with the overview', async () => {
    const { open, services } = await startConsole();
    const admin = await open('admin');
    let asked = 0;
    services.hostWarnings = () => {
      asked += 1;
      return [];
    };
    for (const other of ['/console/tokens', '/console/notices', '/console/policies', '/console/nothing'])
      await admin.get(other);
    expect(asked).toBe(0);
    for (const one of [path, '/console/overview']) await admin.get(one);
    expect(asked).toBe(2);
  });

  it('hides a setting of which the table does not say that it may be shown', async () => {
    const table = settings_table as Record<string, unknown>;
    table.NEW_SETTING = { form: line(100), group: 'server', sentence: 'Something new.', default: 'hush-default' };
    const { open } = await startConsole({ NEW_SETTING: 'hush-new' });
    const page = await (await (await open('admin')).get(path)).text();
    expect(readRows(page).NEW_SETTING).toEqual(['set', 'environment']);
    expect(page).not.toContain('hush');
  });

  it('names what Workers do not use, and keeps it out', async () => {
    const environment = { NODE_ENV: 'development', ...test_keys, SMTP_URL: 'hush', FORM_QUOTA_PER_MINUTE: '600' };
    const read = readSettings(environment, 'workers');
    const rows = 'settings' in read ? read.settings.in_force : [];
    expect(rows.find(({ name }) => name === 'SMTP_URL')).toMatchObject({ isRead: false, isSet: false });
    expect(rows.find(({ name }) => name === 'FORM_QUOTA_PER_MINUTE')).toMatchObject({ text: '600', isDefault: true });
    expect(JSON.stringify(rows)).not.toMatch(/hush/);
    const { open, services } = await startConsole();
    services.settings.in_force = rows;
    const page = await (await (await open('admin')).get(path)).text();
    expect(readRows(page)).toMatchObject({ SMTP_URL: ['–', 'not used on this host'], LOG_LEVEL: ['info', 'default'] });
  });

  it.each([
    ['postgres://user:12/hush@db.example.com/leads', undefined],
    ['postgres://user:12#hush@db.example.com/leads', undefined],
    ['postgres://user:12?hush@db.example.com/leads', undefined],
    ['postgres://user:h/ush@db.example.com/leads', undefined],
    ['postgres://user:hu@sh@db.example.com/leads', 'postgres://db.example.com/leads'],
    ['postgresql:///leads?host=/run&password=hush', 'postgresql:///leads'],
    ['file:data/leads.db', 'file:data/leads.db'],
  ])('shows of %s nothing that may be a password', (address, shown) => {
    expect(bareAddress(address).text).toBe(shown);
  });
});
