import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { refusal_codes } from '../db/requests/request.ts';
import { createApp } from '../worker/app.ts';
import { createDemo } from '../worker/demo/site.ts';
import { texts } from '../worker/demo/texts.ts';
import { visits } from '../worker/demo/visits.ts';
import { readPolicyFiles } from '../worker/policies/file.ts';
import { forms } from '../worker/shared/fields.ts';
import { locales } from '../worker/shared/locales.ts';
import { browser_accept, lead, noon, origin, startPublished } from './support/harness.ts';

const { services } = await startPublished();
const demo = createApp(services, createDemo(services));
const pages = ['/', '/mini-ai', '/cooperation'].flatMap(path => locales.map(locale => ({ path, locale })));

describe('the demo site', () => {
  it.each(pages)('GET $path in $locale needs no inline script or style', async ({ path, locale }) => {
    const response = await demo.request(`${path}?lang=${locale}`);
    const html = await response.text();
    expect(response.status).toBe(200);
    expect(response.headers.get('Content-Security-Policy')).toContain("script-src 'self'; style-src 'self'");
    expect(html).toContain(`<html lang="${locale}">`);
    expect(html).toContain('<script src="/widget.js" crossorigin defer></script>');
    expect(html).toContain('data-consent-open');
    expect(html).toContain(`href="/policies/2026-01?lang=${locale}"`);
    expect(html).toContain(`<link rel="alternate" hreflang="${locale}" href="${origin}${path}?lang=${locale}">`);
    expect(html.replace(/<link rel="alternate".*>/g, '')).not.toMatch(/<style|\sstyle=|\son[a-z]+=|https?:\/\//);
    for (const [, inside] of html.matchAll(/<script[^>]*>([\s\S]*?)<\/script>/g)) expect(inside).toBe('');
    const local = [...html.matchAll(/href="(\/[^"]*)"/g)]
      .map(([, href]) => href!)
      .filter(href => !/\.(css|svg)$/.test(href));
    for (const href of local) expect(locales.some(lang => href.endsWith(`lang=${lang}`))).toBe(true);
  });

  it('offers each form on its page, and a plain link where scripts do not run', async () => {
    for (const [index, path] of ['/mini-ai', '/cooperation'].entries()) {
      const html = await (await demo.request(`${path}?lang=en`)).text();
      expect(html).toMatch(
        new RegExp(`<div data-lead-form="${forms[index]}"><a [^>]*href="/forms/${forms[index]}\\?lang=en"`),
      );
    }
  });

  it('links the policy that is in force, not the one that it began with', async () => {
    const { services, publish } = await startPublished();
    await publish('2026-02', { effective_at: '2026-02-01T00:00:00.000Z' });
    const html = await (await createApp(services, createDemo(services)).request('/?lang=en')).text();
    expect(html).toContain('href="/policies/2026-02?lang=en"');
    expect(html).not.toContain('2026-01');
  });

  it('speaks the language of the browser, else Chinese', async () => {
    const ask = async (headers: Record<string, string>) => (await demo.request('/', { headers })).text();
    expect(await ask({ 'Accept-Language': 'en-GB,en;q=0.9' })).toContain(texts.en.home.title);
    expect(await ask({})).toContain(texts['zh-CN'].home.title);
  });

  it.each(locales)(
    'the fifth section of the sample policy in %s names each ground of a refusal, in its order',
    locale => {
      const text = readFileSync(new URL(`../worker/demo/policy.${locale}.md`, import.meta.url), 'utf8');
      const [, section = ''] = /^## (?:5\. Your rights|五、您的权利)$(.*?)^## /ms.exec(text)!;
      const grounds = [...section.matchAll(/^(\d)\. (.+)$/gm)];
      expect(grounds.map(([, number]) => `R${number}`)).toEqual(refusal_codes);
      expect(grounds[4]![2]).toMatch(/bad faith|恶意/);
      expect(grounds[7]![2]).toMatch(/trade secret|商业秘密/);
    },
  );

  it('[K2] names every cookie that the server sets in a visitor’s browser, with TLS and without, and no other', async () => {
    const { documents } = readSample();
    for (const address of ['https://leads.example.com', 'http://127.0.0.1:8787', 'http://leads.lan:8787']) {
      const started = await startPublished({ PUBLIC_URL: address, NODE_ENV: 'development' });
      const set = new Set<string>();
      const hear = (response: Response) => {
        for (const cookie of response.headers.getSetCookie()) set.add(cookie.split('=')[0]!);
        return response;
      };
      for (const form of forms) {
        hear(await started.get(`/forms/${form}`));
        hear(await started.submit(`/forms/${form}`, lead, { Origin: address }));
        hear(await started.get(`/forms/${form}/thanks`));
      }
      for (const path of ['/', '/withdrawals', '/requests', '/policies', '/compliance', '/widget.js', '/challenge'])
        hear(await started.get(path, { Accept: browser_accept }));
      const choice = { policy_version: '2026-01', locale: 'en', shown: [], granted: [], source: 'banner' };
      hear(await started.post('/consents', { ...choice, chosen_at: noon.toISOString() }, { Origin: address }));
      const isSecure = address.startsWith('https:');
      const receipts = forms.map(form => `${isSecure ? '__Host-' : ''}receipt-${form}`);
      expect([...set].sort()).toEqual(['consent', ...receipts].sort());
      for (const { locale, html, purposes } of documents) {
        const named = purposes.find(({ required }) => required)!.cookies.map(({ name }) => name);
        for (const name of set) {
          const entry = named.find(it => (it.endsWith('*') ? name.startsWith(it.slice(0, -1)) : it === name));
          expect(entry, `${name} in ${locale}`).toBeDefined();
          expect(html).toContain(`<code>${entry}</code>`);
        }
      }
    }
  });

  it.each(locales)('[K2] the sample policy in %s and the page on embedding name all that the widget stores', locale => {
    const { html, purposes } = readSample().documents.find(document => document.locale === locale)!;
    const { cookies } = purposes.find(({ required }) => required)!;
    const stored = cookies.filter(({ type }) => type).map(({ type, name }) => `${type} ${name}`);
    expect(stored.sort()).toEqual(listStored().sort());
    for (const { name } of cookies) expect(html).toContain(`<code>${name}</code>`);
    const embedding = readFileSync(new URL('../docs/embedding.md', import.meta.url), 'utf8');
    const rows = [...embedding.matchAll(/^\| `(lead-consent\.\S+)` \| `(\w+)` \|/gm)];
    expect(rows.map(([, name, type]) => `${type} ${name}`).sort()).toEqual(listStored().sort());
  });

  it('no other file of the server sets a cookie in a visitor’s browser: the console’s are for staff', () => {
    const worker = new URL('../worker/', import.meta.url);
    const setting = readdirSync(worker, { recursive: true, encoding: 'utf8' }).filter(
      name =>
        /\.tsx?$/.test(name) &&
        /\bsetCookie\(|set\('Set-Cookie'|append\('Set-Cookie'/i.test(readFileSync(new URL(name, worker), 'utf8')),
    );
    expect(setting.filter(name => !name.startsWith('console/')).sort()).toEqual([
      'consents/record.ts',
      'forms/page.ts',
    ]);
  });

  it('[K2] sets no cookie but the one that the sample policy names, behind the gate of its purpose', async () => {
    for (const { purposes } of readSample().documents) {
      expect(purposes.map(({ id }) => id)).toEqual(['necessary', 'functional', 'analytics', 'marketing']);
      const named = purposes.find(({ id }) => id === 'analytics')!.cookies.map(({ name }) => name);
      expect([...visits.matchAll(/document\.cookie = '([a-z_]+)=/g)].map(([, name]) => name)).toEqual(named);
    }
    const response = await demo.request('/');
    expect(response.headers.get('Set-Cookie')).toBeNull();
    expect(await response.text()).toContain('data-consent="analytics" data-consent-src="/demo/visits.js"');
    expect(await (await demo.request('/demo/visits.js')).text()).toBe(visits);
  });
});

/**
 * Lists what the widget's sources write into a browser's storage, as a policy names it. A file that writes must hold the
 * name of its entries as one text, and may write into one storage alone.
 */
function listStored(): string[] {
  const widget = new URL('../widget/', import.meta.url);
  const paths = readdirSync(widget, { recursive: true, encoding: 'utf8' });
  return paths
    .filter(path => /^(?!dist|node_modules).*\.tsx?$/.test(path))
    .flatMap(path => {
      const text = readFileSync(new URL(path, widget), 'utf8');
      const writing = [...text.matchAll(/(?:(local|session)Storage)?\.setItem\(/g)];
      if (!writing.length) return [];
      const types = new Set(writing.map(([, store]) => `${store}_storage`));
      const names = new Set(
        [...text.matchAll(/['`](lead-consent\.[a-z.]+)(?:\$\{\w+\})?['`]/g)].map(([, name]) => name!),
      );
      expect([path, types.size, names.size]).toEqual([path, 1, 1]);
      const [name] = [...names];
      return [`${[...types][0]} ${name}${name!.endsWith('.') ? '*' : ''}`];
    });
}

/** Reads the sample policy as its publication does. */
function readSample() {
  const files = locales.map(locale => `policy.${locale}.md`);
  const read = readPolicyFiles(
    files.map(name => ({ name, text: readFileSync(new URL(`../worker/demo/${name}`, import.meta.url), 'utf8') })),
    { lead_retention_months: { 'mini-ai-experience': 24, 'ecological-cooperation': 24 }, site_origins: [] },
  );
  if ('mistakes' in read) throw new Error(read.mistakes.join('\n'));
  return read.policy;
}
