import { html } from 'hono/html';
import { type Content, renderError, renderNotice, unaided } from '../../http/page.ts';
import { longest_details } from '../../requests/details.ts';
import { describeError } from '../../shared/field-errors.ts';
import { leadFields } from '../../shared/fields.ts';
import { renderSelect } from '../elements.ts';
import type { Page } from '../layout.ts';
import type { Reader } from '../reader.ts';
import type { Draft } from './drafts.ts';
import { desk_texts } from './texts.ts';

interface Taking {
  /** What stands in the form already. */
  typed: Record<string, string>;
  /** The form that was refused before. */
  draft: Draft | undefined;
  types: readonly string[];
  channels: readonly string[];
}

/** Draws the form on which staff take what a person asks for. */
export function takePage(reader: Reader, { typed, draft, types, channels }: Taking): Page {
  const text = desk_texts[reader.locale];
  const { lead_ids } = typed;
  return {
    title: text.takeTitle,
    section: 'requests',
    content: html`<p class="crumb"><a href="/console/requests">← ${text.title}</a></p>
<section class="card narrow"><h1>${text.takeTitle}</h1>
${draft ? renderNotice(describeMistakes(reader, draft)) : ''}
<p class="hint">${text.takeIntro}</p>
<form class="asks" method="post" action="/console/requests" novalidate>
${renderSelect(
  'type',
  text.labels.type!,
  types.map(type => [type, text.types[type] ?? type] as const),
  typed.type,
)}
${renderSelect(
  'channel',
  text.labels.channel!,
  channels.map(one => [one, text.channels[one] ?? one] as const),
  typed.channel,
)}
${lead_ids ? html`<p class="notice">${text.aboutLead}: <a href="/console/leads/${lead_ids}"><code>${lead_ids.slice(-12)}</code></a><input type="hidden" name="lead_ids" value="${lead_ids}"></p>` : html`<p class="hint">${text.contactHint}</p>`}
${(['phone', 'email', 'name'] as const).map(name => renderInput(reader, name, typed, draft))}
${renderDetails(reader, typed, draft)}
<p class="go"><button>${text.takeDo}</button><a class="button quiet" href="/console/requests">${reader.text.cancel}</a></p></form></section>`,
  };
}

/** Says what is wrong with a form about a request. */
export function describeMistakes({ locale, text: texts }: Reader, { errors }: Pick<Draft, 'errors'>): string {
  const text = desk_texts[locale];
  const labels: Record<string, string> = {
    ...text.labels,
    reason: text.extendReason,
    due_on: text.extendDay,
    explanation: text.explanation,
    code: text.code,
    sure: text.sure,
  };
  const sentences = errors.map(({ field, code }) => {
    if (field === 'email' && code === 'required') return text.wrongContact;
    if (field === 'lead_ids') return text.wrongLead;
    if (field === 'values') return texts.lead.nothing;
    const sentence = describeError(locale, field, code);
    return Object.hasOwn(labels, field) ? text.wrong(labels[field]!, sentence) : sentence;
  });
  return [...new Set(sentences)].join(' ');
}

function renderInput(
  { locale }: Reader,
  name: 'phone' | 'email' | 'name',
  typed: Record<string, string>,
  draft: Draft | undefined,
): Content {
  const text = desk_texts[locale];
  const { type, max } = leadFields.find(field => field.name === name)!;
  const { line, attributes } = renderError(locale, name, draft?.errors ?? []);
  return html`<div><label for="${name}">${text.labels[name]}</label><input id="${name}" name="${name}" type="${type}" maxlength="${max}" autocomplete="off" ${unaided} value="${typed[name] ?? ''}"${attributes}>${line}</div>`;
}

function renderDetails({ locale }: Reader, typed: Record<string, string>, draft: Draft | undefined): Content {
  const text = desk_texts[locale];
  const { line, attributes } = renderError(locale, 'details', draft?.errors ?? [], 'details-hint');
  return html`<div><label for="details">${text.labels.details}</label><span class="hint" id="details-hint">${text.detailsHint}</span>
<textarea id="details" name="details" rows="4" maxlength="${longest_details}" autocomplete="off" ${unaided}${attributes}>
${typed.details ?? ''}</textarea>${line}</div>`;
}
