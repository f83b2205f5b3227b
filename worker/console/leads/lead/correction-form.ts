import { html } from 'hono/html';
import { type Content, renderError, renderNotice, unaided } from '../../../http/page.ts';
import type { FieldError } from '../../../http/problems/slugs.ts';
import { describeError } from '../../../shared/field-errors.ts';
import { leadFields } from '../../../shared/fields.ts';
import type { Reader } from '../../reader.ts';
import { leadAddress } from '../filters.ts';
import type { OpenLead } from '../rows.ts';

/** A correction that was refused: what was typed, and what is wrong with it. */
export interface Correction {
  typed: Record<string, string>;
  errors: FieldError[];
}

/** Draws the form that corrects what a person has given, open where a correction was refused. */
export function renderCorrection(
  { locale, text: texts }: Reader,
  lead: OpenLead,
  list: string,
  refused: Correction | undefined,
): Content {
  const { lead: text, fields } = texts;
  const { typed = {}, errors = [] } = refused ?? {};
  const inputs = leadFields.map(({ name, type, max }) => {
    const { line, attributes } = renderError(locale, name, errors);
    return html`<div><label for="${name}">${fields[name]}</label><input id="${name}" name="${name}" type="${type}" maxlength="${max}" autocomplete="off" ${unaided} value="${typed[name] ?? ''}"${attributes}>${line}</div>`;
  });
  const wrong = errors.map(({ field, code }) => describeError(locale, field, code)).join(' ') || text.nothing;
  return html`<details class="card folded correction"${refused ? html` open` : ''}><summary>${text.correct}</summary>
${refused ? renderNotice(wrong) : ''}
<p class="hint">${text.correctHint}</p>
<form method="post" action="${leadAddress(lead.id, list, '/correction')}" novalidate><div class="inputs">${inputs}</div><button>${text.save}</button></form></details>`;
}
