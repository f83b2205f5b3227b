import { html } from 'hono/html';
import type { Channel } from '../../../db/notices/channels.ts';
import type { Queue } from '../../../db/notices/queues.ts';
import { renderEmpty, renderOutcome, renderTable } from '../elements.ts';
import type { Page } from '../layout.ts';
import type { Reader } from '../reader.ts';
import type { Refusal } from '../refusal.ts';
import { type Choices, describeMistakes, renderChannelForm } from './channel-form.ts';
import { channelAddress, renderState, renderSuccess, writeEvents, writeQueue } from './states.ts';
import { notice_texts } from './texts.ts';

const home = '/console/notices';

interface Channels {
  channels: (Channel & Queue)[];
  choices: Choices;
  /** What was just done to a channel that is no longer there. */
  done: string | undefined;
  /** The post that was refused before, with what was typed for a new channel. */
  refusal: Refusal | undefined;
}

/** Draws all channels, with a form for a new one. */
export function channelsPage(reader: Reader, { channels, choices, done, refusal }: Channels): Page {
  const text = notice_texts[reader.locale];
  const refused = refusal?.action === home ? refusal : undefined;
  const said = done && Object.hasOwn(text.done, done) ? text.done[done] : undefined;
  const names = [text.channel, text.address, text.events, text.state, text.success, text.queue];
  const heads = names.map(name => html`<span class="line">${name}</span>`);
  const rows = channels.map(channel => [
    html`<a class="channel" href="${channelAddress(channel.id)}">${channel.name}</a><small>${text.kinds[channel.kind] ?? channel.kind}</small>`,
    html`<span class="address">${channel.address}</span>`,
    html`${writeEvents(reader, channel.events)}`,
    renderState(reader, channel),
    html`<span class="of">${text.success}</span><span class="line">${renderSuccess(reader, channel)}</span>`,
    html`<span class="of">${text.queue}</span><span class="line">${writeQueue(reader, channel)}</span>`,
  ]);
  return {
    title: text.title,
    section: 'notices',
    refused: refused && describeMistakes(reader, refused),
    content: html`<h1>${text.title}</h1><p class="hint">${text.intro}</p>
${said ? renderOutcome(said) : ''}
${channels.length > 0 ? renderTable(text.title, heads, rows) : renderEmpty(text.none, text.noneHint)}
${renderChannelForm(reader, { choices, action: home, refused })}`,
  };
}
