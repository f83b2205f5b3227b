import { h, render } from 'preact';
import { checkField, type Locale, leadFields } from '../worker/fields.ts';
import type { Answer, Api, Policy } from './api.ts';
import styles from './lead-form.css';
import { formTexts } from './lead-form-texts.ts';
import { type Box, type Errors, LeadForm, type State, Thanks } from './lead-form-view.tsx';

interface Options {
  host: string;
  locale: Locale;
  policy: Policy | undefined;
  api: Api;
  newId(): string;
  addStyles(css: string): void;
}

const boxes: Box[] = [...leadFields.map(({ name }) => name), 'policy_version'];

let count = 0;

/**
 * Turns an element into the inquiry form, or says that there is none now and leaves the plain link.
 *
 * @returns Brings the element's own children back.
 */
export function mountLeadForm(element: Element, form: string, options: Options): () => void {
  const { locale, policy, addStyles } = options;
  const children = [...element.childNodes];
  const root = Object.assign(document.createElement('div'), { className: 'lc-root lc-form', lang: locale });
  addStyles(styles);
  if (policy) {
    startForm(root, form, { ...options, policy });
    element.replaceChildren(root);
  } else {
    render(
      <p class="lc-notice" role="status">
        {formTexts[locale].unavailable}
      </p>,
      root,
    );
    element.prepend(root);
  }
  return () => {
    render(null, root);
    element.replaceChildren(...children);
  };
}

function startForm(root: HTMLElement, form: string, options: Options & { policy: Policy }) {
  const { host, locale, api, newId } = options;
  const texts = formTexts[locale];
  const fixed = { id: `lc-${++count}-`, form, locale, leave, type, submit };
  let state: State = { policy: options.policy, errors: {}, notice: '', button: 'submit' };
  let attempt = { body: '', key: '' };
  change({});

  function change(part: Partial<State>) {
    state = { ...state, ...part };
    render(<LeadForm {...fixed} {...state} />, root);
  }

  const input = (box: Box) => root.querySelector<HTMLInputElement>(`[name=${box}]`)!;

  function findError(box: Box): string | undefined {
    const { value, checked } = input(box);
    if (box === 'policy_version') return checked ? undefined : texts.agreeError;
    const code = checkField(box, value);
    return code && texts.errors[box][code];
  }

  /** An error comes when a person leaves a box in which something is written, not when the window loses the focus. */
  function leave(box: Box) {
    const { value } = input(box);
    if (value && document.activeElement !== input(box)) change({ errors: { ...state.errors, [box]: findError(box) } });
  }

  /** While a person types, a solved error goes away and no new one comes. */
  function type(box: Box) {
    if (state.errors[box] && !findError(box)) change({ errors: { ...state.errors, [box]: undefined } });
  }

  async function submit() {
    if (state.button === 'sending') return;
    const errors: Errors = Object.fromEntries(boxes.map(box => [box, findError(box)]));
    if (boxes.some(box => errors[box])) return refuse(errors);
    const body = { ...Object.fromEntries(boxes.map(box => [box, input(box).value])), locale };
    if (attempt.body !== JSON.stringify(body)) attempt = { body: JSON.stringify(body), key: newId() };
    change({ errors, notice: '', button: 'sending' });
    settle(await api.post(`/forms/${form}`, body, attempt.key));
  }

  async function settle({ status, body }: Answer) {
    if (status === 201) {
      render(<Thanks host={host} locale={locale} receipt={body?.receipt_code} />, root);
      root.querySelector<HTMLElement>('[data-lead-form-done]')!.focus();
    } else if (status === 422 && Array.isArray(body?.errors)) {
      const problems: { field: string; code: string; message: string }[] = body.errors;
      if (problems.some(it => it.field === 'policy_version' && it.code === 'outdated')) await renewPolicy();
      const elsewhere = problems.find(({ field }) => !boxes.some(box => box === field));
      refuse(Object.fromEntries(problems.map(it => [it.field, it.message])), elsewhere?.message);
    } else {
      change({ button: 'retry', notice: !status ? texts.unreachable : status === 429 ? texts.tooMany : texts.failed });
    }
  }

  function refuse(errors: Errors, notice?: string) {
    const wrong = boxes.filter(box => errors[box]);
    change({ errors, notice: notice ?? texts.review(wrong.length), button: 'submit' });
    if (wrong[0]) input(wrong[0]).focus();
  }

  /** Asks again under the policy that has become current meanwhile. */
  async function renewPolicy() {
    const policy = await api.getPolicy(locale, 'no-cache');
    if (policy) change({ policy });
  }
}
