import { h, render } from 'preact';
import type { Locale } from '../worker/fields.ts';
import type { Api, Policy } from './api.ts';
import styles from './lead-form.css';
import { startForm } from './lead-form-state.tsx';
import { formTexts } from './lead-form-texts.ts';

interface Options {
  host: string;
  locale: Locale;
  policy: Policy | undefined;
  api: Api;
  newId(): string;
  addStyles(css: string): void;
}

/**
 * Turns an element into the inquiry form, or says that there is none now and leaves the plain link.
 *
 * @returns Brings the element's own children back.
 */
export function mountLeadForm(element: Element, form: string, options: Options): () => void {
  const { locale, policy, addStyles } = options;
  const children = [...element.childNodes];
  const root = Object.assign(document.createElement('div'), { className: 'lc-root lc-form', lang: locale });
  let stop: (() => void) | undefined;
  addStyles(styles);
  if (policy) {
    stop = startForm(root, form, { ...options, policy });
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
    stop?.();
    render(null, root);
    element.replaceChildren(...children);
  };
}
