import { createApi } from './api.ts';
import { type Choice, type Consents, createConsents } from './consent.ts';
import { createForms } from './forms.ts';
import { createGate } from './gate.ts';
import { createOutbox } from './outbox.ts';
import { createPrompts, type Prompts } from './prompts.ts';
import { chooseLocale } from './strings.ts';
import styles from './styles.css';
import { createStylesheet } from './stylesheet.ts';

export type { Choice };

export interface Options {
  /** Where the product's server is, like `https://consent.example.com`. */
  host: string;
  /** Language of the widget's texts; without it the page's, then the browser's. */
  lang?: string | undefined;
}

/** What `window.leadConsent` offers to the page. Nothing in it throws. */
export interface LeadConsent {
  /** Settles once policy and earlier choice are known, or known to be unavailable. Never rejects. */
  ready: Promise<void>;
  /** The choice in force, or null while there is none. */
  get(): Choice | null;
  /** Whether a purpose, like `analytics`, may be pursued now. */
  has(purpose: string): boolean;
  /** Opens the cookie preferences. */
  open(): void;
  /** Calls `fn` after each change of the choice, until the returned function is called. */
  onChange(fn: (choice: Choice | null) => void): () => void;
  /** Turns an element into an inquiry form, until the returned function is called. */
  mountForm(element: Element, form: string): () => void;
  /** Takes the widget off the page and leaves nothing of it behind. */
  remove(): void;
}

declare global {
  interface Window {
    leadConsent?: LeadConsent;
  }
}

/** Starts the widget on this page. */
export function init({ host, lang }: Options): LeadConsent {
  const locale = chooseLocale(lang || document.documentElement.lang || navigator.language);
  const api = createApi(host);
  const outbox = createOutbox((body, key) =>
    api.post('/consents', body, key, { credentials: 'include', keepalive: true }),
  );
  const stylesheet = createStylesheet(host);
  const policyArrives = api.getPolicy(locale);
  const forms = createForms({ host, locale, api, policyArrives, stylesheet });
  const gate = createGate(has);
  const listeners = new Set<(choice: Choice | null) => void>();
  const observer = new MutationObserver(scan);
  const undo = [forms.remove, stylesheet.remove, () => observer.disconnect()];
  let consents: Consents | undefined;
  let prompts: Prompts | undefined;
  let isRemoved = false;

  const ready = start().catch(report);
  const widget: LeadConsent = { ready, get, has, open, onChange, mountForm: forms.mount, remove };
  return widget;

  async function start() {
    listen(window, 'online', outbox.flush);
    listen(document, 'visibilitychange', () => consents?.refresh());
    listen(document, 'click', openOnClick);
    outbox.flush();
    await parsePage();
    if (isRemoved) return;
    stylesheet.add(styles);
    observer.observe(document.documentElement, { childList: true, subtree: true });
    scan();
    const policy = await policyArrives;
    if (!policy || isRemoved) return;
    consents = createConsents({ policy, locale, outbox, changed });
    prompts = createPrompts({ host, locale, policy, consents, stylesheet });
    prompts.update();
    gate.release();
  }

  function changed() {
    prompts?.update();
    gate.release();
    for (const listener of listeners) attempt(() => listener(get()));
  }

  function scan() {
    gate.release();
    forms.scan();
  }

  function openOnClick(event: Event) {
    if (!(event.target instanceof Element && event.target.closest('[data-consent-open]'))) return;
    event.preventDefault();
    open();
  }

  function get(): Choice | null {
    return consents?.get() ?? null;
  }

  function has(purpose: string): boolean {
    return consents?.has(purpose) ?? false;
  }

  function open() {
    ready.then(() => prompts?.open()).catch(report);
  }

  function onChange(fn: (choice: Choice | null) => void) {
    listeners.add(fn);
    return () => void listeners.delete(fn);
  }

  function listen(target: EventTarget, type: string, listener: (event: Event) => void) {
    target.addEventListener(type, listener);
    undo.push(() => target.removeEventListener(type, listener));
  }

  function remove() {
    isRemoved = true;
    prompts?.remove();
    prompts = consents = undefined;
    listeners.clear();
    for (const step of undo) attempt(step);
    if (window.leadConsent === widget) delete window.leadConsent;
  }
}

/** Waits until the page's own elements stand in the document. */
function parsePage(): Promise<unknown> | undefined {
  if (document.readyState !== 'loading') return;
  return new Promise(resolve => document.addEventListener('DOMContentLoaded', resolve, { once: true }));
}

function attempt(step: () => void) {
  try {
    step();
  } catch (error) {
    report(error);
  }
}

function report(error: unknown) {
  console.error('lead-consent:', error);
}
