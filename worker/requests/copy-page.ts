import type { Context } from 'hono';
import { html } from 'hono/html';
import type { CopiedLead, Copy } from '../../db/requests/copy.ts';
import type { Laid } from '../../db/requests/copy-places.ts';
import type { App } from '../context.ts';
import { form_texts } from '../forms/texts.ts';
import { localeOf } from '../http/language.ts';
import { type Content, showPage } from '../http/page.ts';
import { writeDay, writeInstant } from '../http/times.ts';
import { type Form, leadFields } from '../shared/fields.ts';
import { common_form_texts } from '../shared/form-texts.ts';
import { type Locale, language_names } from '../shared/locales.ts';
import { copy_texts } from './copy-texts.ts';
import { request_texts } from './texts.ts';

/** A copy with who holds the data and who else gets it. */
export type WholeCopy = Copy & {
  controller: { name: string; contact: string | null };
  recipients: { name: string; purpose: string }[];
};

/** Answers with the page before a copy: what it opens, and one button. */
export function answerDoor(c: Context<App>, until: string): Promise<Response> {
  const locale = localeOf(c);
  const texts = copy_texts[locale];
  return showPage(
    c,
    { title: texts.title },
    html`<form class="card" method="post"><h1>${texts.title}</h1>
<p>${texts.once}</p>
<p class="hint">${texts.until} ${writeTime(c, until)}</p>
<button type="submit">${texts.open}</button></form>`,
  );
}

/** Answers with everything that is held, to read and as a file to keep. */
export function answerCopy(c: Context<App>, copy: WholeCopy): Promise<Response> {
  const locale = localeOf(c);
  const texts = copy_texts[locale];
  const json = JSON.stringify(copy, null, 2);
  const file = `data:application/json;base64,${Buffer.from(json).toString('base64')}`;
  const { controller, recipients, leads } = copy;
  return showPage(
    c,
    { title: texts.title },
    html`<h1>${texts.title}</h1>
<p>${texts.made} ${writeTime(c, copy.made_at)} <span aria-hidden="true">·</span> ${controller.name}${controller.contact ? html` <span aria-hidden="true">·</span> ${controller.contact}` : ''}</p>
<p class="notice">${texts.keep}</p>
<p><a class="button" download="my-data.json" href="${file}">${texts.download}</a></p>
${leads.length === 0 ? html`<p>${texts.nothing}</p>` : leads.map(lead => renderLead(c, lead))}
<section class="card"><h2>${texts.recipients}</h2>
${recipients.length === 0 ? html`<p>${texts.nobody}</p>` : html`<ul>${recipients.map(({ name, purpose }) => html`<li>${name}: ${purpose}</li>`)}</ul>`}</section>
<section class="card"><h2>${texts.request}</h2>${renderList(c, copy.request)}</section>
<details class="raw"><summary>JSON</summary><pre>${json}</pre></details>`,
  );
}

function renderLead(c: Context<App>, lead: CopiedLead): Content {
  const locale = localeOf(c);
  const texts = copy_texts[locale];
  const { values, events = [], form, id, ...rest } = lead;
  if (!values) return html`<section class="card"><h2>${id}</h2><p>${texts.erased}</p></section>`;
  const { labels } = common_form_texts[locale];
  return html`<section class="card"><h2>${form_texts[locale].titles[form as Form]}</h2>
<dl>${leadFields.map(({ name }) => html`<dt>${labels[name]}</dt><dd>${values[name]}</dd>`)}</dl>
${renderList(c, { id, form, ...rest })}
<h3>${texts.history}</h3>
<ul>${events.map(event => renderEvent(c, locale, event))}</ul></section>`;
}

function renderEvent(c: Context<App>, locale: Locale, { at, action, role, fields, purpose }: Laid): Content {
  const { actions, roles } = copy_texts[locale];
  const more = [...describeFields(locale, fields), ...describePurpose(locale, purpose)].join(' · ');
  return html`<li>${writeTime(c, String(at))}: ${actions[String(action)] ?? action} (${roles[String(role)] ?? role})${more ? html` <span class="hint">${more}</span>` : ''}</li>`;
}

/** Names the fields of an event; of a status, from what to what. An id stays in the file, because it tells its reader nothing. */
function describeFields(locale: Locale, fields: unknown): string[] {
  const { names, values } = copy_texts[locale];
  const labels: Record<string, string> = common_form_texts[locale].labels;
  const named = String(fields ?? '')
    .split(',')
    .flatMap(field => {
      const [, from, to] = /^status:(\w+)>(\w+)$/.exec(field) ?? [];
      if (from && to) return [`${names.now}: ${values.now![from] ?? from} → ${values.now![to] ?? to}`];
      return labels[field] ?? names[field] ?? [];
    });
  return named.length > 0 ? [named.join(locale === 'zh-CN' ? '、' : ', ')] : [];
}

/** Says what an event was for. */
function describePurpose(locale: Locale, purpose: unknown): string[] {
  if (typeof purpose !== 'string') return [];
  const { purposes, values } = copy_texts[locale];
  const known: Record<string, string> = {
    ...{ ...form_texts[locale].titles, ...values.verified_by },
    ...{ ...request_texts[locale].types, ...purposes },
  };
  return [known[purpose] ?? purpose];
}

/** Renders what is laid out, by name; what lies within by both names. */
function renderList(c: Context<App>, laid: Laid): Content {
  const { names } = copy_texts[localeOf(c)];
  const rows = Object.entries(laid).flatMap(([name, value]): [string, unknown][] =>
    isLaid(value)
      ? Object.entries(value)
      : Array.isArray(value)
        ? value.map((one): [string, unknown] => [name, one])
        : [[name, value]],
  );
  const told = rows.filter(([, value]) => value !== null && value !== undefined);
  return html`<dl>${told.map(([name, value]) => html`<dt>${names[name] ?? name}</dt><dd>${renderValue(c, name, value)}</dd>`)}</dl>`;
}

function renderValue(c: Context<App>, name: string, value: unknown): Content {
  if (isLaid(value)) return renderList(c, value);
  const text = String(value);
  const locale = localeOf(c);
  const meaning = meaningsOf(locale, name)?.[text];
  if (meaning) return html`${meaning}`;
  if (/_on$|^extended_to$/.test(name)) return html`<time datetime="${text}">${writeDay(locale, text)}</time>`;
  return /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(text) ? writeTime(c, text) : html`<span class="typed">${text}</span>`;
}

/** Returns what the codes of a value mean to people; undefined for a value that is no code. */
function meaningsOf(locale: Locale, name: string): Record<string, string> | undefined {
  const { types, status } = request_texts[locale];
  const { values, purposes: ground } = copy_texts[locale];
  const all: Record<string, Record<string, string>> = {
    ...{ ...values, ground },
    ...{ type: types, state: status.states, form: form_texts[locale].titles, locale: language_names },
  };
  return all[name];
}

function isLaid(value: unknown): value is Laid {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function writeTime(c: Context<App>, at: string): Content {
  const { time_zone } = c.var.services.settings;
  return html`<time datetime="${at}">${writeInstant(localeOf(c), time_zone, new Date(at))}</time>`;
}
