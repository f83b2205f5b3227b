import { html } from 'hono/html';
import type { EventPage, Exports } from '../../../../db/audit/list.ts';
import type { EarlierLead, LeadConsent } from '../../../../db/leads/history.ts';
import type { Content } from '../../../http/page.ts';
import { renderEvents } from '../../audit/rows.ts';
import { renderLanguage } from '../../elements.ts';
import type { Reader } from '../../reader.ts';
import { renderTime, writeTime } from '../../times.ts';
import { leadAddress } from '../filters.ts';

/** The latest events of a lead, and which requests were exports. */
export type LeadEvents = EventPage & { exports: Exports };

/** Draws the earlier leads of the same person. */
export function renderEarlier(reader: Reader, earlier: EarlierLead[], list: string): Content {
  const { text } = reader;
  const items = earlier.map(
    one =>
      html`<li><a href="${leadAddress(one.id, list)}">${writeTime(reader, one.received_at)}</a> ${text.forms[one.form]} <span class="chip ${one.erased_at ? 'closed' : one.status}">${one.erased_at ? text.erased : text.statuses[one.status]}</span></li>`,
  );
  return html`<section class="card"><h2>${text.lead.earlier}</h2><ul class="earlier">${items}</ul></section>`;
}

/** Draws to what the person has agreed, and the way to its proof. */
export function renderConsent(reader: Reader, id: string, given: LeadConsent): Content {
  const { lead: text } = reader.text;
  const { received_at, withdrawn_at } = given;
  return html`<section class="card"><h2>${text.consent}</h2><dl><div><dt>${text.given}</dt><dd>${renderTime(reader, received_at)}</dd></div>
${withdrawn_at ? html`<div><dt>${text.withdrawn}</dt><dd>${renderTime(reader, withdrawn_at)}</dd></div>` : ''}
<div><dt>${text.policy}</dt><dd><a href="/policies/${given.policy_version}?lang=${given.locale}" target="_blank" rel="noopener">${given.policy_version}</a></dd></div>
<div><dt>${text.shownIn}</dt><dd>${renderLanguage(given.locale)}</dd></div>
<div><dt>${text.digest}</dt><dd><code>${given.policy_sha256}</code></dd></div></dl>${reader.scopes.includes('consents:read') ? html`<p class="ways"><a href="/console/leads/${id}/consent" target="_blank">${text.proof}</a></p>` : ''}</section>`;
}

/** Draws what was done with the lead, as far as the reader may see it. */
export function renderHistory(reader: Reader, id: string, { audit_events, has_more, exports }: LeadEvents): Content {
  const { lead: text } = reader.text;
  const isWhole = reader.scopes.includes('audit:read');
  const label = isWhole ? text.history : text.worked;
  const all =
    has_more && isWhole
      ? html`<p class="ways"><a href="/console/audit?lead_id=${id}&amp;action=all">${text.all}</a></p>`
      : '';
  return html`<section class="card"><h2>${label}</h2>${renderEvents(reader, audit_events, { label, lead_id: id, exports })}${all}</section>`;
}
