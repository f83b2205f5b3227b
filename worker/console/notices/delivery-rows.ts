import { html } from 'hono/html';
import type { Channels, Deliveries } from '../../../db/schema.ts';
import type { Content } from '../../http/page.ts';
import { renderTable } from '../elements.ts';
import type { Reader } from '../reader.ts';
import { renderTime, writeTime } from '../times.ts';
import { channelAddress } from './states.ts';
import { notice_texts } from './texts.ts';

/** A delivery with the time of its event, and whether it is a test. */
export interface ListedDelivery extends Deliveries {
  at: string;
  isTest: boolean;
}

/**
 * Draws the deliveries of a channel as a table. One that is dead can be queued once more; of a test another is sent instead.
 *
 * @param query The query string of the list that the page then leads back to.
 */
export function renderDeliveries(
  reader: Reader,
  { kind }: Pick<Channels, 'kind'>,
  deliveries: ListedDelivery[],
  query: string,
): Content {
  const text = notice_texts[reader.locale];
  const heads = [text.time, text.event, text.state, text.attempts, text.answer, text.next];
  const rows = deliveries.map(delivery => {
    const { id, at, event, state, attempts } = delivery;
    return [
      renderTime(reader, at),
      html`${text.event_names[event] ?? event}<small><code>${id}</code></small>`,
      html`<span class="chip ${state}">${text.delivery_states[state]}</span>`,
      html`<span class="of">${text.attempts}</span>${attempts}`,
      html`<span class="of">${text.answer}</span>${attempts > 0 ? writeAnswer(reader, kind, delivery) : '–'}`,
      renderNext(reader, delivery, query),
    ];
  });
  return renderTable(text.deliveries, heads, rows);
}

/** Writes what a receiver answered: a status, or a code with its meaning where there was no answer. */
export function writeAnswer(
  { locale }: Reader,
  kind: Channels['kind'],
  { last_status, last_error }: Pick<Deliveries, 'last_status' | 'last_error'>,
): string {
  const meaning = last_error && notice_texts[locale].failures[last_error];
  const failure = last_error && (meaning ? `${meaning} (${last_error})` : last_error);
  return (
    [last_status && `${kind === 'email' ? 'SMTP' : 'HTTP'} ${last_status}`, failure].filter(Boolean).join(' · ') || '–'
  );
}

function renderNext(
  reader: Reader,
  { id, channel_id, at, event, state, next_at, isTest }: ListedDelivery,
  query: string,
): Content {
  const text = notice_texts[reader.locale];
  if (state === 'dead' && !isTest)
    return html`<form method="post" action="${channelAddress(channel_id, `/deliveries/${id}/retry${query}`)}"><button class="quiet">${text.retry}<span class="hidden"> ${text.event_names[event] ?? event} ${writeTime(reader, at)}</span></button></form>`;
  if (!next_at) return html`<span class="none">–</span>`;
  const isDue = next_at <= reader.now.toISOString();
  return html`<span class="of">${text.next}</span>${isDue ? text.now : renderTime(reader, next_at)}`;
}
