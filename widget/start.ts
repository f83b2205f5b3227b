import type { Choice, LeadConsent, Options } from './api.ts';
import type { Chunks } from './chunks.ts';
import { type Consents, createConsents } from './consent/consent.ts';
import { createGate } from './consent/gate.ts';
import { createOutbox } from './consent/outbox.ts';
import { createForms } from './form/mounts.ts';
import { createApi } from './server.ts';
import { createStylesheet } from './stylesheet.ts';
import { chooseLocale } from './texts.ts';
import { createPrompts, type Prompts } from './ui/prompts.ts';
import styles from './ui/styles.css';

/**
 * Starts the widget on this page.
 *
 * @param chunks Loads what is needed on first use.
 */
export function start({ host, lang, texts: own }: Options, chunks: Chunks): LeadConsent {
  const locale = chooseLocale([lang, document.documentElement.lang, ...navigator.languages]);
  const api = createApi(host);
  const outbox = createOutbox({
    post: (body, key, isLatest) =>
      api.post('/consents', body, key, { credentials: isLatest ? 'include' : 'omit', keepalive: true }),
    settled: answer => consents?.settle(answer),
  });
  const stylesheet = createStylesheet(host);
  const policyArrives = api.getPolicy(locale);
  const forms = createForms({ host, locale, api, policyArrives, stylesheet, load: chunks.loadLeadForm });
  const gate = createGate(has);
  const listeners = new Set<(choice: Choice | null) => void>();
  const observer = new MutationObserver(scan);
  const undo = [forms.remove, outbox.stop, stylesheet.remove, () => observer.disconnect()];
  let consents: Consents | undefined;
  let prompts: Prompts | undefined;
  let isRemoved = false;

  const ready = run().catch(report);
  const widget: LeadConsent = { ready, get, has, open, onChange, mountForm: forms.mount, remove };
  window.leadConsent = widget;
  return widget;

  async function run() {
    listen(window, 'online', outbox.flush);
    listen(document, 'visibilitychange', comeAndGo);
    listen(document, 'click', openOnClick);
    await parsePage();
    if (isRemoved) return;
    stylesheet.add(styles);
    observer.observe(document.documentElement, { childList: true, subtree: true, attributeFilter: ['data-lead-form'] });
    scan();
    const policy = await policyArrives;
    if (!policy || isRemoved) return;
    consents = createConsents({ policy, locale, outbox, changed });
    prompts = createPrompts({ host, locale, own, policy, consents, api, stylesheet, load: chunks.loadPreferences });
    outbox.flush();
    obey();
  }

  function changed() {
    obey();
    for (const listener of listeners) attempt(() => listener(get()));
  }

  function obey() {
    prompts?.update();
    gate.release().then(() => prompts?.update());
  }

  function scan() {
    obey();
    forms.scan();
  }

  /** What a script that still runs has set again since its purpose was withdrawn goes when the page is left. */
  function comeAndGo() {
    if (!consents) return;
    consents.refresh();
    consents.enforce();
    if (document.visibilityState === 'hidden') outbox.leave();
    else outbox.flush();
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
