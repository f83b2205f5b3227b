import { type LeadField, type Locale, leadFields } from '../worker/fields.ts';
import type { Policy } from './api.ts';
import { h, setProperty } from './dom.ts';
import { formTexts } from './strings.ts';

/** Whatever can hold an error: a field, or the agreement to the policy. */
export type Box = LeadField | 'policy_version';

interface Options {
  locale: Locale;
  form: string;
  policy: Policy;
  /** Called when the focus leaves a box. */
  leave(box: Box): void;
  /** Called with every change inside a box. */
  type(box: Box): void;
  submit(): void;
}

let count = 0;

/** The form's elements, and the few ways in which they change. What is typed lives in the inputs alone. */
export function createFormView({ locale, form, policy, leave, type, submit }: Options) {
  const texts = formTexts[locale];
  const prefix = `lc-${++count}-`;
  const inputs = {} as Record<Box, HTMLInputElement>;
  const slots = {} as Record<Box, HTMLElement>;
  const link = (
    <a class="lc-link" href={policy.url} target="_blank" rel="noopener">
      {texts.policy}
      <span class="lc-hidden">{texts.opensNewTab}</span>
    </a>
  );
  const button = <button class="lc-button" type="submit" />;
  const notice = <p class="lc-notice" role="alert" />;
  const [before, after] = texts.agree.split('{policy}');
  const element = (
    <form class="lc-card" novalidate aria-label={texts.forms[form]?.label} onSubmit={send}>
      <p class="lc-note">{texts.required}</p>
      <div class="lc-fields">{leadFields.map(renderField)}</div>
      <div>
        <label class="lc-check" for={`${prefix}policy_version`}>
          {createInput('policy_version', { type: 'checkbox' })}
          <span>
            {before}
            {link}
            {after}
            {texts.forms[form]?.agreement}
          </span>
        </label>
        {createSlot('policy_version')}
      </div>
      <div class="lc-foot">
        {button}
        {notice}
      </div>
    </form>
  );
  showPolicy(policy);
  showProgress(texts.submit, false);
  return { form: element, inputs, showError, showNotice, showPolicy, showProgress };

  function send(event: Event) {
    event.preventDefault();
    submit();
  }

  function renderField({ name, type, autocomplete }: (typeof leadFields)[number]) {
    return (
      <div>
        <label class="lc-label" for={prefix + name}>
          {texts.labels[name]}
        </label>
        {createInput(name, { class: 'lc-input', type, inputmode: type, autocomplete })}
        {createSlot(name)}
      </div>
    );
  }

  function createInput(box: Box, attributes: Record<string, string>): HTMLElement {
    const input = (
      <input
        {...attributes}
        id={prefix + box}
        name={box}
        required
        onBlur={() => leave(box)}
        onInput={() => type(box)}
      />
    );
    inputs[box] = input as HTMLInputElement;
    return input;
  }

  /** A line kept free for an error, so that nothing moves under a finger on its way to the button. */
  function createSlot(box: Box): HTMLElement {
    slots[box] = <div class="lc-slot" />;
    return slots[box];
  }

  function showError(box: Box, message: string | undefined) {
    const id = `${prefix}${box}-error`;
    const text = (
      <p class="lc-error" id={id} data-field-error={box}>
        {message}
      </p>
    );
    slots[box].replaceChildren(...(message ? [text] : []));
    setProperty(inputs[box], 'aria-invalid', message && 'true');
    setProperty(inputs[box], 'aria-describedby', message && id);
  }

  function showNotice(text: string) {
    notice.textContent = text;
  }

  function showPolicy({ version, url }: Policy) {
    inputs.policy_version.value = version;
    setProperty(link, 'href', url);
  }

  /** `aria-disabled` rather than `disabled`: the button keeps the focus while the form is on its way. */
  function showProgress(label: string, isSending: boolean) {
    button.textContent = label;
    setProperty(button, 'aria-disabled', isSending && 'true');
    if (isSending) showNotice('');
  }
}

/** The thanks, with the receipt code that undoes everything later. */
export function renderDone(locale: Locale, host: string, receipt: string | undefined): HTMLElement {
  const { done } = formTexts[locale];
  return (
    <section class="lc-card lc-done" data-lead-form-done tabindex="-1" aria-label={done.title}>
      <p class="lc-title">{done.title}</p>
      <p>{done.body}</p>
      {receipt && (
        <p class="lc-receipt">
          <span class="lc-note">{done.code}</span>
          <code>{receipt}</code>
        </p>
      )}
      {receipt && (
        <p class="lc-note">
          {done.codeUse}{' '}
          <a class="lc-link" href={`${host}/withdrawals?lang=${locale}`} target="_blank" rel="noopener">
            {done.withdraw}
          </a>
        </p>
      )}
    </section>
  );
}
