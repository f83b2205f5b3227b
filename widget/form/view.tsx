import { h } from 'preact';
import { type Form, type LeadField, leadFields } from '../../worker/shared/fields.ts';
import type { Locale } from '../../worker/shared/locales.ts';
import type { Policy } from '../server.ts';
import { LinkAway } from '../ui/link-away.tsx';
import { formTexts } from './texts.ts';

/** A place that can hold an error: a field, or the agreement to the policy. */
export type Box = LeadField | 'policy_version';
export type Errors = { [box in Box]?: string | undefined };

export const boxes: Box[] = [...leadFields.map(({ name }) => name), 'policy_version'];

/** All that changes about a form, except what is typed, which lives in the inputs alone. */
export interface State {
  /** The policy that the box asks to agree to. */
  policy: Policy;
  errors: Errors;
  notice: string;
  /** The button's label. The button does nothing while the form is on its way. */
  button: 'submit' | 'sending' | 'retry';
}

/**
 * Draws the form in one of its states.
 *
 * @param id Begins the id of each element.
 * @param values Values of the fields at first.
 * @param listeners Listeners of the form, by `onInput` and the like.
 */
export function drawForm(
  id: string,
  form: string,
  locale: Locale,
  values: Record<string, string> | undefined,
  listeners: Record<string, (event: Event) => void>,
  state: State,
) {
  const texts = formTexts[locale];
  const { errors, policy, notice, button } = state;
  const [before, title, after] = policy.agreements[form]!.split(/[[\]]/);
  const hints: { [box in Box]?: string } = texts.hints;
  const common = (box: Box) => ({
    id: id + box,
    name: box,
    required: true,
    'aria-invalid': (errors[box] && true) as true | undefined,
    'aria-describedby': `${id + box}-error`,
  });
  // A line is kept for a hint or an error, so that nothing moves under a finger on its way to the button. An error is read out when it comes.
  const slot = (box: Box) => (
    <p
      class={`lc-slot lc-${errors[box] ? 'error' : 'hint'}`}
      id={`${id + box}-error`}
      aria-live="polite"
      data-field-error={errors[box] && box}
    >
      {say(errors[box] || hints[box])}
    </p>
  );
  return (
    <form class="lc-card" noValidate aria-label={texts.titles[form as Form]} {...listeners}>
      <p class="lc-hint">{texts.required}</p>
      <div class="lc-fields">
        {leadFields.map(({ name, type, autocomplete }) => (
          <div>
            <label for={id + name}>{texts.labels[name]}</label>
            <input
              type={type as 'text'}
              inputMode={type}
              autocomplete={autocomplete}
              autoCapitalize="off"
              // As an attribute, because the property of the same name is a truth value, and "off" is true.
              autoCorrect="off"
              spellcheck={false}
              defaultValue={values?.[name]}
              {...common(name)}
            />
            {slot(name)}
          </div>
        ))}
      </div>
      <div>
        <label key={policy.version} class="lc-check" for={`${id}policy_version`}>
          <input type="checkbox" value={policy.version} {...common('policy_version')} />
          <span>
            {before}
            <LinkAway href={policy.url}>{title}</LinkAway>
            {after}
          </span>
        </label>
        {slot('policy_version')}
      </div>
      <div class="lc-row">
        {/* aria-disabled rather than disabled: the button keeps the focus while the form is on its way. */}
        <button
          class="lc-button"
          type="submit"
          aria-live="polite"
          aria-disabled={button === 'sending' || undefined}
          // Sent at the click, because a sandbox that forbids forms lets no submit follow it.
          onClick={origin === 'null' ? listeners.onSubmit : undefined}
        >
          {say(texts[button])}
        </button>
        <p class="lc-error" role="alert">
          {say(notice)}
        </p>
      </div>
    </form>
  );
}

/** Puts a text into an element of its own, a new one for each text: what translates a page replaces the texts in it. */
function say(text: string | undefined) {
  return text && <span key={text}>{text}</span>;
}
