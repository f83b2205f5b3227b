import { html } from 'hono/html';
import type { Content } from '../../../http/page.ts';
import { renderSelect } from '../../elements.ts';
import type { Reader } from '../../reader.ts';
import type { Refusal } from '../../refusal.ts';
import { leadAddress } from '../filters.ts';
import type { BulkReport } from './bulk.ts';
import { most_chosen } from './chosen.ts';

interface Choices {
  /** The list that the form leads back to (`readList`). */
  list: string;
  statuses: readonly string[];
  assignees: string[];
}

/** Draws what can be done to the leads whose boxes are ticked. The script shows it once one is. */
export function renderBulk({ text, scopes }: Reader, { list, statuses, assignees }: Choices): Content {
  const { bulk } = text;
  const statusOptions = statuses.map(status => [status, text.statuses[status]!] as const);
  const people = assignees.map(one => [one, one] as const);
  const work = html`<p class="pair">${renderSelect('status', text.fields.status!, statusOptions, 'contacted')}<button class="quiet" name="act" value="status">${bulk.set}</button></p>
<p class="pair">${renderSelect('assigned_to', text.fields.assigned_to!, people, '', text.nobody)}<button class="quiet" name="act" value="assign">${text.lead.assign}</button></p>
<p><button class="quiet" name="act" value="spam">${bulk.spam}</button></p>`;
  return html`<form id="several" class="several" method="post" action="/console/bulk" aria-label="${bulk.title}" autocomplete="off">
<input type="hidden" name="list" value="${list}">
<p class="count-chosen"><b aria-live="polite" data-chosen="${bulk.chosen}">${bulk.title}</b><label class="check" data-all hidden><input type="checkbox" data-key="a"><span>${bulk.all}</span></label></p>
<details open data-compact><summary>${bulk.acts}</summary><div class="doable">
${scopes.includes('leads:write') ? work : ''}
<p><button class="quiet" formaction="/console/export/chosen">${text.list.export}</button></p>
</div></details>
</form>`;
}

/** Draws what was done to several leads, what was not and why, and the button that undoes it. */
export function renderReport({ text }: Reader, report: BulkReport, list: string): Content {
  const { bulk } = text;
  const { same, refused, undo } = report;
  const said = [sayDone(text, report), same > 0 ? bulk.same(same) : ''];
  const button = undo
    ? html`<form method="post" action="/console/bulk/${undo.id}/undo" data-fade="${undo.ms}"><input type="hidden" name="list" value="${list}"><button class="quiet" data-key="z" aria-keyshortcuts="z">${bulk.undo}<kbd aria-hidden="true">z</kbd></button></form>`
    : '';
  const left = refused.map(
    ({ id, name, why }) =>
      html`<li><a href="${leadAddress(id, list)}">${name ?? html`<code>${id.slice(-12)}</code>`}</a>${text.colon}${bulk.why[why]}</li>`,
  );
  return html`<div class="notice report" role="status" tabindex="-1" autofocus><p>${said.filter(Boolean).join(' ')}</p>${button}
${refused.length > 0 ? html`<p>${bulk.refused(refused.length)}</p><ul>${left}</ul>` : ''}</div>`;
}

function sayDone(text: Reader['text'], report: BulkReport): string {
  const { bulk } = text;
  const { act, changed } = report;
  if (act === 'late') return bulk.late;
  if (act === 'again') return bulk.again(changed);
  return act === 'undo' ? bulk.undone(changed) : bulk.done(changed, describe(text, report));
}

function describe(text: Reader['text'], { act, change }: BulkReport): string {
  if (act === 'assign') return `${text.fields.assigned_to} ${change.assigned_to ?? text.nobody}`;
  const reason = change.closed_reason ? ` (${text.closed_reasons[change.closed_reason]})` : '';
  return `${text.statuses[change.status!]}${reason}`;
}

/** Returns what a list says of a choice that was refused: of none, or of too many. */
export function refusedChoice({ text }: Reader, refusal: Refusal | undefined): string | undefined {
  const isChoice = refusal?.errors.some(({ field }) => field === 'lead');
  return isChoice ? text.bulk.choose(most_chosen) : undefined;
}
