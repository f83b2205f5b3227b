import { html } from 'hono/html';
import type { Channel } from '../../../db/notices/channels.ts';
import type { Warning } from '../../health/hints.ts';
import type { Content } from '../../http/page.ts';
import { notice_texts } from '../notices/texts.ts';
import { policy_texts } from '../policies/texts.ts';
import type { Reader } from '../reader.ts';
import { setting_texts } from '../settings/texts.ts';
import { writeTime } from '../times.ts';

export type FailingChannel = Pick<Channel, 'id' | 'name' | 'off_at' | 'failing_since'>;

/** Draws, for whoever publishes policies, that none is in force, and where to begin. */
export function renderUnpublished({ locale }: Reader): Content {
  const { noneInForce, newTitle } = policy_texts[locale];
  return html`<p class="notice alarm">${noneInForce} <a href="/console/policies">${newTitle}</a></p>`;
}

/** Draws which channels take nothing, for whoever may see channels; to others, that there are some. */
export function renderFailing(reader: Reader, failing: FailingChannel[]): Content {
  const text = notice_texts[reader.locale];
  if (!reader.scopes.includes('channels:manage'))
    return failing.length > 0 ? html`<p class="notice">${text.someFailing}</p>` : html``;
  if (failing.length === 0) return html`<p class="hint">${text.noneFailing}</p>`;
  const lines = failing.map(({ id, name, off_at, failing_since }) => {
    const since = writeTime(reader, (off_at ?? failing_since)!);
    return html`<li><a href="/console/notices/${id}">${name}</a> · ${off_at ? text.off(since) : text.failingSince(since)}</li>`;
  });
  return html`<ul class="notice alarm">${lines}</ul>`;
}

/** Warnings that the overview says by itself. */
const said: Warning[] = ['no-policy', 'channel-failing'];

/** Draws, for whoever sees the settings, that the server warns of more than the overview says, and where it tells what to do. */
export function renderWarned({ locale }: Reader, warnings: Warning[]): Content {
  if (warnings.every(warning => said.includes(warning))) return html``;
  const text = setting_texts[locale];
  return html`<p class="notice alarm">${text.warnings(warnings.length)} · <a href="/console/settings">${text.whatToDo}</a></p>`;
}
