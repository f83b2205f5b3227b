import { html } from 'hono/html';
import type { Restrictions } from '../../../../db/schema.ts';
import { type Content, unaided } from '../../../http/page.ts';
import { longest_line } from '../../../http/staff-text.ts';
import { renderTable } from '../../elements.ts';
import type { Reader } from '../../reader.ts';
import type { Refusal } from '../../refusal.ts';
import { renderTime } from '../../times.ts';

type Shown = Pick<Restrictions, 'lead_id' | 'request_id' | 'placed_at' | 'lifted_at' | 'reason'>;

interface Given {
  /** The restrictions are those of this lead. Those of one lead have no column that names it. */
  lead_id?: string;
  /** The post that was refused before, with what was typed. */
  refusal?: Refusal | undefined;
}

/** Draws restrictions as a table. One that stands can be lifted there. */
export function renderRestrictions(reader: Reader, restrictions: Shown[], { lead_id, refusal }: Given = {}): Content {
  const { restrictions: text, lead, audit } = reader.text;
  const heads = [...(lead_id ? [] : [audit.lead]), lead.at, text.request, text.end];
  const rows = restrictions.map(restriction => {
    const { lead_id: id, request_id, placed_at, lifted_at, reason } = restriction;
    return [
      ...(lead_id ? [] : [html`<a href="/console/leads/${id}"><code>${id.slice(-12)}</code></a>`]),
      renderTime(reader, placed_at),
      html`<a href="/console/requests/${request_id}"><code>${request_id.slice(-12)}</code></a>`,
      lifted_at
        ? html`${renderTime(reader, lifted_at)}<small>${reason ?? ''}</small>`
        : renderLift(reader, restriction, refusal),
    ];
  });
  return renderTable(
    text.title,
    heads,
    rows,
    restrictions.map(one => one.lead_id),
  );
}

function renderLift({ text }: Reader, { lead_id }: Shown, refusal: Refusal | undefined): Content {
  const action = `/console/leads/${lead_id}/restriction/end`;
  const { reason = '' } = refusal?.action === action ? refusal.typed : {};
  const which = html`<span class="hidden"> ${lead_id.slice(-12)}</span>`;
  return html`<form class="row" method="post" action="${action}"><label>${text.holds.reason}${which}<input name="reason" required maxlength="${longest_line}" autocomplete="off" ${unaided} value="${reason}"></label><button class="quiet">${text.restrictions.lift}${which}</button></form>`;
}
