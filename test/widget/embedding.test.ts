import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { build } from 'esbuild';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { readExamples } from './docs.ts';
import { eventually, openSite, pageWith, type Site } from './site.ts';

const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'lead-consent-embedding-'));
let site: Site;
beforeAll(async () => {
  site = await openSite();
  installPackage();
});
beforeEach(() => site.reset());
afterAll(async () => {
  await site.close();
  rmSync(folder, { recursive: true });
});

const versionOf = (path: string) => JSON.parse(readFileSync(join(root, path), 'utf8')).version;

/** Packs the widget as it would be published, and unpacks it into a project of its own beside React. */
function installPackage() {
  const modules = join(folder, 'node_modules');
  mkdirSync(join(modules, 'lead-consent-widget'), { recursive: true });
  const packed = execFileSync('npm', ['pack', join(root, 'widget'), '--pack-destination', folder, '--silent']);
  execFileSync('tar', ['xzf', join(folder, packed.toString().trim()), '--strip-components=1'], {
    cwd: join(modules, 'lead-consent-widget'),
  });
  for (const name of ['preact', 'react', 'react-dom', 'scheduler', '@types', 'csstype'])
    symlinkSync(join(root, 'node_modules', name), join(modules, name));
}

it('the package has nothing that publint would change', async () => {
  const { messages } = await publint({ pkgDir: join(root, 'widget'), strict: true });
  expect(messages.map(message => formatMessage(message, { name: 'lead-consent-widget' }))).toEqual([]);
});

it('the package has types wherever an ES module can be imported', async () => {
  const packed = readFileSync(join(folder, `lead-consent-widget-${versionOf('widget/package.json')}.tgz`));
  const checked = await checkPackage(createPackageFromTarballData(packed));
  const problems = 'problems' in checked ? checked.problems : [{ kind: 'no types', resolutionKind: 'any' }];
  const from = (problem: (typeof problems)[number]) =>
    'resolutionKind' in problem ? problem.resolutionKind : undefined;
  // The package is an ES module alone: it has nothing for TypeScript's oldest resolution, nor for `require`.
  expect(problems.filter(problem => !['node10', 'node16-cjs'].includes(`${from(problem)}`))).toEqual([]);
});

it('the package has README and licence, and the example in it compiles', async () => {
  const paths = readdirSync(join(folder, 'node_modules/lead-consent-widget'));
  expect(paths.sort()).toEqual(['LICENSE', 'README.md', 'dist', 'package.json']);
  expect(readFileSync(join(root, 'widget/LICENSE'), 'utf8')).toBe(readFileSync(join(root, 'LICENSE'), 'utf8'));
  const [example] = readExamples('../widget/README.md', 'lead-consent-widget', site.host).filter(
    ({ language }) => language === 'tsx',
  );
  await serveExample(example!.code, "export * from './example';\n", 'react');
});

it('the package has the version of the product', () => {
  expect(versionOf('widget/package.json')).toBe(versionOf('package.json'));
});

it('the module can be imported where there is no page', () => {
  writeFileSync(
    join(folder, 'server.mjs'),
    `for (const part of ['', '/preact', '/react'])
  console.log(Object.keys(await import('lead-consent-widget' + part)).sort().join());`,
  );
  const components = 'CookieConsent,LeadForm,usePurpose';
  const printed = execFileSync(process.execPath, [join(folder, 'server.mjs')]).toString();
  expect(printed.trim().split('\n')).toEqual(['init', components, components]);
});

/**
 * Checks `example.tsx` and `main.tsx` against the package's types, and serves them, bundled, as the page's only script.
 *
 * @param preact The package under which this Preact is installed.
 */
async function serveExample(example: string, main: string, jsxImportSource: string, preact = 'preact') {
  const project = mkdtempSync(join(folder, 'page-'));
  writeFileSync(join(project, 'example.tsx'), example);
  writeFileSync(join(project, 'main.tsx'), main);
  const options = { strict: true, jsx: 'react-jsx', module: 'esnext', moduleResolution: 'bundler', noEmit: true };
  const compilerOptions = { ...options, jsxImportSource, target: 'es2022', types: [], skipLibCheck: false };
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.tsx'] }));
  execFileSync(join(root, 'node_modules/.bin/tsc'), ['-p', project]);
  const { outputFiles } = await build({
    entryPoints: [join(project, 'main.tsx')],
    bundle: true,
    splitting: true,
    format: 'esm',
    jsx: 'automatic',
    jsxImportSource,
    alias: { preact: join(root, 'node_modules', preact) },
    write: false,
    outdir: '/',
    define: { 'process.env.NODE_ENV': '"development"' },
  });
  site.files = Object.fromEntries(outputFiles.map(({ path, text }) => [path, text]));
  site.html = pageWith('').replace('src="HOST/widget.js" crossorigin defer', 'src="/main.js" type="module"');
}

it('the React example compiles against the types, is bundled, and works from the page’s own files', async () => {
  const example = readExamples('embedding.md', 'Bundlers', site.host).find(({ language }) => language === 'tsx')!;
  const main = `import { createElement, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { CookieConsent } from './example';
const root = createRoot(document.querySelector('main')!);
root.render(createElement(StrictMode, null, createElement(CookieConsent)));
Object.assign(window, { unmount: () => root.unmount() });
const shown: boolean | undefined = window.leadConsent?.has('analytics');
console.assert(!shown);
`;
  await serveExample(example.code, main, 'react');
  const page = await site.visit();
  await page.locator('[data-consent-banner]').waitFor();
  expect(await page.locator('[data-consent-banner]').count()).toBe(1);
  await page.getByRole('button', { name: 'Cookie settings' }).click();
  await page.getByRole('dialog', { name: 'Cookie preferences' }).waitFor();
  await page.locator('[data-consent-preferences] [data-consent-action=reject-all]').click();
  await eventually(() => site.posts('/consents').length).toBe(1);
  expect(site.seen.filter(({ host, path }) => host.startsWith('leads.') && path.endsWith('.js'))).toEqual([]);
  await page.evaluate(() => (window as unknown as { unmount(): void }).unmount());
  expect(await page.evaluate(() => ['leadConsent' in window, document.adoptedStyleSheets.length])).toEqual([false, 0]);
});

it.each([
  ['11', 'preact'],
  ['10.19', 'preact-10'],
])(
  'the Preact example with Preact %s shows banner, preferences and form, follows the choice, and leaves nothing behind',
  async (_, preact) => {
    const [example] = readExamples('embedding.md', 'Preact', site.host);
    const main = `import { render } from 'preact';
import { Contact } from './example';
const place = document.querySelector('main')!;
render(<Contact />, place);
Object.assign(window, { unmount: () => render(null, place) });
`;
    await serveExample(example!.code, main, 'preact', preact);
    const page = await site.visit();
    await page.locator('input[name=company]').fill('Example');
    await page.getByText('This visit is not counted.').waitFor();
    await page.getByRole('button', { name: 'Customise' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Accept all' }).click();
    await page.getByText('This visit is counted.').waitFor();
    expect(await page.locator('input[name=company]').inputValue()).toBe('Example');
    await page.evaluate(() => (window as unknown as { unmount(): void }).unmount());
    expect(await page.locator('form, [data-consent-banner]').count()).toBe(0);
    expect(await page.evaluate(() => ['leadConsent' in window, document.adoptedStyleSheets.length])).toEqual([
      false,
      0,
    ]);
  },
);

it('the React components show banner and form, follow the choice, and leave nothing behind', async () => {
  const [example] = readExamples('embedding.md', 'React', site.host);
  const main = `import { createElement, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import Contact from './example';
const root = createRoot(document.querySelector('main')!);
root.render(createElement(StrictMode, null, createElement(Contact)));
Object.assign(window, { unmount: () => root.unmount() });
`;
  await serveExample(example!.code, main, 'react');
  const page = await site.visit();
  await page.locator('input[name=company]').fill('Example');
  await page.getByText('This visit is not counted.').waitFor();
  await page.getByRole('button', { name: 'Accept all' }).click();
  await page.getByText('This visit is counted.').waitFor();
  expect(await page.locator('input[name=company]').inputValue()).toBe('Example');
  await page.evaluate(() => (window as unknown as { unmount(): void }).unmount());
  expect(await page.locator('form, [data-consent-banner]').count()).toBe(0);
  expect(await page.evaluate(() => ['leadConsent' in window, document.adoptedStyleSheets.length])).toEqual([false, 0]);
});

it('the React module is a client module, and renders on a server as the plain link', () => {
  const code = readFileSync(join(root, 'widget/dist/module/react.js'), 'utf8');
  expect(code).toMatch(/^("use client"|'use client');/);
  writeFileSync(
    join(folder, 'render.mjs'),
    `import { createElement } from 'react';
import { renderToString } from 'react-dom/server';
import { CookieConsent, LeadForm } from 'lead-consent-widget/react';
const link = createElement('a', { href: '/form' }, 'Contact us');
process.stdout.write(renderToString(createElement('main', null, createElement(CookieConsent, { host: '/' }), createElement(LeadForm, { form: 'mini-ai-experience' }, link))));`,
  );
  expect(execFileSync(process.execPath, [join(folder, 'render.mjs')]).toString()).toBe(
    '<main><div data-lead-form="mini-ai-experience"><a href="/form">Contact us</a></div></main>',
  );
});

it('the plain example shows banner, form and held frame, and obeys a grant', async () => {
  const [html, , script] = readExamples('embedding.md', 'Plain HTML', site.host);
  site.html = `<!doctype html><html lang="en"><head><title>Shop</title></head><body>${html!.code}<script src="/site.js" defer></script></body></html>`;
  site.files = { '/site.js': script!.code, '/analytics.js': 'window.ran = true' };
  const page = await site.visit();
  await page.locator('form').waitFor();
  await page.getByRole('group', { name: 'Product tour' }).waitFor();
  const flag = () => page.evaluate(() => document.documentElement.dataset.analytics);
  await eventually(flag).toBe('false');
  await page.getByRole('button', { name: 'Accept all' }).click();
  await eventually(flag).toBe('true');
  await eventually(() => page.evaluate(() => 'ran' in window)).toBe(true);
});

it('the example of own words is what the banner says, in either language', async () => {
  const [block] = readExamples('embedding.md', 'Own words', site.host);
  for (const [lang, title, body] of [
    ['en', 'Cookies?', 'We would like to use cookies for functional, analytics and marketing purposes.'],
    ['zh-CN', '是否使用 Cookie？', '您同意，我们会将 Cookie 用于功能、统计分析和营销推广。'],
  ]) {
    site.html = pageWith(block!.code, { lang: lang! });
    site.pageHeaders = { 'Content-Security-Policy': "script-src HOST; require-trusted-types-for 'script'" };
    const page = await site.visit();
    const text = await page.locator('[data-consent-banner]').textContent();
    expect(text).toContain(title);
    expect(text).toContain(body);
    expect(text).toContain(lang === 'en' ? 'Reject all' : '全部拒绝');
  }
});

it('own words reach the preferences and the placeholder, and spoilt ones do no harm', async () => {
  const block =
    '<script type="application/json" data-consent-texts>{ "en": { "save": "Keep", "allow": "Show it" } }</script>';
  const frame = '<iframe data-consent="marketing" data-src="/video" title="Tour" width="560" height="315"></iframe>';
  site.html = pageWith(block + frame);
  const page = await site.visit();
  await page.getByRole('button', { name: 'Show it' }).waitFor();
  await page.locator('[data-consent-action=customize]').click();
  await page.getByRole('button', { name: 'Keep' }).waitFor();
  site.html = pageWith(block.replace('}}', ''));
  const spoilt = await site.visit();
  expect(await spoilt.locator('[data-consent-banner] button').count()).toBe(3);
});
