import type { Locale } from '../worker/fields.ts';
import type { Api, Policy } from './api.ts';
import type { Chunks } from './chunks.ts';
import { newId } from './ids.ts';
import type { Stylesheet } from './stylesheet.ts';

interface Options {
  host: string;
  locale: Locale;
  api: Api;
  policyArrives: Promise<Policy | undefined>;
  stylesheet: Stylesheet;
  load: Chunks['loadLeadForm'];
}

/** A form that is on the page, or on its way there. */
interface Mounted {
  close(): void;
  /** Whether its element has stood in the document: one that has, and no longer does, was removed by the page. */
  hasStood: boolean;
}

/** Pixels that the form takes in one column and in two; it has two from `wide` on. */
const heights: Record<Locale, [number, number]> = { 'zh-CN': [684, 450], en: [722, 474] };
const wide = 568;

/** The page's inquiry forms: until one is loaded, or where it can't be, its plain link serves. */
export function createForms({ host, locale, api, policyArrives, stylesheet, load }: Options) {
  const seen = new WeakSet<Element>();
  const mounted = new Map<Element, Mounted>();

  function mount(element: Element, form: string): () => void {
    seen.add(element);
    mounted.get(element)?.close();
    const release = reserve(element as HTMLElement, locale);
    const entry = { close, hasStood: false };
    let unmount: (() => void) | undefined;
    mounted.set(element, entry);
    Promise.all([load(), policyArrives])
      .then(([{ mountLeadForm }, policy]) => {
        if (mounted.get(element) !== entry) return;
        unmount = mountLeadForm(element, form, { host, locale, policy, api, newId, addStyles: stylesheet.add });
      })
      .catch(error => console.error('lead-consent:', error))
      .then(release);
    return close;

    function close() {
      release();
      unmount?.();
      unmount = undefined;
      if (mounted.get(element) === entry) mounted.delete(element);
    }
  }

  /** Ends the forms whose elements the page has taken away; one that comes back is mounted again. */
  function sweep() {
    for (const [element, entry] of mounted)
      if (element.isConnected) entry.hasStood = true;
      else if (entry.hasStood) {
        entry.close();
        seen.delete(element);
      }
  }

  return {
    mount,

    /** Mounts whatever `[data-lead-form]` has appeared on the page, and ends what has gone from it. */
    scan() {
      for (const element of document.querySelectorAll('[data-lead-form]'))
        if (!seen.has(element)) mount(element, element.getAttribute('data-lead-form')!);
      sweep();
    },

    remove() {
      for (const { close } of [...mounted.values()]) close();
    },
  };
}

/**
 * Keeps the form's room free until it has come, so that hardly anything below it moves then.
 *
 * @returns Gives the room up.
 */
function reserve(element: HTMLElement, locale: Locale): () => void {
  const { style, clientWidth } = element;
  const earlier = style.minHeight;
  const height = `${heights[locale][clientWidth < wide ? 0 : 1]}px`;
  if (clientWidth) style.minHeight = height;
  return () => {
    if (style.minHeight === height) style.minHeight = earlier;
    if (!element.getAttribute('style')) element.removeAttribute('style');
  };
}
