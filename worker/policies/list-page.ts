import type { Context } from 'hono';
import { html } from 'hono/html';
import type { Policy } from '../../db/policies/policy.ts';
import type { App } from '../context.ts';
import { localeOf } from '../http/language.ts';
import { showPage } from '../http/page.ts';
import { writeInstant } from '../http/times.ts';
import { type Locale, language_names, locales } from '../shared/locales.ts';

const texts: Record<Locale, Record<'title' | 'intro' | 'none' | 'version' | 'effective', string>> = {
  'zh-CN': {
    title: '隐私政策的全部版本',
    intro: '每个版本发布后不再改动，可随时查阅。最新的版本列在最前。',
    none: '目前尚未发布隐私政策。',
    version: '版本',
    effective: '生效时间',
  },
  en: {
    title: 'All versions of the privacy policy',
    intro: 'A version never changes once it is published, and stays readable. The newest comes first.',
    none: 'No privacy policy has been published yet.',
    version: 'Version',
    effective: 'effective',
  },
};

/** `GET /policies` for people: every version ever published, each language a link to its document. */
export function showVersions(c: Context<App>, policies: Policy[]): Promise<Response> {
  const { time_zone } = c.var.services.settings;
  const locale = localeOf(c);
  const { title, intro, none, version, effective } = texts[locale];
  const rows = policies.map(policy => {
    const links = locales
      .filter(lang => policy.documents.some(document => document.locale === lang))
      .map(
        lang =>
          html` <span aria-hidden="true">·</span> <a href="/policies/${policy.version}?lang=${lang}" hreflang="${lang}" lang="${lang}">${language_names[lang]}</a>`,
      );
    const day = writeInstant(locale, time_zone, new Date(policy.effective_at));
    return html`<li>${version} ${policy.version} <span aria-hidden="true">·</span> ${effective} <time datetime="${policy.effective_at}">${day}</time>${links}</li>`;
  });
  return showPage(
    c,
    { title, description: intro, isPublic: true },
    html`<h1>${title}</h1>
<p>${policies.length > 0 ? intro : none}</p>
${rows.length > 0 ? html`<ul>${rows}</ul>` : ''}`,
  );
}
