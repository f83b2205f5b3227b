import { html } from 'hono/html';
import { type Content, renderError, renderNotice, unaided } from '../../../http/page.ts';
import type { FieldError } from '../../../http/problems/slugs.ts';
import type { Reader } from '../../reader.ts';
import { writeDay } from '../../times.ts';
import { leadAddress } from '../filters.ts';
import type { OpenLead } from '../rows.ts';

/** What the form of the note needs: what `describeNote` says of the note that it replaces, and a try that was refused. */
export interface NoteForm {
  seen: string;
  /** What was typed, and what is wrong with it: nothing where somebody else has changed the note meanwhile. */
  refused: { typed: string; errors: FieldError[] } | undefined;
}

/** Draws why a lead is closed, to choose by one click. It is there for a closed lead; the script shows it at once. */
export function renderReason({ text }: Reader, lead: OpenLead, list: string, reasons: readonly string[]): Content {
  const buttons = reasons.map(
    one =>
      html`<button class="quiet" name="closed_reason" value="${one}" aria-pressed="${String(lead.closed_reason === one)}">${text.closed_reasons[one]}</button>`,
  );
  const none = lead.closed_reason
    ? html`<button class="quiet" name="closed_reason" value="">${text.lead.noReason}</button>`
    : '';
  return html`<form method="post" action="${leadAddress(lead.id, list, '/reason')}" data-why${lead.status === 'closed' ? '' : html` hidden`}><fieldset><legend>${text.lead.why}</legend>${buttons}${none}</fieldset></form>`;
}

/** The keys of the days that one click chooses. */
const day_keys = ['t', 'd', 'w'];

/** Draws the day of the next contact: tomorrow and two later ones that one click chooses, and any other. */
export function renderFollowUp(reader: Reader, lead: OpenLead, list: string, days: string[]): Content {
  const { text } = reader;
  const action = leadAddress(lead.id, list, '/follow-up');
  const buttons = days.map((day, index) => {
    const key = day_keys[index];
    return html`<button class="quiet" name="follow_up_on" value="${day}" title="${writeDay(reader, day)}" data-key="${key}" aria-keyshortcuts="${key}" aria-pressed="${String(lead.follow_up_on === day)}">${text.lead.days[index]}<kbd aria-hidden="true">${key}</kbd></button>`;
  });
  const none = lead.follow_up_on
    ? html`<button class="quiet" name="follow_up_on" value="">${text.lead.noFollowUp}</button>`
    : '';
  return html`<form method="post" action="${action}"><fieldset><legend>${text.lead.followUp}</legend>${buttons}${none}</fieldset></form>
<form class="assign" method="post" action="${action}"><label>${text.lead.day}<input type="date" name="follow_up_on" value="${lead.follow_up_on ?? ''}" required></label><button class="quiet">${text.lead.setDay}</button></form>`;
}

/** Draws the note where the values are shown, or where a try at it was refused; else that it is masked with them. */
export function renderNote(
  { locale, text }: Reader,
  lead: OpenLead,
  list: string,
  { seen, refused }: NoteForm,
): Content {
  if (lead.note === undefined && !refused) return html`<p class="hint">${text.lead.noteMasked}</p>`;
  const { line, attributes } = renderError(locale, 'note', refused?.errors ?? []);
  const isOther = refused?.errors.length === 0;
  return html`<form class="note" method="post" action="${leadAddress(lead.id, list, '/note')}">
${isOther ? html`${renderNotice(text.lead.noteChanged)}${lead.note ? html`<p class="theirs">${lead.note}</p>` : ''}` : ''}
<label for="note">${text.fields.note}</label>
<textarea id="note" name="note" rows="3" maxlength="1000" data-key="n" data-focus autocomplete="off" ${unaided}${attributes}>
${refused?.typed ?? lead.note ?? ''}</textarea>${line}
<input type="hidden" name="seen" value="${seen}"><p class="hint">${text.lead.noteHint}</p>
<button class="quiet">${text.lead.saveNote}</button></form>`;
}
