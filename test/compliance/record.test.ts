import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { publishPolicy } from '../../db/policies/publish.ts';
import { checkPromises } from '../../worker/compliance/run.ts';
import { openStore } from '../../worker/node/store.ts';
import { startConsole } from '../support/console.ts';
import { draft, noon, operator } from '../support/harness.ts';
import { operate } from '../support/operate.ts';
import { makeFolder } from '../support/server.ts';

const { folder, remove } = makeFolder();
afterAll(() => remove());

describe('the record of processing in the console', () => {
  it('tells what the settings, the policy and the channels in force say, in each language', async () => {
    const started = await startConsole();
    const { open, ask, services, db } = started;
    services.settings.outbound_hosts = ['hooks.example.com'];
    services.settings.lead_retention_months['mini-ai-experience'] = 7;
    services.settings.smtp_url = {
      secure: true,
      host: 'smtp.example.com',
      port: 465,
      login: { user: 'us', pass: 'pa55' },
    };
    const channel = {
      kind: 'webhook',
      name: 'CRM | *new*',
      address: 'https://hooks.example.com/in/secret-path',
      events: ['lead.created'],
      locale: 'en',
    };
    const { secret } = (await (await ask('POST', '/channels', channel, 'admin')).json()) as { secret: string };
    await checkPromises(services);
    const officer = await open('privacy_officer');
    const { sha256 } = await db
      .selectFrom('policy_documents')
      .select('sha256')
      .where('locale', '=', 'en')
      .executeTakeFirstOrThrow();
    const page = await (await officer.get('/console/record?lang=en')).text();
    for (const told of [
      'Record of processing',
      '7 months after',
      '24 months after',
      'notes of the staff',
      'CRM | *new*',
      'hooks.example.com',
      'requests of people',
      'record of incidents',
      'by the server smtp.example.com',
      sha256,
      'SM2',
      'MLPS',
    ])
      expect(page).toContain(told);
    expect(page).toMatch(/<td[^>]*>V1<\/td>[\s\S]*?<td[^>]*>kept<\/td>/);
    expect(page).not.toContain(secret);
    expect(page).not.toContain('pa55');
    expect(page).not.toContain('secret-path');
    expect(await (await officer.get('/console/record?lang=zh-CN')).text()).toMatch(
      /个人信息处理活动记录[\s\S]*国家密码算法/,
    );
    const form = await officer.get('/console/record?lang=en&paper=assessment&as=markdown');
    expect(form.headers.get('Content-Disposition')).toBe('attachment; filename="assessment.en.md"');
    expect(await form.text()).toMatch(
      /^# Personal information protection impact assessment[\s\S]*kept for 24 months at most/,
    );
    expect((await (await open('sales')).get('/console/record')).status).toBe(403);
  });
});

describe('ops record', () => {
  const DATABASE_URL = `file:${join(folder, 'leads.db')}`;

  it('prints the record as Markdown or as a page, and the form of an assessment', async () => {
    const db = await openStore(DATABASE_URL);
    await publishPolicy(db, draft('2026-01'), operator, noon);
    await db.destroy();
    const settings = { DATABASE_URL, CONTROLLER_NAME: '<b>Wang & Li</b>', LOG_DIR: folder };
    const run = (...args: string[]) => operate(['record', ...args], settings);
    const record = await run('--locale', 'en');
    expect(record).toMatchObject({ code: 0, stderr: '' });
    expect(record.stdout).toMatch(/^# Record of processing\n/);
    expect(record.stdout).toMatch(/\| operating logs \|.*\| 6 months \|/);
    expect(record.stdout).toContain('No other host is called.');
    expect(record.stdout).toContain('The software sends no mail to people.');
    const mailing = { SMTP_URL: 'smtps://us:pa55@smtp.example.com', MAIL_FROM: 'a@example.com' };
    const mailed = await operate(['record', '--locale', 'en'], { ...settings, ...mailing });
    expect(mailed.stdout).toContain('by the server smtp.example.com');
    expect(mailed.stdout).not.toContain('pa55');
    const page = await run('--locale', 'en', '--html');
    expect(page.stdout).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(page.stdout).toContain('&lt;b&gt;Wang &amp; Li&lt;/b&gt;');
    expect(page.stdout).not.toContain('<b>Wang');
    expect((await run('--assessment')).stdout).toMatch(/^# 个人信息保护影响评估表/);
    expect(await run('--locale', 'fr')).toMatchObject({ code: 1, stdout: '' });
  });
});
