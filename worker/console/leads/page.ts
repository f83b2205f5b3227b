import type { Context } from 'hono';
import { html } from 'hono/html';
import { listEvents } from '../../../db/audit/list.ts';
import { listEarlier, listLeadConsents } from '../../../db/leads/history.ts';
import { type Lead, lead_statuses, type RevealPurpose, reveal_purposes } from '../../../db/leads/read.ts';
import type { App } from '../../context.ts';
import { hasScope } from '../../guards/access.ts';
import { type Content, renderError, renderNotice } from '../../http/page.ts';
import { describeError } from '../../http/problem.ts';
import type { FieldError } from '../../http/slugs.ts';
import { leadFields } from '../../shared/fields.ts';
import { renderEvents } from '../audit/rows.ts';
import { consoleLocale } from '../layout.ts';
import { console_texts } from '../texts/texts.ts';
import { renderAgo, writeTime } from '../times.ts';
import { listAssignees } from './filters.ts';
import { renderSelect } from './list.ts';
import type { OpenLead } from './rows.ts';

interface Answer {
  /** What was just done, to say so. */
  done?: string | undefined;
  /** What the values are shown for; undefined while they are masked. */
  purpose?: RevealPurpose | undefined;
  /** What is wrong with a correction, and what was typed. */
  errors?: FieldError[];
  typed?: Record<string, string>;
}

const events_shown = 10;

/** A lead with all that may be done about it. */
export async function renderLead(c: Context<App>, lead: Lead, answer: Answer): Promise<Content> {
  const locale = consoleLocale(c);
  const { lead: text, list } = console_texts[locale];
  const { time_zone } = c.var.services.settings;
  const said = answer.done && Object.hasOwn(text.done, answer.done) ? text.done[answer.done] : undefined;
  const open = 'form' in lead ? lead : undefined;
  const [consent, history] = await Promise.all([renderConsent(c, lead.id), renderHistory(c, lead.id)]);
  return html`<p class="crumb"><a href="/console">← ${text.back}</a></p>
${said ? html`<p class="notice" role="status">${said}</p>` : ''}
${open ? await renderOpen(c, open, answer) : html`<h1>${text.title}</h1><p class="notice">${'erased_at' in lead ? text.gone(writeTime(lead.erased_at, locale, time_zone)) : text.restricted(writeTime((lead as { restricted_at: string }).restricted_at, locale, time_zone))}</p>`}
<div class="facts-grid">
<div>${open?.earlier_lead_id ? await renderEarlier(c, open) : ''}${consent}</div>
${history}
</div>
${open && hasScope(c, 'leads:correct') ? renderCorrection(c, open, answer) : ''}
${open && hasScope(c, 'leads:erase') ? html`<p class="danger"><a class="button quiet" href="/console/leads/${open.id}/erasure">${text.erase}</a></p>` : ''}
${open ? '' : html`<p><a class="button quiet" href="/console">${list.all}</a></p>`}`;
}

async function renderOpen(c: Context<App>, lead: OpenLead, { purpose }: Answer): Promise<Content> {
  const locale = consoleLocale(c);
  const text = console_texts[locale];
  const { settings, now } = c.var.services;
  const ago = (at: string) => renderAgo(at, locale, settings.time_zone, now());
  return html`<article class="card lead" data-id="${lead.id}">
<header><h1>${lead.name}</h1>
<p class="meta"><span class="chip ${lead.status}">${text.statuses[lead.status]}</span> <span>${text.forms[lead.form]}</span> <span>${text.lead.received} ${ago(lead.received_at)}</span> ${lead.changed_at === lead.received_at ? '' : html`<span>${text.lead.changed} ${ago(lead.changed_at)}</span> `}<span>${text.fields.assigned_to}: <b class="to">${lead.assigned_to ?? text.nobody}</b></span></p></header>
${renderValues(c, lead, purpose)}
${hasScope(c, 'leads:write') ? await renderWork(c, lead) : ''}
</article>`;
}

function renderValues(c: Context<App>, lead: OpenLead, purpose: RevealPurpose | undefined): Content {
  const text = console_texts[consoleLocale(c)];
  const links: Record<string, string> = { phone: `tel:${lead.phone}`, email: linkEmail(lead.email) };
  const rows = leadFields.map(({ name }) => {
    const value = lead[name];
    const shown = purpose && links[name] ? html`<a href="${links[name]}">${value}</a>` : html`<span>${value}</span>`;
    const copy = purpose
      ? html`<button class="quiet" type="button" data-copy="${value}" hidden>${text.lead.copy}<span class="hidden"> ${text.fields[name]}</span></button>`
      : '';
    return html`<div><dt>${text.fields[name]}</dt><dd class="${name}">${shown}${copy}</dd></div>`;
  });
  const path = `/console/leads/${lead.id}`;
  const buttons = reveal_purposes.map(
    (one, index) =>
      html`<button class="quiet" name="purpose" value="${one}"${index === 0 ? html` data-key="s" data-focus` : ''}>${text.purposes[one]}</button>`,
  );
  return html`<dl class="values" data-copied="${text.lead.copied}">${rows}</dl>
${
  purpose
    ? html`<p class="notice shown" role="status">${text.lead.shown(text.purposes[purpose]!)} <a href="${path}">${text.lead.hide}</a></p>`
    : hasScope(c, 'leads:reveal')
      ? html`<form class="reveal" method="post" action="${path}/reveal"><fieldset><legend>${text.lead.masked}</legend>${buttons}</fieldset></form>`
      : html`<p class="hint">${text.lead.readOnly}</p>`
}`;
}

/** An address may hold what begins a subject or names more recipients: `a?bcc=b@example.com` is one, to itself. */
function linkEmail(email: string): string {
  return `mailto:${encodeURIComponent(email).replace('%40', '@')}`;
}

async function renderWork(c: Context<App>, lead: OpenLead): Promise<Content> {
  const text = console_texts[consoleLocale(c)];
  const me = c.var.holder.holder;
  const people = (await listAssignees(c, lead.assigned_to)).map(one => [one, one] as const);
  const path = `/console/leads/${lead.id}`;
  const buttons = lead_statuses.map(
    (status, index) =>
      html`<button class="chip ${status}" name="status" value="${status}" data-key="${index + 1}" aria-keyshortcuts="${index + 1}" aria-pressed="${String(lead.status === status)}">${text.statuses[status]}<kbd aria-hidden="true">${index + 1}</kbd></button>`,
  );
  return html`<div class="work" data-failed="${text.lead.failed}">
<form method="post" action="${path}/status" data-quiet><fieldset><legend>${text.fields.status}</legend>${buttons}</fieldset></form>
<form method="post" action="${path}/assignee" data-quiet>${renderSelect('assigned_to', text.fields.assigned_to!, people, lead.assigned_to ?? '', text.nobody)}<button class="quiet">${text.lead.assign}</button></form>
${
  people.some(([one]) => one === me)
    ? html`<form method="post" action="${path}/assignee" data-quiet><button class="quiet" name="assigned_to" value="${me}" data-key="m" aria-keyshortcuts="m">${text.lead.mine}<kbd aria-hidden="true">m</kbd></button></form>`
    : ''
}</div>`;
}

async function renderEarlier(c: Context<App>, lead: OpenLead): Promise<Content> {
  const locale = consoleLocale(c);
  const text = console_texts[locale];
  const { db, settings } = c.var.services;
  const earlier = await listEarlier(db, lead.earlier_lead_id);
  const items = earlier.map(
    one =>
      html`<li><a href="/console/leads/${one.id}">${writeTime(one.received_at, locale, settings.time_zone)}</a> ${text.forms[one.form]} <span class="chip ${one.erased_at ? 'closed' : one.status}">${one.erased_at ? text.erased : text.statuses[one.status]}</span></li>`,
  );
  return html`<section class="card"><h2>${text.lead.earlier}</h2><ul class="earlier">${items}</ul></section>`;
}

async function renderConsent(c: Context<App>, id: string): Promise<Content | string> {
  const locale = consoleLocale(c);
  const { lead: text } = console_texts[locale];
  const { db, settings } = c.var.services;
  const records = await listLeadConsents(db, id);
  const facts = records.map(
    one =>
      html`<div><dt>${text[one.state]}</dt><dd><time datetime="${one.recorded_at}">${writeTime(one.recorded_at, locale, settings.time_zone)}</time></dd></div>`,
  );
  const [given] = records;
  if (!given) return '';
  return html`<section class="card"><h2>${text.consent}</h2><dl>${facts}
<div><dt>${text.policy}</dt><dd><a href="/policies/${given.policy_version}?lang=${given.locale}" target="_blank" rel="noopener">${given.policy_version}</a></dd></div>
<div><dt>${text.shownIn}</dt><dd>${given.locale}</dd></div>
<div><dt>${text.digest}</dt><dd><code>${given.policy_sha256}</code></dd></div></dl></section>`;
}

async function renderHistory(c: Context<App>, id: string): Promise<Content | string> {
  if (!hasScope(c, 'audit:read')) return '';
  const { lead: text } = console_texts[consoleLocale(c)];
  const { audit_events, has_more } = await listEvents(
    c.var.services.db,
    { lead_id: id, order: 'desc', limit: events_shown },
    undefined,
  );
  const all = has_more ? html`<p><a href="/console/audit?lead_id=${id}&amp;action=all">${text.all}</a></p>` : '';
  return html`<section class="card"><h2>${text.history}</h2>${renderEvents(c, audit_events, id)}${all}</section>`;
}

function renderCorrection(c: Context<App>, lead: OpenLead, { errors, typed = {} }: Answer): Content {
  const locale = consoleLocale(c);
  const { lead: text, fields } = console_texts[locale];
  const inputs = leadFields.map(({ name, type, max }) => {
    const { line, attributes } = renderError(locale, name, errors ?? []);
    return html`<div><label for="${name}">${fields[name]}</label><input id="${name}" name="${name}" type="${type}" maxlength="${max}" autocomplete="off" value="${typed[name] ?? ''}"${attributes}>${line}</div>`;
  });
  const wrong = errors?.map(({ field, code }) => describeError(locale, field, code)).join(' ') || text.nothing;
  return html`<details class="card correction"${errors ? html` open` : ''}><summary>${text.correct}</summary>
${errors ? renderNotice(wrong) : ''}
<p class="hint">${text.correctHint}</p>
<form method="post" action="/console/leads/${lead.id}/correction" novalidate><div class="inputs">${inputs}</div><button>${text.save}</button></form></details>`;
}

/** The page that asks before a lead is erased. */
export function renderErasure(c: Context<App>, lead: OpenLead): Content {
  const { lead: text } = console_texts[consoleLocale(c)];
  const path = `/console/leads/${lead.id}`;
  return html`<section class="card narrow"><h1>${text.eraseTitle}</h1>
<p><b>${lead.name}</b> · ${lead.company} · ${lead.phone}</p>
${text.eraseBody.map(line => html`<p>${line}</p>`)}
<form method="post" action="${path}/erasure"><label class="check"><input type="checkbox" name="sure" value="yes" required><span>${text.eraseSure}</span></label>
<p class="go"><button class="alarm">${text.eraseDo}</button><a class="button quiet" href="${path}">${text.keep}</a></p></form></section>`;
}
