import { describe, expect, it } from 'vitest';
import { defaultOf, type Environment, type Host, readSettings, settings_table } from '../worker/settings.ts';
import { writeTable } from './support/docs.ts';
import { test_keys } from './support/harness.ts';

const production = {
  NODE_ENV: 'production',
  PUBLIC_URL: 'https://leads.example.com',
  SITE_ORIGINS: 'https://www.example.com, https://example.com',
  DATA_REGION: 'CN',
  CONTROLLER_NAME: '小视科技(江苏)股份有限公司',
  CONTROLLER_CONTACT: 'privacy@example.com',
  ...test_keys,
};

function mistakesOf(environment: Environment, host: Host = 'node') {
  const read = readSettings(environment, host);
  return 'mistakes' in read ? read.mistakes : [];
}

describe('settings', () => {
  it('are read whole, with the defaults of the contract', () => {
    const read = readSettings(production, 'node');
    expect(read).toMatchObject({
      settings: {
        production: true,
        port: 8787,
        host: '127.0.0.1',
        public_url: 'https://leads.example.com',
        site_origins: ['https://www.example.com', 'https://example.com'],
        database_url: 'file:data/leads.db',
        client_ip_header: undefined,
        bot_check: true,
        form_limit_per_minute: 10,
        consent_limit_per_minute: 60,
        form_quota_per_minute: 0,
        lead_retention_months: { 'mini-ai-experience': 24, 'ecological-cooperation': 24 },
        consent_retention_months: 36,
        audit_retention_months: 0,
        time_zone: 'Asia/Shanghai',
        log_level: 'info',
        log_dir: undefined,
        log_retention_months: 6,
      },
    });
    const workers = readSettings({ ...production, DATA_REGION: 'SG' }, 'workers');
    expect(workers).toMatchObject({ settings: { client_ip_header: 'cf-connecting-ip', form_quota_per_minute: 600 } });
  });

  it('name every missing one at once', () => {
    const named = mistakesOf({ NODE_ENV: 'production' }).map(mistake => mistake.split(':')[0]);
    expect(named).toEqual([
      ...['PUBLIC_URL', 'SITE_ORIGINS', 'DATA_REGION', 'ENCRYPTION_KEYS', 'INDEX_KEY', 'SIGNING_KEY'],
      ...['CONTROLLER_NAME', 'CONTROLLER_CONTACT'],
    ]);
    expect(mistakesOf({}).map(mistake => mistake.split(':')[0])).toEqual([
      'ENCRYPTION_KEYS',
      'INDEX_KEY',
      'SIGNING_KEY',
    ]);
  });

  it.each([
    ['PORT', '99999'],
    ['PORT', 'http'],
    ['HOST', 'a b'],
    ['PUBLIC_URL', 'nowhere.test'],
    ['PUBLIC_URL', 'https://leads.example.com/path'],
    ['PUBLIC_URL', 'http://leads.example.com'],
    ['SITE_ORIGINS', '*'],
    ['SITE_ORIGINS', 'https://www.example.com,ftp://x'],
    ['SITE_ORIGINS', 'https://*.example.com'],
    ['PUBLIC_URL', "https://leads.example.com'x"],
    ['DATABASE_URL', 'mysql://localhost'],
    ['DATABASE_URL', 'file::memory:'],
    ['COOKIE_DOMAIN', 'localhost'],
    ['CLIENT_IP_HEADER', 'x forwarded'],
    ['ENCRYPTION_KEYS', 'a:c2hvcnQ='],
    ['ENCRYPTION_KEYS', `${test_keys.ENCRYPTION_KEYS},old:${Buffer.alloc(32, 9).toString('base64')}`],
    ['INDEX_KEY', 'short'],
    ['SIGNING_KEY', test_keys.INDEX_KEY],
    ['INDEX_KEY', Buffer.alloc(32, 2).toString('base64')],
    ['BOT_CHECK', 'maybe'],
    ['BOT_CHECK', 'constructor'],
    ['FORM_LIMIT_PER_MINUTE', '-1'],
    ['CONSENT_LIMIT_PER_MINUTE', '1.5'],
    ['FORM_QUOTA_PER_MINUTE', 'many'],
    ['DATA_REGION', 'China'],
    ['DATA_REGION', 'ZZ'],
    ['DATA_REGION', 'QX'],
    ['CONTROLLER_NAME', '小视\n科技'],
    ['CONTROLLER_CONTACT', 'x'.repeat(201)],
    ['ICP_NUMBER', '<b>苏ICP备2026012345号</b>'],
    ['PSB_NUMBER', 'none so far'],
    ['LEAD_RETENTION_MONTHS', '-7'],
    ['LEAD_RETENTION_MONTHS', 'newsletter:12'],
    ['LEAD_RETENTION_MONTHS', 'mini-ai-experience:0'],
    ['LEAD_RETENTION_MONTHS', 'mini-ai-experience:12,36'],
    ['LEAD_RETENTION_MONTHS', 'mini-ai-experience:12,mini-ai-experience:13'],
    ['AUDIT_RETENTION_MONTHS', '35'],
    ['AUDIT_RETENTION_MONTHS', '-1'],
    ['TIME_ZONE', 'Mars/Olympus'],
    ['LOG_LEVEL', 'chatty'],
    ['LOG_RETENTION_MONTHS', '5'],
    ['LOG_RETENTION_MONTHS', '14'],
    ['LOG_DIR', '/var/log\nnext'],
  ])('malformed %s=%s stops the start with one line that does not repeat it', (name, value) => {
    const mistakes = mistakesOf({ ...production, [name]: value });
    expect(mistakes).toHaveLength(1);
    expect(mistakes[0]).toContain(name);
    expect(mistakes[0]).not.toContain(value);
  });

  const oidc = {
    OIDC_ISSUER: 'https://login.example.com/realms/staff',
    OIDC_CLIENT_ID: 'console',
    OIDC_CLIENT_SECRET: 'hush',
    OIDC_ROLE_CLAIM: 'groups',
    OIDC_ROLES: 'sales-team:sales, urn:example:dpo:privacy_officer',
  };

  it('take a provider of accounts whole, and its host among those that may be called', () => {
    expect(readSettings({ ...production, ...oidc, OUTBOUND_HOSTS: 'hooks.example.com' }, 'node')).toMatchObject({
      settings: {
        oidc_issuer: new URL(oidc.OIDC_ISSUER),
        oidc_roles: [
          ['sales-team', 'sales'],
          ['urn:example:dpo', 'privacy_officer'],
        ],
        outbound_hosts: ['hooks.example.com', 'login.example.com'],
      },
    });
    for (const name of Object.keys(oidc)) {
      expect(mistakesOf({ ...production, ...oidc, [name]: '' })).toEqual([expect.stringContaining(`${name}: missing`)]);
      const alone = mistakesOf({ ...production, [name]: oidc[name as keyof typeof oidc] });
      expect(alone).toHaveLength(4);
      expect(alone.join()).not.toContain('hush');
    }
  });

  it.each([
    ['OIDC_ISSUER', 'id.company.test'],
    ['OIDC_ISSUER', 'https://login.example.com/?realm=staff'],
    ['OIDC_ISSUER', 'https://user:pass@login.example.com'],
    ['OIDC_ISSUER', 'ldap://login.example.com'],
    ['OIDC_CLIENT_SECRET', 'two\nlines'],
    ['OIDC_ROLES', 'sales-team'],
    ['OIDC_ROLES', 'sales-team:boss'],
    ['OIDC_ROLES', 'sales-team:constructor'],
    ['OIDC_ROLES', ':sales'],
    ['OIDC_ROLES', 'a:sales,a:admin'],
    ['OIDC_ROLES', 'a:sales,'],
  ])('malformed %s=%s stops the start too, with one line', (name, value) => {
    const mistakes = mistakesOf({ ...production, ...oidc, [name]: value });
    expect(mistakes).toEqual([expect.stringContaining(`${name}: expected`)]);
    expect(mistakes[0]).not.toContain(value);
  });

  it('[P6] refuse CN on Workers, where D1 stores nothing in the PRC', () => {
    expect(mistakesOf(production, 'workers')).toEqual([expect.stringContaining('DATA_REGION')]);
    expect(mistakesOf({ ...production, DATA_REGION: 'SG' }, 'workers')).toEqual([]);
  });

  it('are read where they matter: Workers look at no setting of Node alone', () => {
    const listening = {
      ...production,
      DATA_REGION: 'SG',
      PORT: 'http',
      HOST: 'a b',
      DATABASE_URL: 'mysql://localhost',
    };
    expect(mistakesOf(listening, 'workers')).toEqual([]);
    expect(mistakesOf(listening, 'node')).toHaveLength(3);
  });

  it.each([
    ['6', [6, 6]],
    ['mini-ai-experience:12, ecological-cooperation:36', [12, 36]],
    ['ecological-cooperation:36', [24, 36]],
  ])('take the months of leads for all forms or for each: %s', (text, [ai, eco]) => {
    expect(readSettings({ ...production, LEAD_RETENTION_MONTHS: text }, 'node')).toMatchObject({
      settings: { lead_retention_months: { 'mini-ai-experience': ai, 'ecological-cooperation': eco } },
    });
  });

  it('take a cookie domain in the one spelling that browsers compare', () => {
    expect(readSettings({ ...production, COOKIE_DOMAIN: '.Example.com' }, 'node')).toMatchObject({
      settings: { cookie_domain: 'example.com' },
    });
  });

  it('take Workers for production unless told otherwise', () => {
    expect(readSettings({ ...production, NODE_ENV: undefined, DATA_REGION: 'SG' }, 'workers')).toMatchObject({
      settings: { production: true },
    });
    expect(readSettings({ NODE_ENV: 'development', ...test_keys }, 'workers')).toMatchObject({
      settings: { production: false },
    });
  });
});

describe('the table of settings', () => {
  const rows = Object.entries(settings_table).map(([name, row]) => ({
    name,
    form: row.form,
    sentence: row.sentence,
    host: 'host' in row ? row.host : undefined,
    required: 'required' in row ? row.required : undefined,
    node: defaultOf(row, 'node'),
    workers: defaultOf(row, 'workers'),
  }));

  it('names each setting by the environment variable, and reads every default', () => {
    for (const { name, form, node, workers, sentence } of rows) {
      expect(name).toMatch(/^[A-Z]+(_[A-Z]+)*$/);
      expect(sentence).toMatch(/\.$/);
      for (const text of [node, workers]) if (text !== undefined) expect(form.read(text), name).toBeDefined();
    }
  });

  it('is told in docs/settings.md (after a change: npx vitest run test/settings.test.ts -u)', async () => {
    const show = (text?: string) => (text ? `\`${text}\`` : 'none');
    const lines = rows.map(({ name, host, required, node, workers, sentence }) => [
      `\`${name}\``,
      required
        ? `required${required === 'always' ? '' : ` ${required}`}`
        : node === workers || host
          ? show(node)
          : `Node ${show(node)}, Workers ${show(workers)}`,
      host === 'node' ? 'Node' : 'both',
      sentence,
    ]);
    await writeTable('docs/settings.md', ['setting', 'default', 'host', 'what it is for'], lines);
  });
});
