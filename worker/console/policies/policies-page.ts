import { html } from 'hono/html';
import type { Policy } from '../../../db/policies/policy.ts';
import type { Content } from '../../http/page.ts';
import { type Locale, language_names } from '../../shared/locales.ts';
import { renderEmpty, renderOutcome, renderTable } from '../elements.ts';
import type { Page } from '../layout.ts';
import type { Reader } from '../reader.ts';
import type { Refusal } from '../refusal.ts';
import { renderTime } from '../times.ts';
import { policy_texts } from './texts.ts';

interface Listed {
  policies: Policy[];
  /** The version in force. */
  current: Policy | undefined;
  /** The version that was just published. */
  done: string | undefined;
  refusal: Refusal | undefined;
}

/** Draws every version with its state, and the form that takes the files of a new one. */
export function policiesPage(reader: Reader, { policies, current, done, refusal }: Listed): Page {
  const text = policy_texts[reader.locale];
  const rows = policies.map(policy => {
    const state = policy === current ? 'current' : policy.effective_at > reader.now.toISOString() ? 'next' : 'archived';
    return [
      html`<b>${policy.version}</b>`,
      html`<span class="chip ${{ current: 'on', next: 'paused', archived: 'off' }[state]}">${text.states[state]}</span>`,
      renderTime(reader, policy.effective_at),
      html`${text.classes[policy.change_class]}`,
      html`${policy.documents.map(({ locale }) => html`<a href="/policies/${policy.version}?lang=${locale}" hreflang="${locale}" lang="${locale}">${language_names[locale as Locale]}</a> `)}`,
    ];
  });
  const heads = [text.version, text.state, text.effective, text.change, text.documents];
  return {
    title: text.title,
    section: 'policies',
    refused: refusal?.slug === 'invalid-fields' ? text.choose : undefined,
    content: html`<h1>${text.title}</h1><p class="hint">${text.intro}</p>
${done ? renderOutcome(text.done(done)) : ''}
<section class="card narrow"><h2>${text.newTitle}</h2>${renderFilesForm(reader)}</section>
${policies.length > 0 ? renderTable(text.title, heads, rows) : renderEmpty(text.none, text.noneHint)}`,
  };
}

/** Draws the form that takes the files of a version. */
export function renderFilesForm({ locale }: Reader): Content {
  const text = policy_texts[locale];
  return html`<form class="asks" method="post" action="/console/policies" enctype="multipart/form-data">
<div><label for="files">${text.files}</label><span class="hint" id="files-hint">${text.filesHint}</span>
<input id="files" name="files" type="file" multiple required accept=".md,.markdown,.txt" aria-describedby="files-hint"></div>
<p class="go"><button>${text.preview}</button></p></form>`;
}
