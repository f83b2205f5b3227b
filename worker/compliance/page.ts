import { html } from 'hono/html';
import { factory } from '../context.ts';
import { localeOf } from '../http/language.ts';
import { prefersHtml } from '../http/negotiate.ts';
import { type Content, showPage } from '../http/page.ts';
import { writeInstant } from '../http/times.ts';
import type { Locale } from '../shared/locales.ts';
import { type Compliance, describeCompliance, type PromiseState } from './results.ts';
import { compliance_texts } from './texts.ts';

/** `GET /compliance` tells whether each promise of the policy is kept, from the latest check of the running system. */
export const showCompliance = factory.createHandlers(async c => {
  const locale = localeOf(c);
  const { services } = c.var;
  const compliance = await describeCompliance(services, locale);
  if (!prefersHtml(c))
    return c.json(compliance, 200, {
      'Cache-Control': 'no-store',
      'Content-Language': locale,
      Vary: 'Accept, Accept-Language',
    });
  const { title, intro } = compliance_texts[locale];
  return showPage(
    c,
    { title, description: intro, isPublic: true },
    renderCompliance(compliance, locale, services.settings.time_zone),
  );
});

function renderCompliance(
  { promises, checked_at, public_keys }: Compliance,
  locale: Locale,
  time_zone: string,
): Content {
  const text = compliance_texts[locale];
  const count = (state: PromiseState['state']) => promises.filter(one => one.state === state).length;
  const at = (instant: string) =>
    html`<time datetime="${instant}">${writeInstant(locale, time_zone, new Date(instant))}</time>`;
  return html`<h1>${text.title}</h1>
<p>${text.intro}</p>
<p><strong>${text.counts(count('kept'), count('broken'), count('unproven'))}</strong>${checked_at ? html`<br>${text.checked}${at(checked_at)}` : ''}</p>
${promises.map(
  ({ id, title, state, evidence }) => html`<section class="card" id="${id}" data-promise="${id}" data-state="${state}">
<h2>${title}</h2>
<p><strong>${state === 'kept' ? '✓' : state === 'broken' ? '✗' : '?'} ${text.states[state]}</strong> <span aria-hidden="true">·</span> ${id}</p>
<p>${evidence}</p>
</section>
`,
)}
${
  public_keys.length > 0
    ? html`<h2>${text.keys}</h2>
<p>${text.keys_intro}</p>
<ul>${public_keys.map(({ signs, public_key, retired_at }) => html`<li>${text.signs[signs]}${retired_at ? html` (${text.retired}${at(retired_at)})` : ''}<br><code>${public_key.replaceAll(/-----.*?-----|\n/g, '')}</code></li>`)}</ul>`
    : ''
}
<p>${text.as_json}</p>`;
}
