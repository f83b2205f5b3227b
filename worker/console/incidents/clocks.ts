import { html } from 'hono/html';
import type { Incident } from '../../../db/incidents/find.ts';
import type { Content } from '../../http/page.ts';
import type { Reader } from '../reader.ts';
import { renderTime, writeSpan } from '../times.ts';
import { desk_texts } from './texts.ts';

/** Time before its end from which a clock is drawn as near. */
const near_ms = 3_600_000;

/** Draws until when something is due, and how long that is from now; without the latter once it is done. */
export function renderClock(reader: Reader, due_at: string, done_at: string | null): Content {
  const text = desk_texts[reader.locale];
  const due = renderTime(reader, due_at);
  if (done_at)
    return html`${due} ${done_at <= due_at ? html`<span class="chip fine">${text.inTime}</span>` : html`<span class="chip overdue">${text.tooLate}</span>`}`;
  const left_ms = Date.parse(due_at) - reader.now.getTime();
  const span = writeSpan(Math.abs(left_ms), text.units);
  if (left_ms < 0) return html`${due} <span class="chip overdue">${text.over(span)}</span>`;
  return html`${due} <span class="chip ${left_ms < near_ms ? 'soon' : 'near'}">${text.left(span)}</span>`;
}

/** Draws how many people were told, of how many. */
export function renderTold({ locale }: Reader, { affected, told }: Incident): Content {
  return html`${desk_texts[locale].toldOf(told, affected)}`;
}

/** Says whose data an incident reached. */
export function describeScope({ locale }: Reader, { scope, scope_id }: Incident): Content {
  const text = desk_texts[locale];
  return html`${text.scopes[scope]}${scope_id ? html` <code>${scope_id}</code>` : ''}`;
}
