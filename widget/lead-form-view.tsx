import { h } from 'preact';
import { type LeadField, type Locale, leadFields } from '../worker/fields.ts';
import type { Policy } from './api.ts';
import { formTexts } from './lead-form-texts.ts';

/** Whatever can hold an error: a field, or the agreement to the policy. */
export type Box = LeadField | 'policy_version';
export type Errors = { [box in Box]?: string | undefined };

/** All that changes about a form but what is typed, which lives in the inputs alone. */
export interface State {
  policy: Policy;
  errors: Errors;
  notice: string;
  /** What the button says, and so what a click does. */
  button: 'submit' | 'sending' | 'retry';
}

interface Props extends State {
  /** Begins the id of each element. */
  id: string;
  form: string;
  locale: Locale;
  /** Called when the focus leaves a box. */
  leave(box: Box): void;
  /** Called with every change inside a box. */
  type(box: Box): void;
  submit(): void;
}

const box = (event: Event) => (event.target as HTMLInputElement).name as Box;

/** The form as it stands in one state. */
export function LeadForm({ id, form, locale, policy, errors, notice, button, leave, type, submit }: Props) {
  const texts = formTexts[locale];
  const [before, after] = texts.agree.split('{policy}');
  const common = (name: Box) => ({
    id: id + name,
    name,
    required: true,
    'aria-invalid': !!errors[name] || undefined,
    'aria-describedby': errors[name] && `${id + name}-error`,
  });
  /** A line kept free for an error, so that nothing moves under a finger on its way to the button. */
  const slot = (name: Box) => (
    <div class="lc-slot">
      {errors[name] && (
        <p class="lc-error" id={`${id + name}-error`} data-field-error={name}>
          {errors[name]}
        </p>
      )}
    </div>
  );
  return (
    <form
      class="lc-card"
      noValidate
      aria-label={texts.forms[form]?.label}
      onFocusOut={event => box(event) && leave(box(event))}
      onInput={event => type(box(event))}
      onSubmit={event => {
        event.preventDefault();
        submit();
      }}
    >
      <p class="lc-note">{texts.required}</p>
      <div class="lc-fields">
        {leadFields.map(({ name, type, autocomplete }) => (
          <div>
            <label class="lc-label" for={id + name}>
              {texts.labels[name]}
            </label>
            <input
              class="lc-input"
              type={type as 'text'}
              inputMode={type}
              autocomplete={autocomplete}
              {...common(name)}
            />
            {slot(name)}
          </div>
        ))}
      </div>
      <div>
        <label class="lc-check" for={`${id}policy_version`}>
          <input type="checkbox" key={policy.version} value={policy.version} {...common('policy_version')} />
          <span>
            {before}
            <a class="lc-link" href={policy.url} target="_blank" rel="noopener">
              {texts.policy}
              <span class="lc-hidden">{texts.opensNewTab}</span>
            </a>
            {after}
            {texts.forms[form]?.agreement}
          </span>
        </label>
        {slot('policy_version')}
      </div>
      <div class="lc-foot">
        {/* aria-disabled rather than disabled: the button keeps the focus while the form is on its way. */}
        <button class="lc-button" type="submit" aria-disabled={button === 'sending' || undefined}>
          {texts[button]}
        </button>
        <p class="lc-notice" role="alert">
          {notice}
        </p>
      </div>
    </form>
  );
}

interface ThanksProps {
  host: string;
  locale: Locale;
  receipt: string | undefined;
}

/** The thanks, with the receipt code that undoes everything later. */
export function Thanks({ host, locale, receipt }: ThanksProps) {
  const { done } = formTexts[locale];
  return (
    <section class="lc-card lc-done" data-lead-form-done tabIndex={-1} aria-label={done.title}>
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
