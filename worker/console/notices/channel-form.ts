import { html } from 'hono/html';
import type { Channel } from '../../../db/notices/channels.ts';
import type { ChannelEvent } from '../../../db/notices/write.ts';
import { type Content, unaided } from '../../http/page.ts';
import type { FieldError } from '../../http/problems/slugs.ts';
import { longest_address, longest_secret } from '../../notices/channels.ts';
import { describeError } from '../../shared/field-errors.ts';
import { language_names, locales } from '../../shared/locales.ts';
import { renderSelect } from '../elements.ts';
import type { Reader } from '../reader.ts';
import type { Refusal } from '../refusal.ts';
import { notice_texts } from './texts.ts';

/** Kinds that a channel can have, and events that it can be told of. */
export interface Choices {
  kinds: readonly Channel['kind'][];
  events: readonly ChannelEvent[];
}

interface Given {
  choices: Choices;
  /** Path that the form is posted to. */
  action: string;
  /** The channel that is to be changed; undefined for a new one. */
  channel?: Channel;
  /** The post of this form that was refused, with what was typed. */
  refused: Refusal | undefined;
}

/** Draws the form of a new channel, or of one that is changed: folded, or open with what was typed and is wrong. */
export function renderChannelForm(reader: Reader, { choices, action, channel, refused }: Given): Content {
  const text = notice_texts[reader.locale];
  const typed = refused?.typed ?? {};
  const events = refused ? (typed.events ?? '').split(',') : (channel?.events ?? choices.events.slice(0, 1));
  const kind = typed.kind ?? channel?.kind ?? choices.kinds[0]!;
  const kindOptions = choices.kinds.map(one => [one, text.kinds[one]] as const);
  const languages = locales.map(one => [one, language_names[one]] as const);
  const line = (name: 'name' | 'address' | 'secret' | 'after_hours', hint: string, attributes: Content) => {
    const error = refused?.errors.find(({ field }) => field === name);
    const described = `${name}-hint${error ? ` ${name}-error` : ''}`;
    return html`<div><label for="${name}">${text[name]}</label><input id="${name}" name="${name}" autocomplete="off" ${unaided} ${attributes} aria-describedby="${described}"${error ? html` aria-invalid="true"` : ''}>
${error ? html`<p class="error" id="${name}-error" data-field-error="${name}">${describeMistake(reader, error, kind)}</p>` : ''}<p class="hint" id="${name}-hint">${hint}</p></div>`;
  };
  const boxes = choices.events.map(
    event =>
      html`<label class="check"><input type="checkbox" name="events" value="${event}"${events.includes(event) ? html` checked` : ''}><span>${text.event_names[event]}</span></label>`,
  );
  const inEvents = refused?.errors.some(({ field }) => field === 'events');
  const required = channel ? html`` : html`required`;
  return html`<details class="card folded"${refused ? html` open` : ''}><summary>${channel ? text.change : text.add}</summary>
<form method="post" action="${action}"><div class="inputs">
${line('name', text.nameHint, html`required maxlength="100" value="${typed.name ?? channel?.name ?? ''}"`)}
${channel ? '' : html`<div>${renderSelect('kind', text.kind, kindOptions, kind)}</div>`}
${line('address', channel ? text.keepAddress(channel.address) : text.addressHint, html`${required} inputmode="url" maxlength="${longest_address}" value="${typed.address ?? ''}"`)}
${line('secret', channel ? (kind === 'webhook' ? text.keepSecret : text.keepKey) : text.secretHint, html`maxlength="${longest_secret}"`)}
${line('after_hours', text.afterHoursHint, html`type="number" inputmode="numeric" min="1" max="1000" value="${typed.after_hours ?? channel?.after_hours ?? ''}"`)}
<div>${renderSelect('locale', text.language, languages, typed.locale ?? channel?.locale ?? reader.locale)}</div></div>
<fieldset class="choices"${inEvents ? html` aria-describedby="events-error"` : ''}><legend>${text.events}</legend>${boxes}${inEvents ? html`<p class="error" id="events-error" data-field-error="events">${text.noEvents}</p>` : ''}</fieldset>
<button>${channel ? text.save : text.make}</button></form></details>`;
}

/** Says what is wrong with a form of a channel: everything, at the top of its page. */
export function describeMistakes(reader: Reader, { errors, typed }: Refusal, channel?: Channel): string | undefined {
  const text = notice_texts[reader.locale];
  const labels: Record<string, string> = {
    name: text.name,
    kind: text.kind,
    address: text.address,
    secret: text.secret,
    events: text.events,
    after_hours: text.after_hours,
  };
  const kind = channel?.kind ?? typed.kind ?? '';
  const sentences = errors.map(error => {
    const sentence = describeMistake(reader, error, kind);
    return labels[error.field] ? text.wrong(labels[error.field]!, sentence) : sentence;
  });
  return sentences.join(' ') || undefined;
}

function describeMistake({ locale }: Reader, { field, code, message = '' }: FieldError, kind: string): string {
  const text = notice_texts[locale];
  if (field === 'name') return text.badName;
  if (field === 'events') return text.noEvents;
  if (field === 'after_hours') return text.badHours;
  if (field === 'secret' && text.secret_forms[kind]) return text.secret_forms[kind];
  return text.refused[message] ?? describeError(locale, field, code);
}
