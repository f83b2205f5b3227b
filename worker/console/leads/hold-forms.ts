import { html } from 'hono/html';
import type { ReadHold } from '../../../db/leads/hold-words.ts';
import { type Content, unaided } from '../../http/page.ts';
import { longest_line } from '../../http/staff-text.ts';
import { renderSelect, renderTable } from '../elements.ts';
import type { Reader } from '../reader.ts';
import { renderTime } from '../times.ts';

/** Draws holds as a table. One that stands can be released there. The holds of one lead have no column that names it. */
export function renderHolds(reader: Reader, holds: ReadHold[], lead_id?: string): Content {
  const { holds: text, lead, audit } = reader.text;
  const heads = [text.ground, text.reference, text.review, lead.at, text.end, ...(lead_id ? [] : [audit.lead])];
  const rows = holds.map(hold => [
    html`${text.grounds[hold.ground] ?? hold.ground}`,
    html`${hold.reference ?? '–'}`,
    html`<time datetime="${hold.review_on}">${hold.review_on}</time>`,
    renderTime(reader, hold.placed_at),
    hold.released_at
      ? html`${renderTime(reader, hold.released_at)}<small>${hold.reason ?? ''}</small>`
      : renderRelease(reader, hold),
    ...(lead_id ? [] : [html`<a href="/console/leads/${hold.lead_id}"><code>${hold.lead_id.slice(-12)}</code></a>`]),
  ]);
  return renderTable(text.title, heads, rows);
}

function renderRelease({ text: { holds: text } }: Reader, { id, lead_id }: ReadHold): Content {
  return html`<form class="row" method="post" action="/console/leads/${lead_id}/holds/${id}/release"><label>${text.reason}<input name="reason" required maxlength="${longest_line}" autocomplete="off" ${unaided}></label><button class="quiet">${text.release}</button></form>`;
}

/** Draws the form that places a hold on a lead, folded. */
export function renderHoldForm({ text: { holds: text } }: Reader, lead_id: string): Content {
  const grounds = Object.entries(text.grounds);
  return html`<details class="card folded"><summary>${text.place}</summary>
<p class="hint">${text.hint}</p>
<form method="post" action="/console/leads/${lead_id}/holds"><div class="inputs"><div>${renderSelect('ground', text.ground, grounds, undefined)}</div>
<div><label for="reference">${text.reference}</label><input id="reference" name="reference" required maxlength="${longest_line}" autocomplete="off" ${unaided}></div>
<div><label for="review_on">${text.review}</label><input id="review_on" name="review_on" type="date" required></div></div><button>${text.placeDo}</button></form></details>`;
}
