import { html } from 'hono/html';
import type { Incident } from '../../../db/incidents/find.ts';
import type { ReadHold } from '../../../db/leads/holds/words.ts';
import type { Content } from '../../http/page.ts';
import { writeDay } from '../../http/times.ts';
import type { Page } from '../layout.ts';
import type { Reader } from '../reader.ts';
import { type ListedRequest, renderRequests } from '../requests/requests-page.ts';
import { renderTime } from '../times.ts';
import { renderFinder } from './choices-page.ts';
import { privacy_texts } from './texts.ts';

interface Desk {
  /** Requests that wait for an answer, by how near their due day is. */
  counts: Record<'overdue' | 'soon' | 'near' | 'open', number>;
  /** Refusals that wait for another person. */
  approvals: number;
  /** The requests that are due next. */
  requests: ListedRequest[];
  /** The holds that are to be reviewed next; undefined for a reader who may not manage them. */
  holds: ReadHold[] | undefined;
  /** Incidents of which nobody was told yet; undefined for a reader who may not manage them. */
  incidents: Incident[] | undefined;
  now: Date;
  /** The day in China. */
  today: string;
  /** Promises by what their latest check found. */
  promises: Record<'kept' | 'broken' | 'unproven', number>;
}

/** Draws what is due, and the ways to all that can be shown. */
export function deskPage(reader: Reader, desk: Desk): Page {
  const text = privacy_texts[reader.locale];
  return {
    title: text.title,
    section: 'privacy',
    content: html`<h1>${text.title}</h1><p class="hint">${text.intro}</p>
${renderDue(reader, desk)}
<div class="desk">${desk.incidents ? renderIncidents(reader, desk.incidents, desk.now) : ''}
${desk.holds ? renderHolds(reader, desk.holds, desk.today) : ''}
${renderPromises(reader, desk.promises)}
${renderLog(reader)}
<section class="card"><h2>${text.choices.title}</h2><p class="hint">${text.choices.intro}</p>${renderFinder(reader, '')}</section></div>`,
  };
}

function renderDue(reader: Reader, { counts, approvals, requests }: Desk): Content {
  const text = privacy_texts[reader.locale];
  const addresses = { overdue: '?due=overdue', soon: '?due=soon', near: '?due=near', open: '?state=open' };
  const figures = (['overdue', 'soon', 'near', 'open'] as const).map(
    one =>
      html`<li${one === 'overdue' && counts.overdue > 0 ? html` class="late"` : ''}><a href="/console/requests${addresses[one]}"><b>${counts[one]}</b> ${text.counts[one]}</a></li>`,
  );
  return html`<section class="card due"><h2>${text.requests}</h2>
<ul class="figures">${figures}<li><a href="/console/requests?state=approval"><b>${approvals}</b> ${text.approval}</a></li></ul>
${requests.length > 0 ? renderRequests(reader, requests) : html`<p>${text.quiet}</p>`}
<p><a class="button quiet" href="/console/requests?state=open">${text.allRequests}</a></p></section>`;
}

function renderHolds({ locale, text: texts, scopes }: Reader, holds: ReadHold[], today: string): Content {
  const text = privacy_texts[locale];
  const items = holds.map(
    ({ review_on, ground, lead_id }) =>
      html`<li><time datetime="${review_on}">${writeDay(locale, review_on)}</time> ${review_on <= today ? html`<span class="chip overdue">${text.late}</span> ` : ''}<a href="/console/leads/${lead_id}">${texts.holds.grounds[ground] ?? ground}</a></li>`,
  );
  return html`<section class="card"><h2>${text.holds}</h2>${items.length > 0 ? html`<ul class="plain">${items}</ul>` : html`<p>${text.noHolds}</p>`}
<p class="acts"><a class="button quiet" href="/console/holds">${text.allHolds}</a>${scopes.includes('requests:handle') ? html`<a class="button quiet" href="/console/restrictions">${text.restricted}</a>` : ''}</p></section>`;
}

function renderIncidents(reader: Reader, incidents: Incident[], now: Date): Content {
  const text = privacy_texts[reader.locale];
  const items = incidents.map(
    ({ id, notice_due_at }) =>
      html`<li><a href="/console/incidents/${id}">${text.tellBy}</a> ${renderTime(reader, notice_due_at)} ${notice_due_at < now.toISOString() ? html`<span class="chip overdue">${text.counts.overdue}</span>` : ''}</li>`,
  );
  return html`<section class="card"><h2>${text.incidents}</h2>${items.length > 0 ? html`<ul class="plain">${items}</ul>` : html`<p>${text.noIncidents}</p>`}
<p><a class="button quiet" href="/console/incidents">${text.allIncidents}</a></p></section>`;
}

function renderPromises({ locale }: Reader, promises: Desk['promises']): Content {
  const text = privacy_texts[locale];
  const figures = (['kept', 'unproven', 'broken'] as const).map(
    state =>
      html`<li${state === 'broken' && promises.broken > 0 ? html` class="late"` : ''}><span><b>${promises[state]}</b> ${text.states[state]}</span></li>`,
  );
  return html`<section class="card"><h2>${text.promises}</h2><ul class="figures">${figures}</ul>
<p><a class="button quiet" href="/compliance">${text.allPromises}</a></p></section>`;
}

function renderLog({ locale, scopes }: Reader): Content {
  if (!scopes.includes('audit:read')) return html``;
  const text = privacy_texts[locale];
  const links = Object.entries(text.logLinks).map(
    ([action, label]) => html`<li><a href="/console/audit?action=${action}">${label}</a></li>`,
  );
  return html`<section class="card"><h2>${text.log}</h2><ul class="plain">${links}</ul></section>`;
}
