import { html } from 'hono/html';
import { type Content, renderError, renderNotice, unaided } from '../../http/page.ts';
import type { FieldError } from '../../http/problems/slugs.ts';
import { longest_details } from '../../requests/details.ts';
import { renderSelect } from '../elements.ts';
import type { Page } from '../layout.ts';
import type { Reader } from '../reader.ts';
import type { Draft } from './drafts.ts';
import { describeMistakes } from './mistakes.ts';
import { desk_texts } from './texts.ts';

interface New {
  typed: Record<string, string>;
  /** The form that was refused before. */
  draft: Draft | undefined;
  /** The tokens, accounts and keys that may be named. */
  tokens: { id: string; holder: string; role: string }[];
  keys: string[];
}

/** Draws the form that records an incident. */
export function newPage(reader: Reader, { typed, draft, tokens, keys }: New): Page {
  const { locale, text: console } = reader;
  const text = desk_texts[locale];
  const errors = draft?.errors ?? [];
  const named = tokens.map(
    ({ id, holder, role }) => [id, `${holder || id} · ${console.roles[role] ?? role} · ${id}`] as const,
  );
  const scopes = (['token_id', 'key_id', 'lead_ids', 'all'] as const).map(one => [one, text.choices[one]] as const);
  const leads = renderError(locale, 'scope.lead_ids', errors, 'lead_ids-hint');
  const cause = renderError(locale, 'cause', errors);
  return {
    title: text.newTitle,
    section: 'incidents',
    content: html`<p class="crumb"><a href="/console/incidents">← ${text.title}</a></p>
<section class="card narrow"><h1>${text.newTitle}</h1>
${draft ? renderNotice(describeMistakes(locale, errors)) : ''}
<p class="hint">${text.newIntro}</p>
<form class="asks" method="post" action="/console/incidents" novalidate>
${(['from', 'to'] as const).map(name => renderTimeInput(reader, name, typed, draft))}
${renderSelect('scope', text.scope, scopes, typed.scope)}
${renderChoice(reader, 'token_id', named, typed, errors)}
${renderChoice(
  reader,
  'key_id',
  keys.map(key => [key, key] as const),
  typed,
  errors,
)}
<div><label for="lead_ids">${text.chosen.lead_ids}</label><span class="hint" id="lead_ids-hint">${text.leadsHint}</span>
<textarea id="lead_ids" name="lead_ids" rows="2" autocomplete="off" ${unaided}${leads.attributes}>
${typed.lead_ids ?? ''}</textarea>${leads.line}</div>
<div><label for="cause">${text.cause}</label>
<textarea id="cause" name="cause" rows="4" required maxlength="${longest_details}" autocomplete="off" ${unaided}${cause.attributes}>
${typed.cause ?? ''}</textarea>${cause.line}</div>
<p class="go"><button>${text.newDo}</button><a class="button quiet" href="/console/incidents">${reader.text.cancel}</a></p></form></section>`,
  };
}

/** Draws what chooses the scope from a list, with what is wrong with it. */
function renderChoice(
  { locale }: Reader,
  name: 'token_id' | 'key_id',
  options: (readonly [value: string, text: string])[],
  typed: Record<string, string>,
  errors: FieldError[],
): Content {
  const { chosen, unchosen } = desk_texts[locale];
  const isWrong = errors.some(({ field }) => field === `scope.${name}`);
  const attributes = isWrong ? html` aria-invalid="true" aria-describedby="${name}-error"` : '';
  const line = isWrong ? html`<p class="error" id="${name}-error">${unchosen[name]}</p>` : '';
  return html`<div>${renderSelect(name, chosen[name], options, typed[name], '—', attributes)}${line}</div>`;
}

function renderTimeInput(
  { locale }: Reader,
  name: 'from' | 'to',
  typed: Record<string, string>,
  draft: Draft | undefined,
): Content {
  const { line, attributes } = renderError(locale, name, draft?.errors ?? []);
  return html`<div><label for="${name}">${desk_texts[locale][name]}</label><input id="${name}" name="${name}" type="datetime-local" required ${unaided} value="${typed[name] ?? ''}"${attributes}>${line}</div>`;
}
