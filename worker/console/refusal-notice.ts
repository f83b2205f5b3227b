import { type Content, renderNotice } from '../http/page.ts';
import { problem_page_texts } from '../http/problems/page-texts.ts';
import { describeError } from '../shared/field-errors.ts';
import type { Reader } from './reader.ts';
import type { Refusal } from './refusal.ts';

/**
 * Draws what is said of a refused post at the top of the page that it led to.
 *
 * @param instead What the page itself says of it.
 */
export function renderRefusal(reader: Reader, refusal: Refusal, instead: string | undefined): Content {
  const { locale, text } = reader;
  const { errors, seconds, detail } = refusal;
  const labels: Record<string, string> = {
    reference: text.holds.reference,
    review_on: text.holds.review,
    reason: text.holds.reason,
    sure: text.lead.eraseSure,
    purpose: text.export.purpose,
  };
  const wrong = errors.map(({ field, code }) => {
    const message = describeError(locale, field, code);
    return Object.hasOwn(labels, field) ? `${labels[field]}${text.colon}${message}` : message;
  });
  const wait = seconds ? problem_page_texts[locale].wait(seconds) : '';
  return renderNotice(instead ?? [wrong.join(' ') || detail, wait].filter(Boolean).join(' '));
}
