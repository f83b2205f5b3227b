import { html } from 'hono/html';
import type { Channel } from '../../../db/notices/channels.ts';
import type { Queue } from '../../../db/notices/queues.ts';
import type { Deliveries } from '../../../db/schema.ts';
import { type Content, renderNotice } from '../../http/page.ts';
import { renderEmpty, renderLanguage, renderOutcome, renderPaging } from '../elements.ts';
import type { Page } from '../layout.ts';
import type { Reader } from '../reader.ts';
import type { Refusal } from '../refusal.ts';
import { renderTime } from '../times.ts';
import { type Choices, describeMistakes, renderChannelForm } from './channel-form.ts';
import { type ListedDelivery, renderDeliveries, writeAnswer } from './delivery-rows.ts';
import { channelAddress, renderState, renderSuccess, writeEvents, writeQueue } from './states.ts';
import { notice_texts } from './texts.ts';

interface Details {
  channel: Channel & Queue;
  choices: Choices;
  page: { deliveries: ListedDelivery[]; has_more: boolean };
  /** States to choose from. */
  states: readonly Deliveries['state'][];
  /** What narrows the deliveries down, and the one before which the page begins. */
  filters: { state?: Deliveries['state'] | undefined; before?: string | undefined };
  /** What was just done to the channel. */
  done: string | undefined;
  /** The secret that was just made. */
  secret: string | undefined;
  /** The test that was just sent. */
  tested: Deliveries | undefined;
  /** The post that was refused before. */
  refusal: Refusal | undefined;
}

/** Draws a channel with its deliveries, and all that can be done about it. */
export function channelPage(reader: Reader, details: Details): Page {
  const text = notice_texts[reader.locale];
  const { channel, choices, done, refusal } = details;
  const action = channelAddress(channel.id);
  const refused = refusal?.action === action ? refusal : undefined;
  const said = done && Object.hasOwn(text.done, done) ? text.done[done] : undefined;
  return {
    title: text.channel,
    section: 'notices',
    refused: refused && describeMistakes(reader, refused, channel),
    content: html`<p class="crumb"><a href="/console/notices">← ${text.title}</a></p>
${said ? renderOutcome(said) : ''}
${renderSecret(reader, details)}
${renderTested(reader, details)}
${renderChannel(reader, channel)}
${renderChannelForm(reader, { choices, action, channel, refused })}
${renderQueue(reader, details)}`,
  };
}

/** Draws the page that asks before a channel is removed. */
export function removalPage(reader: Reader, { id, name, address, ...channel }: Channel & Queue): Page {
  const text = notice_texts[reader.locale];
  return {
    title: text.removeTitle,
    section: 'notices',
    content: html`<section class="card narrow"><h1>${text.removeTitle}</h1>
<p><b>${name}</b> · <span class="address">${address}</span></p>
<p>${text.queue}: ${writeQueue(reader, channel)}</p>
<p>${text.removeBody}</p>
<form method="post" action="${channelAddress(id, '/removal')}"><p class="go"><button class="alarm">${text.removeDo}</button><a class="button quiet" href="${channelAddress(id)}">${text.keep}</a></p></form></section>`,
  };
}

function renderSecret({ locale, text: { lead } }: Reader, { secret }: Details): Content {
  if (!secret) return html``;
  return renderOutcome(
    html`<p>${notice_texts[locale].secretMade}</p><code class="receipt">${secret}</code><button class="quiet" type="button" data-copy="${secret}" hidden>${lead.copy}</button>`,
  );
}

function renderTested(reader: Reader, { channel, tested }: Details): Content {
  if (!tested) return html``;
  const text = notice_texts[reader.locale];
  const answer = writeAnswer(reader, channel.kind, tested);
  if (tested.state !== 'sent') return renderNotice(text.refusedTest(answer));
  return renderOutcome(text.accepted(answer));
}

function renderChannel(reader: Reader, channel: Channel & Queue): Content {
  const text = notice_texts[reader.locale];
  const { id, name, kind, address, events, after_hours, locale, paused, off_at } = channel;
  const facts: [string, Content | string][] = [
    [text.state, renderState(reader, channel)],
    [text.address, html`<span class="address">${address}</span>`],
    [text.events, writeEvents(reader, events)],
    ...(events.includes('lead.waiting') ? [[text.after_hours, String(after_hours)] as [string, string]] : []),
    [text.language, renderLanguage(locale)],
    [text.success, renderSuccess(reader, channel)],
    [text.queue, writeQueue(reader, channel)],
    [text.madeAt, renderTime(reader, channel.created_at)],
  ];
  const isHeld = paused || off_at !== null;
  const [step, label] = isHeld ? ['/pause/end', off_at ? text.switchOn : text.resume] : ['/pause', text.pause];
  return html`<article class="card lead"><header><h1>${name}</h1><p class="meta">${text.kinds[kind] ?? kind}</p></header>
<dl class="values">${facts.map(([what, value]) => html`<div><dt>${what}</dt><dd>${value}</dd></div>`)}</dl>
<div class="acts"><form method="post" action="${channelAddress(id, '/test')}"><button>${text.test}</button></form>
<form method="post" action="${channelAddress(id, step)}"><button class="quiet">${label}</button></form>
<p class="danger"><a class="button quiet" href="${channelAddress(id, '/removal')}">${text.remove}</a></p></div></article>`;
}

function renderQueue(reader: Reader, { channel, page, states, filters }: Details): Content {
  const { locale, text: texts } = reader;
  const text = notice_texts[locale];
  const { deliveries, has_more } = page;
  const address = (query: Record<string, string | undefined>) => channelAddress(channel.id, writeQuery(query));
  const counts: Record<string, number> = { queued: channel.queued, dead: channel.dead };
  const tabs = [undefined, ...states].map(
    state =>
      html`<li><a href="${address({ state })}"${state === filters.state ? html` aria-current="page"` : ''}>${state ? text.delivery_states[state] : text.all}${state && counts[state] ? ` ${counts[state]}` : ''}</a></li>`,
  );
  return html`<section><h2>${text.deliveries}</h2><p class="hint">${text.deliveriesHint}</p>
<div class="acts"><nav class="tabs" aria-label="${text.state}"><ul>${tabs}</ul></nav>
${channel.dead > 0 ? html`<form method="post" action="${channelAddress(channel.id, '/retry')}"><button class="quiet">${text.retryAll(channel.dead)}</button></form>` : ''}</div>
${deliveries.length > 0 ? renderDeliveries(reader, channel, deliveries, writeQuery(filters)) : renderEmpty(text.noDeliveries, text.noDeliveriesHint)}
${renderPaging(texts.list.paging, filters.before ? html`<a class="button quiet" href="${address({ state: filters.state })}">${texts.list.first}</a>` : '', has_more ? html`<a class="button quiet" rel="next" href="${address({ state: filters.state, before: deliveries.at(-1)!.id })}">${texts.list.next}</a>` : '')}</section>`;
}

/** Writes what narrows the deliveries down as a query string. */
function writeQuery(query: Record<string, string | undefined>): string {
  const kept = Object.entries(query).filter((entry): entry is [string, string] => Boolean(entry[1]));
  return kept.length > 0 ? `?${new URLSearchParams(kept)}` : '';
}
