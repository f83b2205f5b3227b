import { html } from 'hono/html';
import type { PolicyDraft } from '../../../db/policies/publish.ts';
import { type Content, renderNotice } from '../../http/page.ts';
import { type Locale, language_names } from '../../shared/locales.ts';
import { renderLanguage } from '../elements.ts';
import type { Page } from '../layout.ts';
import type { Reader } from '../reader.ts';
import type { Refusal } from '../refusal.ts';
import { renderTime } from '../times.ts';
import type { Assessment } from './assess.ts';
import type { Run } from './compare.ts';
import type { DraftFile } from './drafts.ts';
import { wordMistake } from './mistakes.ts';
import { renderFilesForm } from './policies-page.ts';
import { policy_texts } from './texts.ts';

interface Mistaken {
  files: DraftFile[];
  /** Each mistake with its file's name, in English, as every way to publish words it. */
  mistakes: string[];
  /** The version that the files name, where it is published already. */
  taken: string | undefined;
}

interface Previewed {
  id: string;
  files: DraftFile[];
  policy: PolicyDraft;
  assessment: Assessment;
  /** Mark of all that is shown, which the confirmation sends back. */
  seen: string;
  /** Whether another version was published since the preview that was confirmed. */
  isChanged: boolean;
  stale_hours: number;
  refusal: Refusal | undefined;
}

/** Mistakes and changed paragraphs that are shown at most, and the length of one. */
const mistakes_shown = 100;
const mistake_length = 300;
const paragraphs_shown = 300;

/** Draws each mistake of the files, and the form that takes them again. */
export function mistakesPage(reader: Reader, { files, mistakes, taken }: Mistaken): Page {
  const text = policy_texts[reader.locale];
  const names = files.map(({ name }) => name);
  const items = mistakes.slice(0, mistakes_shown).map(one => {
    const { text, lang } = wordMistake(one, names, reader.locale);
    return html`<li${lang === reader.locale ? '' : html` lang="${lang}"`}>${text.slice(0, mistake_length)}</li>`;
  });
  const wrong = taken ? text.taken(taken) : html`<h2>${text.wrong(mistakes.length)}</h2><ul>${items}</ul>`;
  return {
    title: text.newTitle,
    section: 'policies',
    content: html`${renderCrumb(reader)}<h1>${text.newTitle}</h1>${renderNotice(html`${wrong}`)}
${renderFiles(reader, files)}<section class="card narrow"><h2>${text.again}</h2>${renderFilesForm(reader)}</section>`,
  };
}

/** Draws what a version says and changes, and the form that publishes it. */
export function previewPage(reader: Reader, drawn: Previewed): Page {
  const { id, files, policy, assessment, seen, isChanged, stale_hours, refusal } = drawn;
  const text = policy_texts[reader.locale];
  const { previous, doubts } = assessment;
  const isRefused = refusal?.slug === 'invalid-fields';
  return {
    title: text.previewTitle,
    section: 'policies',
    refused: isRefused ? text.unsure : undefined,
    content: html`${renderCrumb(reader)}<h1>${text.previewTitle}</h1>
${isChanged ? renderNotice(text.changed) : ''}
<p class="hint">${previous ? text.against(previous.version) : text.first}</p>
${doubts.length > 0 ? html`<section class="notice" aria-labelledby="doubts"><h2 id="doubts">${text.doubtsTitle}</h2><ul>${doubts.map(doubt => html`<li>${text.doubts[doubt](stale_hours)}</li>`)}</ul></section>` : ''}
${renderFacts(reader, policy, assessment)}
${renderFiles(reader, files)}
${assessment.texts.map(({ locale, runs }) => renderText(reader, locale, runs))}
<section class="card narrow"><h2>${text.publishTitle(policy.version)}</h2><p>${text.publishHint}</p>
<form class="asks" method="post" action="/console/policies/${id}"><input type="hidden" name="seen" value="${seen}">
<label class="check"><input type="checkbox" name="sure" value="yes" required${isRefused ? html` aria-invalid="true"` : ''}><span>${text.sure}</span></label>
<p class="go"><button>${text.publish}</button><a class="button quiet" href="/console/policies">${text.leave}</a></p></form></section>
<details class="folded"><summary>${text.again}</summary>${renderFilesForm(reader)}</details>`,
  };
}

function renderCrumb({ locale }: Reader): Content {
  return html`<p class="crumb"><a href="/console/policies">← ${policy_texts[locale].title}</a></p>`;
}

function renderFacts(reader: Reader, policy: PolicyDraft, { previous, purposes, retention }: Assessment): Content {
  const text = policy_texts[reader.locale];
  const change = (before: string | undefined, after: string) =>
    before === undefined || before === after ? after : `${before} → ${after}`;
  const languages = policy.documents.map(({ locale }) => language_names[locale as Locale]).join(', ');
  const names = (list: string[]) => html`${list.map(one => html`<code>${one}</code><br>`)}`;
  const facts: [string, Content | string][] = [
    [text.version, change(previous?.version, policy.version)],
    [text.effective, renderTime(reader, policy.effective_at)],
    [text.change, html`${text.classes[policy.change_class]}<br>${text.classHints[policy.change_class]}`],
    [text.languages, languages],
    ...retention.map(({ form, before, after }): [string, string] => [
      `${text.retention} · ${reader.text.forms[form] ?? form}`,
      change(before === undefined ? undefined : text.months(before), text.months(after)),
    ]),
    ...(['added', 'removed'] as const).map((one): [string, Content | string] => [
      text.purposes[one],
      purposes[one].length > 0 ? names(purposes[one]) : text.nothing,
    ]),
  ];
  return html`<section class="card"><h2>${text.factsTitle}</h2><dl class="said">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl></section>`;
}

function renderFiles({ locale }: Reader, files: DraftFile[]): Content {
  const items = files.map(
    ({ name, sha256 }) => html`<li>${name}<br><code class="digest">SHA-256 ${sha256}</code></li>`,
  );
  return html`<section class="card"><h2>${policy_texts[locale].chosen}</h2><ul>${items}</ul></section>`;
}

function renderText({ locale: own }: Reader, locale: string, runs: Run[]): Content {
  const text = policy_texts[own];
  const count = (is: Run['is']) =>
    runs.filter(run => run.is === is).reduce((sum, { paragraphs }) => sum + paragraphs.length, 0);
  let room = paragraphs_shown;
  const items = runs.flatMap(({ is, paragraphs }) => {
    if (is === 'kept') return room > 0 ? [html`<li>${text.kept(paragraphs.length)}</li>`] : [];
    const shown = paragraphs.slice(0, room);
    room -= shown.length;
    const tag = (words: string) =>
      is === 'added' ? html`<ins lang="${locale}">${words}</ins>` : html`<del lang="${locale}">${words}</del>`;
    return shown.map(
      one =>
        html`<li class="${is}"><span aria-hidden="true">${is === 'added' ? '+' : '−'} </span><span class="hidden">${text.marks[is]} </span>${tag(one)}</li>`,
    );
  });
  const more = count('added') + count('removed') - paragraphs_shown;
  return html`<section class="card"><h2>${renderLanguage(locale)}</h2><p>${text.counts(count('added'), count('removed'), count('kept'))}</p>
<ol class="changes">${items}</ol>${more > 0 ? html`<p class="hint">${text.more(more)}</p>` : ''}</section>`;
}
