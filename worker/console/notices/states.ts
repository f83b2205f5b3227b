import { html } from 'hono/html';
import type { Channel } from '../../../db/notices/channels.ts';
import type { Queue } from '../../../db/notices/queues.ts';
import type { Content } from '../../http/page.ts';
import type { Reader } from '../reader.ts';
import { renderAgo, writeTime } from '../times.ts';
import { notice_texts } from './texts.ts';

export const channelAddress = (id: string, step = '') => `/console/notices/${id}${step}`;

type State = 'on' | 'paused' | 'off' | 'failing';

/** Returns how a channel is: what switched it off or paused it says more than whether its receiver fails. */
function readState({ paused, off_at, failing_since }: Channel): State {
  if (off_at) return 'off';
  if (paused) return 'paused';
  return failing_since ? 'failing' : 'on';
}

/** Draws how a channel is, and since when or what follows. */
export function renderState(reader: Reader, channel: Channel): Content {
  const text = notice_texts[reader.locale];
  const state = readState(channel);
  const hints: Record<State, string> = {
    on: '',
    paused: text.pausedHint,
    off: channel.off_at ? text.off(writeTime(reader, channel.off_at)) : '',
    failing: channel.failing_since ? text.failing(writeTime(reader, channel.failing_since)) : '',
  };
  return html`<span class="chip ${state}">${text.states[state]}</span>${hints[state] ? html`<small>${hints[state]}</small>` : ''}`;
}

/** Draws when a receiver last accepted something. */
export function renderSuccess(reader: Reader, { last_success_at }: Channel): Content {
  return last_success_at ? renderAgo(reader, last_success_at) : html`${notice_texts[reader.locale].never}`;
}

/** Writes what waits for a channel and what was given up. */
export function writeQueue({ locale }: Reader, { queued, dead }: Queue): string {
  const text = notice_texts[locale];
  const parts = [queued > 0 ? text.waiting(queued) : '', dead > 0 ? text.dead(dead) : ''].filter(Boolean);
  return parts.join(' · ') || text.empty;
}

/** Writes the events that a channel is told of. */
export function writeEvents({ locale }: Reader, events: readonly string[]): string {
  const { event_names } = notice_texts[locale];
  return events.map(event => event_names[event] ?? event).join(locale === 'en' ? ', ' : '、');
}
