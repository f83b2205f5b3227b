import { html } from 'hono/html';
import { type Content, renderNotice } from '../../http/page.ts';
import { language_names, locales } from '../../shared/locales.ts';
import { renderEmpty, renderPaging, renderSelect } from '../elements.ts';
import type { Page } from '../layout.ts';
import type { Reader } from '../reader.ts';
import { type NamedChoice, renderChoices, renderFinder } from './choices-page.ts';
import { privacy_texts } from './texts.ts';

/** What narrows a list of choices down. Days are those of receipt, both inclusive. */
export interface ChoiceFilters {
  from?: string | undefined;
  to?: string | undefined;
  policy_version?: string | undefined;
  locale?: string | undefined;
  outcome?: string | undefined;
}

interface Listed {
  filters: ChoiceFilters;
  /** Versions and outcomes to choose from. */
  versions: string[];
  outcomes: readonly string[];
  choices: NamedChoice[];
  isFirst: boolean;
  /** Id after which the next page begins. */
  next: string | undefined;
}

/** Writes the address of the list of choices that filters leave. */
export function choicesAddress(filters: ChoiceFilters, more: Record<string, string> = {}): string {
  const kept = Object.entries({ ...filters, ...more }).filter((entry): entry is [string, string] => Boolean(entry[1]));
  return `/console/choices?${new URLSearchParams(kept)}`;
}

/** Draws the choices of all visitors that filters leave, the earliest received first. */
export function choiceListPage(reader: Reader, listed: Listed): Page {
  const { filters, choices, isFirst, next } = listed;
  const { locale, text: texts } = reader;
  const { choices: text, title } = privacy_texts[locale];
  const first = isFirst ? '' : html`<a class="button quiet" href="${choicesAddress(filters)}">${texts.list.first}</a>`;
  const more = next
    ? html`<a class="button quiet" rel="next" href="${choicesAddress(filters, { cursor: next })}">${text.more}</a>`
    : '';
  // A page looks through a bounded number of choices, and may end before it has found enough.
  const found = choices.length > 0 ? renderChoices(reader, choices, true) : next ? renderNotice(text.notYet) : '';
  return {
    title: text.all,
    section: reader.scopes.includes('requests:handle') ? 'privacy' : 'overview',
    content: html`<p class="crumb"><a href="/console/privacy">← ${title}</a></p>
<h1>${text.all}</h1><p class="hint">${text.allIntro}</p>
${renderFilters(reader, listed)}
${found || renderEmpty(text.noneLeft, text.noneHint)}
${renderPaging(texts.list.paging, first, more)}
<h2>${text.title}</h2>${renderFinder(reader, '')}`,
  };
}

function renderFilters({ locale, text }: Reader, { filters, versions, outcomes }: Listed): Content {
  const { list, overview } = text;
  const names: Record<string, string> = overview.outcomes;
  const outcomeOptions = outcomes.map(one => [one, names[one]!] as const);
  const versionOptions = versions.map(one => [one, one] as const);
  const languageOptions = locales.map(one => [one, language_names[one]] as const);
  return html`<form class="row" method="get" action="/console/choices">
<label>${list.from}<input type="date" name="from" value="${filters.from ?? ''}"></label>
<label>${list.to}<input type="date" name="to" value="${filters.to ?? ''}"></label>
${renderSelect('policy_version', overview.version, versionOptions, filters.policy_version, list.any)}
${renderSelect('locale', overview.language, languageOptions, filters.locale, list.any)}
${renderSelect('outcome', privacy_texts[locale].choices.outcome, outcomeOptions, filters.outcome, list.any)}
<button class="quiet">${list.apply}</button></form>`;
}
