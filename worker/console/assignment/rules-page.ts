import { html } from 'hono/html';
import type { Turn } from '../../../db/assignment.ts';
import { type Content, unaided } from '../../http/page.ts';
import { renderOutcome } from '../elements.ts';
import type { Page } from '../layout.ts';
import type { Reader } from '../reader.ts';
import type { Refusal } from '../refusal.ts';

interface Rules {
  rules: { form: string; turns: Turn[] }[];
  /** Holders who may work on leads. */
  known: string[];
  /** The form whose rule was just saved. */
  done: string | undefined;
  /** A post that was refused before, with what was typed. */
  refusal: Refusal | undefined;
}

/** Draws to whom new leads of each form go, with a form to change it. */
export function rulesPage(reader: Reader, { rules, known, done, refusal }: Rules): Page {
  const { assignment: text } = reader.text;
  return {
    title: text.title,
    section: 'assignment',
    refused: refusal?.slug === 'invalid-fields' ? text.invalid : undefined,
    content: html`<h1>${text.title}</h1><p class="hint">${text.intro}</p>
${rules.some(({ form }) => form === done) ? renderOutcome(text.saved) : ''}
${known.length > 0 ? html`<p>${text.known}${reader.text.colon}${known.join(reader.text.comma)}</p>` : ''}
${rules.map(({ form, turns }) => renderRule(reader, { form, turns }, known, refusal))}`,
  };
}

function renderRule(
  { text: texts }: Reader,
  { form, turns }: Rules['rules'][number],
  known: string[],
  refusal: Refusal | undefined,
): Content {
  const { assignment: text } = texts;
  const action = `/console/assignment/${form}`;
  const over = turns.filter(({ is_passed_over }) => is_passed_over).map(({ holder }) => holder);
  const unheard = turns.map(({ holder }) => holder).filter(holder => ![...known, ...over].includes(holder));
  const isRefused = refusal?.action === action;
  const lines = isRefused ? (refusal.typed.holders ?? '') : turns.map(({ holder }) => holder).join('\n');
  return html`<form class="card rule" method="post" action="${action}"><h2>${texts.forms[form]}</h2>
<p>${[text.nobody, text.one][turns.length] ?? text.several(turns.length)}</p>
${over.length > 0 ? html`<p class="notice">${text.over(over.join(texts.comma))}</p>` : ''}
${unheard.length > 0 ? html`<p class="notice alarm">${text.unheard(unheard.join(texts.comma))}</p>` : ''}
<label for="${form}">${text.holders}</label>
<textarea id="${form}" name="holders" rows="${Math.max(3, turns.length + 1)}" autocomplete="off" ${unaided}${isRefused ? html` aria-invalid="true"` : ''}>
${lines}</textarea>
<p class="go"><button>${text.save}</button></p></form>`;
}
