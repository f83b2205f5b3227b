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
  /** The latest error, for those who hear it. */
  said: string | undefined;
  notice: string;
  /** What the button says. */
  button: 'submit' | 'sending' | 'retry';
  /** Whether the button has to wait. */
  isBusy: boolean;
  /** Present once the lead is stored. */
  receipt?: string;
  isCopied?: boolean;
}

interface Props extends State {
  /** Begins the id of each element. */
  id: string;
  form: string;
  host: string;
  locale: Locale;
  /** What the fields start with. */
  values: Record<string, string>;
  /** Called when the focus comes into the form, or moves in it. */
  focused(): void;
  /** Called when the focus leaves an input. */
  leave(input: HTMLInputElement): void;
  /** Called with every change inside an input. */
  type(input: HTMLInputElement): void;
  submit(): void;
  copy(code: Element): void;
}

/** The form as it stands in one state; at last, the thanks. */
export function LeadForm(props: Props) {
  const { id, form, locale, values, policy, errors, said, notice, button, isBusy } = props;
  if (props.receipt !== undefined) return <Thanks {...props} />;
  const texts = formTexts[locale];
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
      onFocusIn={props.focused}
      onFocusOut={({ target }) => target instanceof HTMLInputElement && props.leave(target)}
      onInput={({ target }) => props.type(target as HTMLInputElement)}
      onSubmit={event => {
        event.preventDefault();
        props.submit();
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
              defaultValue={values[name]}
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
            {texts.agree[0]}
            <a class="lc-link" href={policy.url} target="_blank" rel="noopener">
              {texts.agree[1]}
              <span class="lc-hidden">{texts.opensNewTab}</span>
            </a>
            {texts.agree[2]}
            {texts.forms[form]?.agreement}
          </span>
        </label>
        {slot('policy_version')}
      </div>
      <div class="lc-foot">
        {/* aria-disabled rather than disabled: the button keeps the focus while the form is on its way. */}
        <button class="lc-button" type="submit" aria-disabled={isBusy || undefined}>
          {texts[button]}
        </button>
        <p class="lc-notice" role="alert">
          {notice}
        </p>
        <p class="lc-hidden" aria-live="polite">
          {said}
        </p>
      </div>
    </form>
  );
}

/** The thanks, with the receipt code that undoes everything later. */
function Thanks({ host, locale, receipt, isCopied, copy }: Props) {
  const { done } = formTexts[locale];
  return (
    <section class="lc-card lc-done" data-lead-form-done tabIndex={-1} aria-label={done.title}>
      <p class="lc-title">{done.title}</p>
      <p>{done.body}</p>
      {receipt && (
        <div>
          <p class="lc-receipt">
            <span class="lc-note">{done.code}</span>
            <code>{receipt}</code>
            <button
              class="lc-button lc-quiet"
              type="button"
              aria-live="polite"
              onClick={event => copy(event.currentTarget.previousElementSibling!)}
            >
              {isCopied ? done.copied : done.copy}
            </button>
          </p>
          <p class="lc-note">
            {done.codeUse}{' '}
            <a class="lc-link" href={`${host}/withdrawals?lang=${locale}`} target="_blank" rel="noopener">
              {done.withdraw}
            </a>
          </p>
        </div>
      )}
    </section>
  );
}
