import { html } from 'hono/html';
import type { EarlierLead, LeadConsent } from '../../../../db/leads/history.ts';
import type { ReadHold } from '../../../../db/leads/holds/words.ts';
import type { ErasureGround, Lead, RevealPurpose } from '../../../../db/leads/lead.ts';
import type { Restrictions } from '../../../../db/schema.ts';
import type { Content } from '../../../http/page.ts';
import { leadFields } from '../../../shared/fields.ts';
import { renderSelect } from '../../elements.ts';
import type { Page } from '../../layout.ts';
import { renderPhone, writePhone } from '../../phones.ts';
import type { Reader } from '../../reader.ts';
import type { Refusal } from '../../refusal.ts';
import { renderAgo, writeTime } from '../../times.ts';
import { leadAddress } from '../filters.ts';
import { renderHoldForm, renderHolds } from '../holds/hold-forms.ts';
import { renderRestrictions } from '../holds/restriction-forms.ts';
import { describeFollowUp, isOpen, type OpenLead, renderFollowUp as renderDue } from '../rows.ts';
import { type Correction, renderCorrection } from './correction-form.ts';
import { type LeadEvents, renderConsent, renderEarlier, renderHistory } from './facts.ts';
import { type NoteForm, renderFollowUp, renderNote, renderReason } from './work-forms.ts';

interface LeadDetails {
  lead: Lead;
  /** The list that the page leads back to (`readList`). */
  list: string;
  /** What was just done to the lead. */
  done: string | undefined;
  /** The purpose for which the values are shown; undefined while they are masked. */
  shownFor: RevealPurpose | undefined;
  /** Purposes to choose from; undefined for a reader who may not see values. */
  purposes: readonly RevealPurpose[] | undefined;
  /** What may be set; undefined for a reader who may not work on leads. */
  work:
    | { statuses: readonly string[]; reasons: readonly string[]; assignees: string[]; follow_up_days: string[] }
    | undefined;
  earlier: EarlierLead[];
  consent: LeadConsent;
  /**
   * The lead's latest events, and which requests were exports: what was done with it, and for a reader of the access log
   * also who saw it; undefined for a reader who may see neither.
   */
  events: LeadEvents | undefined;
  /** The holds of the lead; undefined for a reader who may not manage them. */
  holds: ReadHold[] | undefined;
  /** The ground on which the release of the last hold erases the lead. */
  waiting: ErasureGround | undefined;
  /** The restrictions of the lead; empty for a reader who may not lift them. */
  restrictions: Restrictions[];
  refused: Correction | undefined;
  /** The form of the note; undefined for a reader who may not work on leads. */
  note: NoteForm | undefined;
  /** A post that was refused otherwise and led here. */
  refusal: Refusal | undefined;
}

/** Draws a lead with all that the reader may do about it. */
export function leadPage(reader: Reader, details: LeadDetails): Page {
  const { text: texts, scopes } = reader;
  const { lead: text } = texts;
  const { lead, list, done, earlier, consent, events, holds, waiting, restrictions, refused, refusal } = details;
  const said = done && Object.hasOwn(text.done, done) ? text.done[done] : undefined;
  const open = isOpen(lead) ? lead : undefined;
  const holder = done === 'reassigned' ? ` ${open?.assigned_to ?? texts.nobody}` : '';
  // A held lead shows more only to those who may release it.
  const isHidden = 'restricted_at' in lead && !holds;
  return {
    title: text.title,
    section: 'leads',
    content: html`<p class="crumb"><a href="/console${list}">← ${text.back}</a></p>
${said ? html`<p tabindex="-1" class="notice" role="status">${said}${holder}</p>` : ''}
${isOpen(lead) ? renderOpen(reader, lead, details) : html`<h1>${text.title}</h1><p class="notice">${describeClosed(reader, lead)}</p>`}
${holds && holds.length > 0 ? html`<section class="card"><h2>${texts.holds.title}</h2>${renderHolds(reader, holds, { lead_id: lead.id, waiting, refusal })}</section>` : ''}
${restrictions.length > 0 ? html`<section class="card"><h2>${texts.restrictions.one}</h2>${renderRestrictions(reader, restrictions, { lead_id: lead.id, refusal })}</section>` : ''}
<div class="facts-grid${events ? ' two' : ''}">
<div>${open?.earlier_lead_id ? renderEarlier(reader, earlier, list) : ''}${isHidden ? '' : renderConsent(reader, lead.id, consent)}</div>
${events && !isHidden ? renderHistory(reader, lead.id, events) : ''}
</div>
${open && scopes.includes('leads:correct') ? renderCorrection(reader, open, list, refused) : ''}
${holds && !('erased_at' in lead) ? renderHoldForm(reader, lead.id, refusal) : ''}
${open && scopes.includes('requests:handle') ? html`<p><a class="button quiet" href="/console/requests/new?lead_id=${open.id}">${text.request}</a></p>` : ''}
${open && scopes.includes('leads:erase') ? html`<p class="danger"><a class="button quiet" href="${leadAddress(open.id, list, '/erasure')}">${text.erase}</a></p>` : ''}
${open ? '' : html`<p><a class="button quiet" href="/console">${texts.list.all}</a></p>`}`,
  };
}

function describeClosed(reader: Reader, lead: Exclude<Lead, OpenLead>): string {
  const { lead: text } = reader.text;
  return 'erased_at' in lead
    ? text.gone(writeTime(reader, lead.erased_at))
    : text.restricted(writeTime(reader, lead.restricted_at));
}

function renderOpen(reader: Reader, lead: OpenLead, details: LeadDetails): Content {
  const { text } = reader;
  const { isLate, follow } = describeFollowUp(reader, lead);
  return html`<article class="card lead" data-id="${lead.id}">
<header><h1>${lead.name}</h1>
<p class="meta"><span class="chip ${lead.status}">${text.statuses[lead.status]}</span> <span>${text.forms[lead.form]}</span> <span>${text.lead.received} ${renderAgo(reader, lead.received_at)}</span> ${lead.changed_at === lead.received_at ? '' : html`<span>${text.lead.changed} ${renderAgo(reader, lead.changed_at)}</span> `}<span>${text.fields.assigned_to}${text.colon}<b class="to">${lead.assigned_to ?? text.nobody}</b></span> ${renderDue(isLate, follow)}</p></header>
${renderValues(reader, lead, details)}
${details.work ? renderWork(reader, lead, details.list, details.work) : ''}
${details.note ? renderNote(reader, lead, details.list, details.note) : ''}
${details.shownFor ? html`<p class="call"><a class="button" href="tel:${lead.phone}">${text.lead.call} ${renderPhone(lead.phone, text.extension)}</a></p>` : ''}
</article>`;
}

function renderValues({ text }: Reader, lead: OpenLead, { list, shownFor, purposes }: LeadDetails): Content {
  const rows = leadFields.map(({ name }) => {
    const isPhone = name === 'phone';
    const value = isPhone ? writePhone(lead.phone, text.extension) : lead[name];
    const drawn = isPhone ? renderPhone(lead.phone, text.extension) : value;
    const link = shownFor && name === 'email' ? linkEmail(lead.email) : '';
    const shown = link ? html`<a href="${link}">${drawn}</a>` : html`<span>${drawn}</span>`;
    const call =
      shownFor && isPhone
        ? html`<a class="button" href="tel:${lead.phone}" data-key="c" aria-keyshortcuts="c">${text.lead.call}<kbd aria-hidden="true">c</kbd></a>`
        : '';
    const copy = shownFor
      ? html`<button class="quiet" type="button" data-copy="${value}" hidden>${text.lead.copy}<span class="hidden"> ${text.fields[name]}</span></button>`
      : '';
    return html`<div><dt>${text.fields[name]}</dt><dd class="${name}">${shown}${copy}${call}</dd></div>`;
  });
  const buttons = purposes?.map(
    (one, index) =>
      html`<button class="quiet" name="purpose" value="${one}"${index === 0 ? html` data-key="s" data-focus` : ''}>${text.purposes[one]}</button>`,
  );
  return html`<dl class="values person">${rows}</dl>
${
  shownFor
    ? html`<form class="notice shown" method="post" action="${leadAddress(lead.id, list, '/reveal/end')}"><p role="status">${text.lead.shown(text.purposes[shownFor]!)}</p><button class="quiet">${text.lead.hide}</button></form>`
    : buttons
      ? html`<form class="reveal" method="post" action="${leadAddress(lead.id, list, '/reveal')}"><fieldset><legend>${text.lead.masked}</legend><button class="dial" formaction="${leadAddress(lead.id, list, '/call')}" title="${text.lead.callHint}" data-key="c" aria-keyshortcuts="c">${text.lead.call}<kbd aria-hidden="true">c</kbd></button>${buttons}</fieldset></form>`
      : html`<p class="hint">${text.lead.readOnly}</p>`
}`;
}

/**
 * Writes the link to an address. It is encoded, because `a?bcc=b@example.com` is an address and must not name
 * a second recipient.
 */
function linkEmail(email: string): string {
  return `mailto:${encodeURIComponent(email).replace('%40', '@')}`;
}

function renderWork(
  reader: Reader,
  lead: OpenLead,
  list: string,
  { statuses, reasons, assignees, follow_up_days }: NonNullable<LeadDetails['work']>,
): Content {
  const { text, holder } = reader;
  const me = holder?.holder;
  const seen = html`<input type="hidden" name="assignee_seen" value="${lead.assigned_to ?? ''}" autocomplete="off">`;
  const people = assignees.map(one => [one, one] as const);
  const buttons = statuses.map(
    (status, index) =>
      html`<button class="chip ${status}" name="status" value="${status}" data-key="${index + 1}" aria-keyshortcuts="${index + 1}" aria-pressed="${String(lead.status === status)}">${text.statuses[status]}<kbd aria-hidden="true">${index + 1}</kbd></button>`,
  );
  return html`<div class="work" data-failed="${text.lead.failed}">
<form method="post" action="${leadAddress(lead.id, list, '/status')}" data-quiet><fieldset><legend>${text.fields.status}</legend><p class="ask" tabindex="-1" data-ask hidden><span>${text.lead.called}</span><button class="quiet" type="button">${text.lead.later}</button></p>${buttons}</fieldset></form>
<form class="assign" method="post" action="${leadAddress(lead.id, list, '/assignee')}" data-quiet>${renderSelect('assigned_to', text.fields.assigned_to!, people, lead.assigned_to ?? '', text.nobody)}${seen}<button class="quiet">${text.lead.assign}</button></form>
${
  me && assignees.includes(me)
    ? html`<form method="post" action="${leadAddress(lead.id, list, '/assignee')}" data-quiet>${seen}<button class="quiet" name="assigned_to" value="${me}" data-key="m" aria-keyshortcuts="m">${text.lead.mine}<kbd aria-hidden="true">m</kbd></button></form>`
    : ''
}${renderReason(reader, lead, list, reasons)}${renderFollowUp(reader, lead, list, follow_up_days)}</div>`;
}
