import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';

/** A contender: a tool as its own README says to embed it, from the address that the README names. */
export interface Contender {
  name: string;
  /** Its lines in the head; `LEADS` and `CDN` stand for the hosts. */
  head: string;
  /** Its lines at the end of the body. */
  body: string;
  /** The script that waits for consent to analytics. */
  gated: string;
  banner: string;
  accept: string;
  /** What the page's own host and the delivery network have for it, by path. */
  page_files: Record<string, string>;
  cdn_files: Record<string, string>;
}

const empty = { head: '', body: '', gated: '', banner: '', accept: '', page_files: {}, cdn_files: {} };

export const alone: Contender = { ...empty, name: 'page alone' };

/** The widget of a checkout, with the snippet that stands in its README. */
export function findOurs(name: string, folder: string): Contender {
  const [, attributes] = /<script src="https:\/\/leads\.example\.com\/widget\.js"([^>]*)>/.exec(
    readFileSync(join(folder, 'README.md'), 'utf8'),
  )!;
  return {
    ...empty,
    name,
    head: `<script src="LEADS/widget.js"${attributes}></script>`,
    gated: '<script type="text/plain" data-consent="analytics" data-src="/gated.js"></script>',
    banner: '[data-consent-banner] [data-consent-action=accept-all]',
    accept: '[data-consent-banner] [data-consent-action=accept-all]',
  };
}

const modules = join(import.meta.dirname, 'node_modules');
const read = (path: string) => readFileSync(join(modules, path), 'utf8');

const purpose = { title: 'Analytics', description: 'Counts visits to this site so that we can improve it.' };

const orejime = (): Contender => ({
  ...empty,
  name: 'orejime',
  head: `<script>window.orejimeConfig = ${JSON.stringify({
    privacyPolicyUrl: '/privacy',
    purposes: [{ id: 'analytics', ...purpose, cookies: ['visits'] }],
  })}</script><script src="CDN/orejime-standard-en.js"></script><link href="CDN/orejime-standard.css" rel="stylesheet">`,
  gated: '<template data-purpose="analytics"><script src="/gated.js"></script></template>',
  banner: '.orejime-Banner',
  accept: '.orejime-Banner-saveButton',
  cdn_files: {
    '/orejime-standard-en.js': read('orejime/dist/orejime-standard-en.js'),
    '/orejime-standard.css': read('orejime/dist/orejime-standard.css'),
  },
});

/** It takes every driven browser for a robot, and hides from them by default. */
const vanilla_config = {
  hideFromBots: false,
  guiOptions: { consentModal: { layout: 'box' } },
  categories: { necessary: { enabled: true, readOnly: true }, analytics: {} },
  language: {
    default: 'en',
    translations: {
      en: {
        consentModal: {
          title: 'We use cookies',
          description: purpose.description,
          acceptAllBtn: 'Accept all',
          acceptNecessaryBtn: 'Reject all',
          showPreferencesBtn: 'Manage preferences',
        },
        preferencesModal: {
          title: 'Cookies',
          acceptAllBtn: 'Accept all',
          acceptNecessaryBtn: 'Reject all',
          savePreferencesBtn: 'Save',
          sections: [{ title: purpose.title, description: purpose.description, linkedCategory: 'analytics' }],
        },
      },
    },
  },
};

const vanilla = (): Contender => ({
  ...empty,
  name: 'vanilla-cookieconsent',
  head: '<link rel="stylesheet" href="CDN/cookieconsent.css">',
  body: `<script defer src="CDN/cookieconsent.umd.js"></script>
<script>addEventListener('DOMContentLoaded', () => CookieConsent.run(${JSON.stringify(vanilla_config)}))</script>`,
  gated: '<script type="text/plain" data-category="analytics" data-src="/gated.js"></script>',
  banner: '#cc-main .cm',
  accept: '#cc-main .cm [data-role=all]',
  cdn_files: {
    '/cookieconsent.css': read('vanilla-cookieconsent/dist/cookieconsent.css'),
    '/cookieconsent.umd.js': read('vanilla-cookieconsent/dist/cookieconsent.umd.js'),
  },
});

const klaro = (): Contender => ({
  ...empty,
  name: 'klaro',
  head: `<script>var klaroConfig = ${JSON.stringify({
    version: 1,
    acceptAll: true,
    lang: 'en',
    translations: { en: { privacyPolicyUrl: '/privacy', purposes: { analytics: 'Analytics' } } },
    services: [{ name: 'analytics', purposes: ['analytics'], ...purpose }],
  })}</script><script defer src="CDN/klaro.js"></script>`,
  gated:
    '<script type="text/plain" data-type="application/javascript" data-name="analytics" data-src="/gated.js"></script>',
  banner: '.klaro .cookie-notice',
  accept: '.klaro .cookie-notice .cm-btn-success',
  cdn_files: { '/klaro.js': read('klaro/dist/klaro.js') },
});

/** Its core has no interface: the prompt is the one in its quickstart, in the page. */
const c15t_prompt = `import { getOrCreateConsentRuntime } from 'c15t';
const { consentStore } = getOrCreateConsentRuntime({
  mode: 'offline',
  overrides: { country: 'DE' },
  consentCategories: ['necessary', 'measurement'],
  scripts: [{ id: 'gated', src: '/gated.js', category: 'measurement' }],
});
const show = state => {
  document.getElementById('consent-banner').style.display = state.activeUI === 'banner' ? 'block' : 'none';
};
consentStore.subscribe(show);
show(consentStore.getState());
document.getElementById('accept-all').addEventListener('click', () => consentStore.getState().saveConsents('all'));
document.getElementById('reject').addEventListener('click', () => consentStore.getState().saveConsents('necessary'));`;

const c15t = (): Contender => ({
  ...empty,
  name: 'c15t',
  head: '<script defer src="/site.js"></script>',
  body: `<div id="consent-banner" style="display: none; position: fixed; inset: auto 0 0; padding: 1em; background: #fff">
<p>${purpose.description}</p><button id="accept-all">Accept all</button><button id="reject">Reject all</button></div>`,
  banner: '#consent-banner',
  accept: '#accept-all',
  page_files: {
    '/site.js': buildSync({
      stdin: { contents: c15t_prompt, resolveDir: import.meta.dirname },
      ...{ bundle: true, minify: true, write: false, format: 'iife', target: 'es2021', platform: 'browser' },
    }).outputFiles[0]!.text,
  },
});

export const peers = { orejime, 'vanilla-cookieconsent': vanilla, klaro, c15t };
