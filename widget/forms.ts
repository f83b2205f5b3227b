import type { Locale } from '../worker/fields.ts';
import type { Api, Policy } from './api.ts';
import { loadLeadForm } from './chunks.ts';
import { newId } from './ids.ts';
import type { Stylesheet } from './stylesheet.ts';

interface Options {
  host: string;
  locale: Locale;
  api: Api;
  policyArrives: Promise<Policy | undefined>;
  stylesheet: Stylesheet;
}

/** The page's inquiry forms: until one is loaded, or where it can't be, its plain link serves. */
export function createForms({ host, locale, api, policyArrives, stylesheet }: Options) {
  const seen = new WeakSet<Element>();
  const mounted = new Map<Element, () => void>();

  function mount(element: Element, form: string): () => void {
    seen.add(element);
    mounted.get(element)?.();
    let unmount: (() => void) | undefined;
    const close = () => {
      unmount?.();
      if (mounted.get(element) === close) mounted.delete(element);
    };
    mounted.set(element, close);
    Promise.all([loadLeadForm(host), policyArrives])
      .then(([{ mountLeadForm }, policy]) => {
        if (mounted.get(element) !== close) return;
        unmount = mountLeadForm(element, form, { host, locale, policy, api, newId, addStyles: stylesheet.add });
      })
      .catch(error => console.error('lead-consent:', error));
    return close;
  }

  return {
    mount,

    /** Mounts whatever `[data-lead-form]` has appeared on the page. */
    scan() {
      for (const element of document.querySelectorAll('[data-lead-form]'))
        if (!seen.has(element)) mount(element, element.getAttribute('data-lead-form')!);
    },

    remove() {
      for (const close of [...mounted.values()]) close();
    },
  };
}
