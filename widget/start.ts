import type { WrittenPolicies } from '../worker/shared/written-policies.ts';
import type { Choice, LeadConsent, Options } from './api.ts';
import type { Chunks } from './chunks.ts';
import { type Consents, createConsents } from './consent/consent.ts';
import { createGate } from './consent/gate.ts';
import { createOutbox } from './consent/outbox.ts';
import { createForms } from './form/mounts.ts';
import { createApi, type Policy } from './server.ts';
import { createStylesheet } from './styling/stylesheet.ts';
import { chooseLocale } from './texts.ts';
import { createPrompts, type Prompts } from './ui/prompts.ts';
import { rootClass } from './ui/root.ts';
import styles from './ui/styles.css';
import { awaitNext, readWritten } from './written.ts';

/** The attributes that call for something, and the one that dialogs lose when they are closed. */
const watched = ['data-lead-form', 'data-consent', 'data-consent-src', 'open'];

/** The shortest time between two looks at what the page has changed. */
const pause_ms = 100;

/**
 * Starts the widget on this page. Where it runs already, it stays, and what has been started is returned.
 *
 * @param chunks Loads what is needed on first use.
 * @param written The policies that the server has written into the script. Without them the policy in force is fetched.
 */
export function start(
  { host, lang, theme, texts: own }: Options,
  chunks: Chunks,
  written?: WrittenPolicies,
): LeadConsent {
  // An element of that id or name is no widget.
  if (window.leadConsent?.ready) return window.leadConsent;
  const locale = chooseLocale([lang, document.documentElement.lang, ...navigator.languages]);
  const api = createApi(host);
  const outbox = createOutbox({
    post: (body, key, isLatest) =>
      api.post('/consents', body, key, { credentials: isLatest ? 'include' : 'omit', keepalive: true }),
    settled: answer => consents?.settle(answer),
  });
  const stylesheet = createStylesheet(host);
  const look = () => rootClass(theme);
  const fetched = written ? undefined : api.getPolicy(locale);
  const getPolicy = async () => (written ? readWritten(written, host, locale) : fetched);
  const forms = createForms({ host, locale, look, api, getPolicy, stylesheet, load: chunks.loadLeadForm });
  const gate = createGate({ refresh: () => consents?.refresh(), has });
  const listeners = new Set<(choice: Choice | null) => void>();
  const observer = new MutationObserver(scanSoon);
  const undo = [forms.remove, outbox.stop, stylesheet.remove, () => observer.disconnect(), () => clearTimeout(pause)];
  let consents: Consents | undefined;
  let prompts: Prompts | undefined;
  let isRemoved = false;
  let pause: ReturnType<typeof setTimeout> | undefined;
  let isDue = false;

  const ready = run().catch(report);
  const widget: LeadConsent = { ready, get, has, open: () => open(), onChange, mountForm, remove };
  window.leadConsent = widget;
  return widget;

  async function run() {
    listen(window, 'online', outbox.flush);
    listen(window, 'storage', () => consents?.refresh());
    listen(document, 'visibilitychange', comeAndGo);
    // A page may come back from the browser's cache without a change of visibility.
    listen(window, 'pageshow', event => (event as PageTransitionEvent).persisted && comeAndGo());
    listen(window, 'click', openOnClick as EventListener, true);
    await parsePage();
    if (isRemoved) return;
    stylesheet.add(styles);
    observer.observe(document, { childList: true, subtree: true, attributeFilter: watched });
    scan();
    const policy = await getPolicy();
    if (isRemoved) return;
    if (policy) follow(policy);
    if (written) undo.push(awaitNext(written, change));
  }

  /** Asks under a policy from now on. */
  function follow(policy: Policy) {
    prompts?.remove();
    consents = createConsents({ policy, locale, outbox, changed });
    prompts = createPrompts({
      host,
      locale,
      look,
      own,
      policy,
      consents,
      api,
      stylesheet,
      load: chunks.loadPreferences,
    });
    outbox.flush();
    obey();
  }

  /** Another version has come into force while the page is open. */
  async function change() {
    const policy = await getPolicy();
    if (!policy || isRemoved) return;
    follow(policy);
    forms.ask(policy);
    forms.scan();
    changed();
  }

  function changed() {
    obey();
    for (const listener of listeners) attempt(() => listener(get()));
  }

  function obey() {
    gate.release();
    prompts?.update();
  }

  function scan() {
    obey();
    forms.scan();
    stylesheet.keep();
  }

  /**
   * Scans at once, but not again before a pause is over. Because of that a page that undoes every step is not fought
   * without end, and one whose text streams in stays quick.
   */
  function scanSoon() {
    isDue = !!pause;
    if (isDue) return;
    scan();
    pause = setTimeout(() => {
      pause = undefined;
      if (isDue) scanSoon();
    }, pause_ms);
  }

  /** Deletes, when the page is left, what a script that still runs has set again since its purpose was withdrawn. */
  function comeAndGo() {
    if (!consents) return;
    consents.refresh();
    consents.enforce();
    if (document.visibilityState === 'hidden') outbox.leave();
    else outbox.flush();
  }

  function openOnClick(event: MouseEvent) {
    const { button, ctrlKey, metaKey, shiftKey } = event;
    const opener = event.composedPath().find(it => it instanceof Element && it.hasAttribute('data-consent-open'));
    if (!opener || !prompts || button || ctrlKey || metaKey || shiftKey) return;
    event.preventDefault();
    open(opener as Element);
  }

  function get(): Choice | null {
    return consents?.get() ?? null;
  }

  function has(purpose: string): boolean {
    return consents?.has(purpose) ?? false;
  }

  function open(opener?: Element) {
    ready.then(() => prompts?.open(opener)).catch(report);
  }

  function onChange(fn: (choice: Choice | null) => void) {
    listeners.add(fn);
    return () => void listeners.delete(fn);
  }

  function mountForm(element: Element, form: string) {
    return isRemoved || element?.nodeType !== 1 ? () => {} : forms.mount(element, form);
  }

  function listen(target: EventTarget, type: string, listener: (event: Event) => void, capture = false) {
    target.addEventListener(type, listener, capture);
    undo.push(() => target.removeEventListener(type, listener, capture));
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
