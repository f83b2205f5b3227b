import { html } from 'hono/html';
import { type Content, renderError, unaided } from '../../http/page.ts';
import { longest_line } from '../../http/staff-text.ts';
import { longest_details } from '../../requests/details.ts';
import { request_texts } from '../../requests/texts.ts';
import { leadFields } from '../../shared/fields.ts';
import { renderSelect } from '../elements.ts';
import type { Reader } from '../reader.ts';
import { requestAddress } from './address.ts';
import type { RequestDetails } from './details.ts';
import { isWorded, nextStep } from './due.ts';
import { describeStep } from './requests-page.ts';
import { desk_texts } from './texts.ts';

/**
 * Draws what is to be done next about a request, open, and what else may be done, folded.
 *
 * @param leads What is drawn between the two.
 */
export function renderActs(reader: Reader, details: RequestDetails, leads: Content): Content {
  const { locale, holder, scopes } = reader;
  const text = desk_texts[locale];
  const { request } = details;
  const handles = scopes.includes('requests:handle');
  if (request.closed_at)
    return handles && request.type !== 'complaint'
      ? html`${leads}<p><a class="button quiet" href="/console/requests/new?type=complaint&amp;about=${request.id}">${text.complain}</a></p>`
      : leads;
  const step = nextStep(request, { id: holder?.id, handles });
  const forms = {
    verify: renderVerification,
    again: renderVerification,
    approve: renderApproval,
    await: renderOwn,
    fulfil: renderFulfilment,
    none: () => html``,
  };
  const canFulfil = handles && step !== 'fulfil' && (request.verified_at || isWorded(request.type));
  const first =
    step === 'none'
      ? ''
      : html`<section class="card step"><h2>${text.next}${reader.text.colon}${describeStep(reader, request)}</h2>${forms[step](reader, details)}</section>`;
  return html`${first}
${leads}
${canFulfil ? fold(text.fulfil[request.type]!, isRefused(details, '/fulfilment'), renderFulfilment(reader, details)) : ''}
${handles ? renderFurther(reader, details) : ''}`;
}

function renderFurther(reader: Reader, details: RequestDetails): Content {
  const text = desk_texts[reader.locale];
  const { request } = details;
  const needsPerson = !request.verified_at && !isWorded(request.type);
  return html`${needsPerson ? fold(text.failed, false, renderAttempt(reader, details)) : ''}
${details.extend_from ? fold(text.extend, isRefused(details, '/extension'), renderExtension(reader, details)) : ''}
${fold(request.refusal_code ? text.refuseAgain : text.refuse, isRefused(details, '/refusal'), renderRefusal(reader, details))}`;
}

function fold(summary: string, isOpen: boolean, content: Content): Content {
  return html`<details class="card folded"${isOpen ? html` open` : ''}><summary>${summary}</summary>${content}</details>`;
}

function actionOf({ request, shown }: RequestDetails, step: string): string {
  return requestAddress(request.id, step, { shown });
}

/** Returns the form that was refused before, where it was this one. */
function refusedOf({ request, draft }: RequestDetails, step: string) {
  return draft?.action === requestAddress(request.id, step) ? draft : undefined;
}

function isRefused(details: RequestDetails, step: string): boolean {
  return refusedOf(details, step) !== undefined;
}

function renderVerification({ locale }: Reader, details: RequestDetails): Content {
  const text = desk_texts[locale];
  const buttons = details.choices.verifications.map(
    by => html`<button class="quiet" name="by" value="${by}">${text.by[by]}</button>`,
  );
  return html`<p class="hint">${text.verifyHint}</p><form class="reveal" method="post" action="${actionOf(details, '/verification')}"><fieldset><legend class="hidden">${text.verify}</legend>${buttons}</fieldset></form>`;
}

function renderAttempt({ locale }: Reader, details: RequestDetails): Content {
  const text = desk_texts[locale];
  const ways = details.choices.verifications.map(by => [by, text.by[by] ?? by] as const);
  return html`<p class="hint">${text.failedHint}</p><form class="row" method="post" action="${actionOf(details, '/verification')}"><input type="hidden" name="failed" value="yes">${renderSelect('by', text.failedBy, ways, undefined)}<button class="quiet">${text.failedDo}</button></form>`;
}

function renderApproval({ locale }: Reader, details: RequestDetails): Content {
  const text = desk_texts[locale];
  const { request, texts } = details;
  return html`<p>${request.refusal_code}: ${request_texts[locale].refusals[request.refusal_code!]}</p>
<blockquote class="words">${texts?.explanation ?? ''}</blockquote>
<form method="post" action="${actionOf(details, '/approval')}"><input type="hidden" name="seen" value="${request.seq}"><button>${text.approveDo}</button></form>`;
}

function renderOwn({ locale }: Reader): Content {
  return html`<p>${desk_texts[locale].own}</p>`;
}

/** Draws the form that does what the request asks for; while a hold stands, why it cannot be done but for a child. */
function renderFulfilment(reader: Reader, details: RequestDetails): Content {
  const text = desk_texts[reader.locale];
  const { request, leads } = details;
  const isHeld = leads.some(({ is_held }) => is_held) && !isWorded(request.type);
  const heldNote = html`<p class="notice">${text.heldNote} <a href="/console/holds">${text.toHolds}</a></p>`;
  if (isHeld && request.type !== 'erasure') return heldNote;
  const erases = request.type === 'erasure' || request.type === 'withdrawal';
  const isCorrection = request.type === 'rectification';
  const isIdle = isCorrection && leads.length === 0;
  const inputs = isIdle ? '' : isCorrection ? renderValues(reader, details) : erases ? renderSure(reader, details) : '';
  const hint = isIdle ? text.noLeadsEnd : (text.fulfilHints[request.type] ?? '');
  const policy =
    request.type === 'explanation'
      ? html` <a href="/policies/current" target="_blank" rel="noopener">${text.policy}</a>`
      : '';
  return html`${isHeld ? html`${heldNote}<p class="hint">${text.childNote}</p>` : html`<p class="hint">${hint}${policy}</p>`}
<form class="asks" method="post" action="${actionOf(details, '/fulfilment')}" novalidate>${inputs}<button${erases ? html` class="alarm"` : ''}>${isIdle ? text.endIdle : text.fulfil[request.type]}</button></form>`;
}

function renderValues({ locale, text: { fields } }: Reader, details: RequestDetails): Content {
  const { typed = {}, errors = [] } = refusedOf(details, '/fulfilment') ?? {};
  const inputs = leadFields.map(({ name, type, max }) => {
    const { line, attributes } = renderError(locale, name, errors);
    return html`<div><label for="${name}">${fields[name]}</label><input id="${name}" name="${name}" type="${type}" maxlength="${max}" autocomplete="off" ${unaided} value="${typed[name] ?? ''}"${attributes}>${line}</div>`;
  });
  return html`<div class="inputs">${inputs}</div>`;
}

function renderSure({ locale, text: { erasure_grounds } }: Reader, details: RequestDetails): Content {
  const text = desk_texts[locale];
  const { typed = {}, errors = [] } = refusedOf(details, '/fulfilment') ?? {};
  const isHeld = details.leads.some(({ is_held }) => is_held);
  const possible = details.choices.grounds.filter(ground => !isHeld || ground === 'child');
  const grounds = possible.map(ground => [ground, erasure_grounds[ground] ?? ground] as const);
  const { line, attributes } = renderError(locale, 'sure', errors);
  const isErasure = details.request.type === 'erasure';
  return html`${isErasure ? renderSelect('ground', text.ground, grounds, typed.ground ?? 'withdrawn') : ''}<label class="check"><input type="checkbox" id="sure" name="sure" value="yes" required${attributes}><span>${text.sure}</span></label>${line}`;
}

function renderExtension({ locale }: Reader, details: RequestDetails): Content {
  const text = desk_texts[locale];
  const { typed = {}, errors = [], hindrance } = refusedOf(details, '/extension') ?? {};
  const wrong =
    hindrance === 'not_later' || hindrance === 'too_far' ? [{ field: 'due_on', code: 'invalid' as const }] : errors;
  const inReason = renderError(locale, 'reason', wrong);
  const inDay = renderError(locale, 'due_on', wrong);
  return html`<p class="hint">${text.extendHint}</p><form class="asks" method="post" action="${actionOf(details, '/extension')}"><div class="inputs">
<div><label for="reason">${text.extendReason}</label><input id="reason" name="reason" required maxlength="${longest_line}" autocomplete="off" ${unaided} value="${typed.reason ?? ''}"${inReason.attributes}>${inReason.line}</div>
<div><label for="due_on">${text.extendDay}</label><input id="due_on" name="due_on" type="date" required min="${details.extend_from}" max="${details.extend_to}" value="${typed.due_on ?? ''}"${inDay.attributes}>${inDay.line}</div></div><button class="quiet">${text.extendDo}</button></form>`;
}

function renderRefusal({ locale }: Reader, details: RequestDetails): Content {
  const text = desk_texts[locale];
  const { typed = {}, errors = [] } = refusedOf(details, '/refusal') ?? {};
  const codes = details.choices.codes.map(code => [code, `${code} ${request_texts[locale].refusals[code]}`] as const);
  const { line, attributes } = renderError(locale, 'explanation', errors);
  return html`<p class="hint">${text.refuseHint}</p><form class="asks" method="post" action="${actionOf(details, '/refusal')}" novalidate>${renderSelect('code', text.code, codes, typed.code)}
<div><label for="explanation">${text.explanation}</label><textarea id="explanation" name="explanation" rows="4" required maxlength="${longest_details}" autocomplete="off" ${unaided}${attributes}>
${typed.explanation ?? ''}</textarea>${line}</div><button class="quiet">${text.refuseDo}</button></form>`;
}
