import type { Locale } from '../../worker/shared/locales.ts';
import type { Chunks } from '../chunks.ts';
import { newId } from '../ids.ts';
import type { Api, Policy } from '../server.ts';
import type { Stylesheet } from '../styling/stylesheet.ts';

interface Options {
  host: string;
  locale: Locale;
  look(): string;
  api: Api;
  /** The policy in force, or undefined where there is none, or it can't be had. */
  getPolicy(): Promise<Policy | undefined>;
  stylesheet: Stylesheet;
  load: Chunks['loadLeadForm'];
}

/** A form that is on the page, or on its way there. */
interface Mounted {
  form: string;
  ask?(policy: Policy): void;
  close(): void;
  /** When the form was shown; 0 until then. */
  shown_at: number;
  /** Whether its element has stood in the document. If it no longer does, the page has removed it. */
  hasStood: boolean;
}

/** Pixels that the form takes in one column and in two; it has two from `wide` on. */
const heights: Record<Locale, [number, number]> = { 'zh-CN': [698, 437], en: [752, 480] };
const wide = 554;

/** A page that renders over a form gets it back this much later, so that the two never race. */
const return_ms = 1_000;

/** The page's inquiry forms: until one is loaded, or where it can't be, its plain link serves. */
export function createForms({ host, locale, look, api, getPolicy, stylesheet, load }: Options) {
  /** The value of each element's attribute when it was mounted last. */
  const seen = new WeakMap<Element, string | null>();
  const mounted = new Map<Element, Mounted>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  function mount(element: Element, form: string): () => void {
    seen.set(element, element.getAttribute('data-lead-form'));
    mounted.get(element)?.close();
    // A page that puts back an old copy of itself brings a dead form along.
    element.querySelector('.lc-form')?.remove();
    const release = reserve(element as HTMLElement, locale);
    const entry: Mounted = { form, close, shown_at: 0, hasStood: false };
    let unmount: (() => void) | undefined;
    mounted.set(element, entry);
    Promise.all([load(), getPolicy()])
      .then(([{ mountLeadForm, styles }, policy]) => {
        if (!policy || mounted.get(element) !== entry) return;
        release();
        const children = [...element.childNodes];
        const root = Object.assign(document.createElement('div'), { className: `${look()} lc-form`, lang: locale });
        const leadForm = mountLeadForm(root, form, { host, locale, policy, api, newId });
        element.replaceChildren(root);
        const home = root.getRootNode();
        stylesheet.add(styles, root);
        unmount = () => {
          leadForm.close();
          if (root.parentNode) element.replaceChildren(...children);
          if (home instanceof ShadowRoot && !home.querySelector('.lc-form')) stylesheet.leave(home);
        };
        entry.ask = leadForm.ask;
        entry.shown_at = performance.now();
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

  /** Mounts whatever `[data-lead-form]` has appeared, changed or lost its form, and ends what has gone from the page. */
  function scan() {
    for (const element of document.querySelectorAll('[data-lead-form]')) {
      const form = element.getAttribute('data-lead-form')!;
      if (seen.get(element) !== form) mount(element, form);
    }
    sweep();
    for (const [element, { form, shown_at }] of mounted) {
      if (!shown_at || element.querySelector('.lc-form')) continue;
      if (performance.now() - shown_at < return_ms) timer ??= setTimeout(scanLater, return_ms);
      else mount(element, form);
    }
  }

  function scanLater() {
    timer = undefined;
    scan();
  }

  return {
    mount,
    scan,

    /** Asks in every form for agreement to the policy that has come into force. */
    ask(policy: Policy) {
      for (const entry of mounted.values()) entry.ask?.(policy);
    },

    remove() {
      clearTimeout(timer);
      for (const { close } of [...mounted.values()]) close();
    },
  };
}

/**
 * Keeps the form's room free until it has come, so that hardly anything below it moves then; where the page keeps more, nothing does.
 *
 * @returns Gives the room up.
 */
function reserve(element: HTMLElement, locale: Locale): () => void {
  const { clientWidth, offsetHeight } = element;
  const height = heights[locale][clientWidth < wide ? 0 : 1];
  const room = document.createElement('div');
  if (clientWidth && offsetHeight < height) {
    element.append(room);
    room.style.height = `${height}px`;
    // Less by what the element has taken besides.
    room.style.height = `${2 * height - element.offsetHeight}px`;
  }
  return () => room.remove();
}
