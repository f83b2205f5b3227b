import { type Form, type LeadField, leadFields } from '../../worker/shared/fields.ts';
import type { Locale } from '../../worker/shared/locales.ts';
import { h } from '../dom.ts';
import type { Policy } from '../server.ts';
import { formTexts } from './texts.ts';

/** Whatever can hold an error: a field, or the agreement to the policy. */
export type Box = LeadField | 'policy_version';
export type Errors = { [box in Box]?: string | undefined };

export const boxes: Box[] = [...leadFields.map(({ name }) => name), 'policy_version'];

/** All that changes about a form but what is typed, which lives in the inputs alone. */
export interface State {
  errors: Errors;
  notice: string;
  /** What the button says. While the form is on its way, it does nothing. */
  button: 'submit' | 'sending' | 'retry';
}

interface Options {
  /** Begins the id of each element. */
  id: string;
  form: string;
  locale: Locale;
  /** What the fields start with. */
  values: Record<string, string> | null;
  /** What listens to the form, by `onInput` and the like. */
  listeners: Record<string, (event: Event) => void>;
}

/** The form's elements, made once; `show` brings them into a state and touches nothing that is right already. */
export function createView({ id, form, locale, values, listeners }: Options) {
  const texts = formTexts[locale];
  const slots = {} as Record<Box, HTMLElement>;
  // aria-disabled rather than disabled: the button keeps the focus while the form is on its way.
  const button = <button class="lc-button" type="submit" aria-live="polite" />;
  const notice = <p class="lc-error" role="alert" />;
  const link = linkAway('', '');
  const sentence = <span />;
  const element = (
    <form class="lc-card" novalidate aria-label={texts.forms[form as Form]} {...listeners}>
      <p>{texts.fill}</p>
      <div class="lc-fields">
        {leadFields.map(({ name, type, autocomplete }) => (
          <div>
            <label for={id + name}>{texts.labels[name]}</label>
            <input type={type} inputmode={type} autocomplete={autocomplete} value={values?.[name]} {...common(name)} />
            {slot(name)}
          </div>
        ))}
      </div>
      <div>
        <label class="lc-check" for={`${id}policy_version`}>
          <input type="checkbox" {...common('policy_version')} />
          {sentence}
        </label>
        {slot('policy_version')}
      </div>
      <div class="lc-row">
        {button}
        {notice}
      </div>
    </form>
  ) as HTMLFormElement;
  return { element, ask, show };

  function common(box: Box) {
    return { id: id + box, name: box, required: true, 'aria-describedby': `${id + box}-error` };
  }

  /** A line kept free for an error, so that nothing moves under a finger on its way to the button, and read out when it comes. */
  function slot(box: Box) {
    slots[box] = <p class="lc-error" id={`${id + box}-error`} aria-live="polite" />;
    return slots[box];
  }

  function find(box: Box) {
    return element.elements.namedItem(box) as HTMLInputElement;
  }

  /** Asks for agreement to a policy, which a tick for another one is not. */
  function ask({ version, url, agreements }: Policy) {
    const [before = '', title = '', after = ''] = agreements[form]!.split(/[[\]]/);
    Object.assign(find('policy_version'), { value: version, checked: false });
    link.setAttribute('href', url);
    link.textContent = title;
    sentence.replaceChildren(before, link, after);
  }

  function show(state: State) {
    for (const box of boxes) {
      const error = state.errors[box];
      set(find(box), 'aria-invalid', error && 'true');
      set(slots[box], 'data-field-error', error && box);
      write(slots[box], error);
    }
    write(button, texts[state.button]);
    set(button, 'aria-disabled', state.button === 'sending' && 'true');
    write(notice, state.notice);
  }
}

/** A link that leaves what was typed where it is. */
export function linkAway(href: string, text: string): HTMLElement {
  return (
    <a class="lc-link" href={href} target="_blank" rel="noopener">
      {text}
    </a>
  );
}

function set(element: Element, name: string, value: string | false | undefined) {
  if (value) element.setAttribute(name, value);
  else element.removeAttribute(name);
}

/** A live region is read again whenever it is written, so it is written only when it changes. */
function write(element: Element, text = '') {
  if (element.textContent !== text) element.textContent = text;
}
