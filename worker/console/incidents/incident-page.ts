import { html } from 'hono/html';
import type { Incident, Told } from '../../../db/incidents/find.ts';
import type { NoticeWords } from '../../../db/incidents/incident.ts';
import { type Content, renderError, renderNotice, unaided } from '../../http/page.ts';
import { incident_texts, notice_parts } from '../../incidents/texts.ts';
import { longest_details } from '../../requests/details.ts';
import { type Locale, language_names, locales } from '../../shared/locales.ts';
import { renderLanguage, renderOutcome, renderPaging, renderTable } from '../elements.ts';
import type { Page } from '../layout.ts';
import type { Reader } from '../reader.ts';
import { renderTime } from '../times.ts';
import { describeScope, renderClock, renderTold } from './clocks.ts';
import type { Draft } from './drafts.ts';
import { describeMistakes } from './mistakes.ts';
import { desk_texts } from './texts.ts';

interface Details {
  incident: Incident & { texts: Record<string, NoticeWords> };
  /** A page of the people who were told. */
  told: Told[];
  isFirst: boolean;
  /** The lead after which the next page begins. */
  next: string | undefined;
  /** What was just done. */
  done: string | undefined;
  /** The notice that was refused before. */
  draft: Draft | undefined;
  /** Whom people ask, unless another is typed. */
  contact: string;
}

/** Draws an incident with its clocks; below it the notice, or the form of it, and who was told. */
export function incidentPage(reader: Reader, details: Details): Page {
  const text = desk_texts[reader.locale];
  const { incident, done, draft } = details;
  const said = done && Object.hasOwn(text.done, done) ? text.done[done]!(incident.affected) : undefined;
  return {
    title: text.incident,
    section: 'incidents',
    content: html`<p class="crumb"><a href="/console/incidents">← ${text.title}</a></p>
${said ? renderOutcome(said) : ''}
${draft ? renderNotice(describeMistakes(reader.locale, draft.errors)) : ''}
${renderFacts(reader, incident)}
${incident.noticed_at ? renderNoticed(reader, details) : renderForm(reader, details)}`,
  };
}

function renderFacts(reader: Reader, incident: Incident): Content {
  const text = desk_texts[reader.locale];
  const facts: [string, Content][] = [
    [
      text.reportDue,
      incident.noticed_at
        ? renderTime(reader, incident.report_due_at)
        : renderClock(reader, incident.report_due_at, null),
    ],
    [text.noticeDue, renderClock(reader, incident.notice_due_at, incident.noticed_at)],
    [text.from, renderTime(reader, incident.from)],
    [text.to, renderTime(reader, incident.to)],
    [text.recorded, renderTime(reader, incident.recorded_at)],
    [text.reached, describeScope(reader, incident)],
    [text.told, renderTold(reader, incident)],
  ];
  return html`<article class="card lead"><header><h1>${text.incident}</h1></header>
<blockquote class="words">${incident.cause}</blockquote>
<dl class="values">${facts.map(([what, value]) => html`<div><dt>${what}</dt><dd>${value}</dd></div>`)}</dl>
<p class="hint">${text.clockHint}</p></article>`;
}

function renderForm(reader: Reader, { incident, draft, contact }: Details): Content {
  const { locale } = reader;
  const text = desk_texts[locale];
  const typed = draft?.typed ?? { contact };
  const { line, attributes } = renderError(locale, 'contact', draft?.errors ?? []);
  const isWritten = (lang: Locale) =>
    Object.entries(typed).some(([name, value]) => name.startsWith(`texts.${lang}.`) && value.trim());
  return html`<section class="card step"><h2>${text.tell}</h2><p class="hint">${text.tellHint(incident.affected)}</p>
<form class="asks" method="post" action="/console/incidents/${incident.id}/notice" novalidate>
<fieldset class="asks"><legend>${renderLanguage('zh-CN')}</legend>${notice_parts.map(part => renderPart(reader, 'zh-CN', part, typed, draft))}</fieldset>
<details class="folded"${isWritten('en') ? html` open` : ''}><summary>${text.alsoIn(language_names.en)}</summary><fieldset class="asks"><legend>${renderLanguage('en')}</legend>${notice_parts.map(part => renderPart(reader, 'en', part, typed, draft))}</fieldset></details>
<div><label for="contact">${text.contact}</label><input id="contact" name="contact" required maxlength="200" autocomplete="off" ${unaided} value="${typed.contact ?? ''}"${attributes}>${line}</div>
<button>${text.tellDo}</button></form></section>`;
}

function renderPart(
  { locale }: Reader,
  lang: Locale,
  part: keyof NoticeWords,
  typed: Record<string, string>,
  draft: Draft | undefined,
): Content {
  const name = `texts.${lang}.${part}`;
  const { line, attributes } = renderError(locale, name, draft?.errors ?? []);
  return html`<div><label for="${name}">${incident_texts[locale].parts[part]}</label>
<textarea id="${name}" name="${name}" lang="${lang}" rows="3" required maxlength="${longest_details}" autocomplete="off" ${unaided}${attributes}>
${typed[name] ?? ''}</textarea>${line}</div>`;
}

function renderNoticed(reader: Reader, { incident, told, isFirst, next }: Details): Content {
  const { locale, text: texts } = reader;
  const text = desk_texts[locale];
  const { parts } = incident_texts[locale];
  const words = locales
    .filter(lang => incident.texts[lang])
    .map(
      lang =>
        html`<h3>${renderLanguage(lang)}</h3><dl class="notice-words" lang="${lang}">${notice_parts.map(part => html`<dt lang="${locale}">${parts[part]}</dt><dd class="words">${incident.texts[lang]![part]}</dd>`)}</dl>`,
    );
  const address = `/console/incidents/${incident.id}`;
  const rows = told.map(({ lead_id, told_at, by }) => [
    html`<a href="/console/leads/${lead_id}"><code>${lead_id}</code></a>`,
    renderTime(reader, told_at),
    html`${text.by[by]}`,
  ]);
  return html`<section class="card"><h2>${text.noticed}</h2>
<p>${renderTime(reader, incident.noticed_at!)} · ${text.until} ${renderTime(reader, incident.until!)} · <a href="/announcements#incident-${incident.id}">${text.announcement}</a></p>
${words}
<p>${text.contact}: ${incident.contact}</p></section>
<section><h2>${text.record}</h2>
${told.length > 0 ? renderTable(text.record, [text.lead, text.when, text.how], rows) : html`<p>${incident.affected > 0 ? text.mailing : text.nobody}</p>`}
${renderPaging(texts.list.paging, isFirst ? '' : html`<a class="button quiet" href="${address}">${texts.list.first}</a>`, next ? html`<a class="button quiet" rel="next" href="${address}?after=${next}">${texts.list.more}</a>` : '')}</section>`;
}
