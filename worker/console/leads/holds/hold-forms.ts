import { html } from 'hono/html';
import type { ReadHold } from '../../../../db/leads/holds/words.ts';
import type { ErasureGround } from '../../../../db/leads/lead.ts';
import { type Content, renderError, unaided } from '../../../http/page.ts';
import { longest_line } from '../../../http/staff-text.ts';
import { writeDay } from '../../../http/times.ts';
import { renderSelect, renderTable } from '../../elements.ts';
import type { Reader } from '../../reader.ts';
import type { Refusal } from '../../refusal.ts';
import { renderTime } from '../../times.ts';

interface Given {
  /** The holds are those of this lead. Holds of one lead have no column that names it. */
  lead_id?: string;
  /** The ground on which the release of the last one erases the lead. */
  waiting?: ErasureGround | undefined;
  /** The post that was refused before, with what was typed. */
  refusal?: Refusal | undefined;
}

/** Draws holds as a table. One that stands can be released there. */
export function renderHolds(reader: Reader, holds: ReadHold[], { lead_id, waiting, refusal }: Given = {}): Content {
  const { holds: text, audit, erasure_grounds } = reader.text;
  const heads = [text.ground, text.reference, text.review, text.placed, text.end, ...(lead_id ? [] : [audit.lead])];
  const rows = holds.map(hold => [
    html`${text.grounds[hold.ground] ?? hold.ground}`,
    html`${hold.reference}`,
    html`<span class="of">${text.review}</span><time datetime="${hold.review_on}">${writeDay(reader.locale, hold.review_on)}</time>`,
    html`<span class="of">${text.placed}</span>${renderTime(reader, hold.placed_at)}`,
    hold.released_at
      ? html`${renderTime(reader, hold.released_at)}<small>${hold.reason ?? ''}</small>`
      : renderRelease(reader, hold, refusal),
    ...(lead_id ? [] : [html`<a href="/console/leads/${hold.lead_id}"><code>${hold.lead_id.slice(-12)}</code></a>`]),
  ]);
  const notice = waiting ? html`<p class="notice">${text.waiting(erasure_grounds[waiting] ?? waiting)}</p>` : '';
  return html`${notice}${renderTable(text.title, heads, rows)}`;
}

function renderRelease(
  { locale, text: { holds: text } }: Reader,
  { id, lead_id, reference, review_on }: ReadHold,
  refusal?: Refusal,
): Content {
  const action = `/console/leads/${lead_id}/holds/${id}/release`;
  const { reason = '' } = refusal?.action === action ? refusal.typed : {};
  // Two holds of one lead may have the same file number.
  const which = html`<span class="hidden"> ${reference} ${writeDay(locale, review_on)} ${lead_id.slice(-12)}</span>`;
  return html`<form class="row" method="post" action="${action}"><label>${text.reason}${which}<input name="reason" required maxlength="${longest_line}" autocomplete="off" ${unaided} value="${reason}"></label><button class="quiet">${text.release}${which}</button></form>`;
}

/** Draws the form that places a hold on a lead: folded, or open with what was typed and is wrong. */
export function renderHoldForm({ locale, text: { holds: text } }: Reader, lead_id: string, refusal?: Refusal): Content {
  const grounds = Object.entries(text.grounds);
  const action = `/console/leads/${lead_id}/holds`;
  const refused = refusal?.action === action ? refusal : undefined;
  const { ground, reference = '', review_on = '' } = refused?.typed ?? {};
  const errors = refused?.errors ?? [];
  const inReference = renderError(locale, 'reference', errors);
  const inReview = renderError(locale, 'review_on', errors);
  return html`<details class="card folded"${refused ? html` open` : ''}><summary>${text.place}</summary>
<p class="hint">${text.hint}</p>
<form method="post" action="${action}"><div class="inputs"><div>${renderSelect('ground', text.ground, grounds, ground)}</div>
<div><label for="reference">${text.reference}</label><input id="reference" name="reference" required maxlength="${longest_line}" autocomplete="off" ${unaided} value="${reference}"${inReference.attributes}>${inReference.line}</div>
<div><label for="review_on">${text.review}</label><input id="review_on" name="review_on" type="date" required value="${review_on}"${inReview.attributes}>${inReview.line}</div></div><button>${text.placeDo}</button></form></details>`;
}
