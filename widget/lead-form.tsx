import { checkField, type Locale, leadFields } from '../worker/fields.ts';
import type { Answer, Api, Policy } from './api.ts';
import { h } from './dom.ts';
import styles from './lead-form.css';
import { type Box, createFormView, renderDone } from './lead-form-view.tsx';
import { formTexts } from './strings.ts';

interface Options {
  host: string;
  locale: Locale;
  policy: Policy | undefined;
  api: Api;
  newId(): string;
  addStyles(css: string): void;
}

const boxes: Box[] = [...leadFields.map(({ name }) => name), 'policy_version'];

/**
 * Turns an element into the inquiry form, or says that there is none now and leaves the plain link.
 *
 * @returns Brings the element's own children back.
 */
export function mountLeadForm(element: Element, form: string, options: Options): () => void {
  const { locale, policy, addStyles } = options;
  const children = [...element.childNodes];
  const root = <div class="lc-root lc-form" lang={locale} />;
  addStyles(styles);
  if (policy) {
    root.append(createForm(form, { ...options, policy }, done => root.replaceChildren(done)));
    element.replaceChildren(root);
  } else {
    root.append(
      <p class="lc-notice" role="status">
        {formTexts[locale].unavailable}
      </p>,
    );
    element.prepend(root);
  }
  return () => element.replaceChildren(...children);
}

function createForm(form: string, options: Options & { policy: Policy }, show: (done: Element) => void): Element {
  const { host, locale, policy, api, newId } = options;
  const texts = formTexts[locale];
  const view = createFormView({ locale, form, policy, leave, type, submit });
  const shown = new Set<Box>();
  let isSending = false;
  let attempt = { body: '', key: '' };
  return view.form;

  function findError(box: Box): string | undefined {
    if (box === 'policy_version') return view.inputs[box].checked ? undefined : texts.agreeError;
    const code = checkField(box, view.inputs[box].value);
    return code && texts.errors[box][code];
  }

  function showError(box: Box, message: string | undefined) {
    view.showError(box, message);
    if (message) shown.add(box);
    else shown.delete(box);
  }

  /** An error comes when a person leaves a box in which something is written, not when the window loses the focus. */
  function leave(box: Box) {
    const { value } = view.inputs[box];
    if (value && document.activeElement !== view.inputs[box]) showError(box, findError(box));
  }

  /** While a person types, a solved error goes away and no new one comes. */
  function type(box: Box) {
    if (shown.has(box) && !findError(box)) showError(box, undefined);
  }

  async function submit() {
    if (isSending) return;
    const errors = new Map(boxes.map(box => [box, findError(box)]));
    if (boxes.some(box => errors.get(box))) return refuse(errors);
    const body = { ...Object.fromEntries(boxes.map(box => [box, view.inputs[box].value])), locale };
    if (attempt.body !== JSON.stringify(body)) attempt = { body: JSON.stringify(body), key: newId() };
    isSending = true;
    view.showProgress(texts.sending, true);
    settle(await api.post(`/forms/${form}`, body, attempt.key));
  }

  async function settle({ status, body }: Answer) {
    isSending = false;
    if (status === 201) {
      const done = renderDone(locale, host, body?.receipt_code);
      show(done);
      done.focus();
    } else if (status === 422 && Array.isArray(body?.errors)) {
      const problems: { field: string; code: string; message: string }[] = body.errors;
      if (problems.some(it => it.field === 'policy_version' && it.code === 'outdated')) await renewPolicy();
      const elsewhere = problems.find(({ field }) => !boxes.some(box => box === field));
      refuse(new Map(problems.map(it => [it.field, it.message])), elsewhere?.message);
    } else {
      view.showProgress(texts.retry, false);
      view.showNotice(!status ? texts.unreachable : status === 429 ? texts.tooMany : texts.failed);
    }
  }

  function refuse(errors: Map<string, string | undefined>, notice?: string) {
    const wrong = boxes.filter(box => errors.get(box));
    for (const box of boxes) showError(box, errors.get(box));
    view.showProgress(texts.submit, false);
    view.showNotice(notice ?? texts.review(wrong.length));
    if (wrong[0]) view.inputs[wrong[0]].focus();
  }

  /** Asks again under the policy that has become current meanwhile. */
  async function renewPolicy() {
    view.inputs.policy_version.checked = false;
    const current = await api.getPolicy(locale, 'no-cache');
    if (current) view.showPolicy(current);
  }
}
