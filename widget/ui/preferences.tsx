import type { Locale } from '../../worker/shared/locales.ts';
import type { BannerTexts, Texts, TextsByLocale } from '../api.ts';
import { h } from '../dom.ts';
import type { Answer, Policy, Purpose } from '../server.ts';
import { chooseTexts, fillText } from '../texts.ts';
import { showHistory } from './history.tsx';
import styles from './preferences.css';
import { preferencesTexts } from './preferences-texts.ts';

interface Options {
  host: string;
  locale: Locale;
  policy: Policy;
  /** The banner's texts, for what reads the same here. */
  texts: BannerTexts;
  own: TextsByLocale | undefined;
  /** Under which the choices are recorded, where there is one. */
  visitor_id: string | undefined;
  getReceipt(visitor_id: string): Promise<Answer>;
  /** Whether a purpose is permitted now: where its switch starts. */
  has(purpose: string): boolean;
  isRefusedBySignal(purpose: string): boolean;
  /** Takes the purposes that are granted. */
  choose(granted: string[]): void;
  closed(): void;
  addStyles(css: string): void;
}

/**
 * Opens the dialog with one switch per purpose; closing it without a button changes nothing.
 *
 * @returns Closes it.
 */
export function openPreferences(options: Options): () => void {
  const { locale, policy, own, has, choose, visitor_id } = options;
  const texts: Texts = { ...options.texts, ...chooseTexts(preferencesTexts, locale, own) };
  const opener = document.activeElement;
  const everything = policy.purposes.map(({ id }) => id);
  const granted = new Set(everything.filter(has));
  const dialog = (
    <dialog class="lc-root lc-dialog" lang={locale} aria-labelledby="lc-title" data-consent-preferences onClose={close}>
      <div class="lc-panel">
        <header class="lc-head">
          <h2 class="lc-title" id="lc-title" tabindex="-1" autofocus>
            {texts.preferences}
          </h2>
          <button class="lc-close" type="button" aria-label={texts.close} onClick={close} />
        </header>
        <div class="lc-scroll">
          <p>
            {texts.intro}{' '}
            <a class="lc-link" href={policy.url} target="_blank" rel="noopener">
              {texts.policy}
            </a>
          </p>
          {policy.purposes.map(purpose => createSwitch(purpose, texts, options, granted))}
          {visitor_id && showHistory({ ...options, texts, visitor_id })}
        </div>
        <footer class="lc-actions">
          <button class="lc-button" type="button" data-consent-action="accept-all" onClick={() => decide(everything)}>
            {texts.acceptAll}
          </button>
          <button class="lc-button" type="button" data-consent-action="reject-all" onClick={() => decide([])}>
            {texts.rejectAll}
          </button>
          <button class="lc-button" type="button" data-consent-action="save" onClick={() => decide(granted)}>
            {texts.save}
          </button>
        </footer>
      </div>
    </dialog>
  ) as HTMLDialogElement;
  dialog.addEventListener('click', event => event.target === dialog && close());
  options.addStyles(styles);
  document.body.append(dialog);
  showModal(dialog, close);
  return close;

  function decide(ids: Iterable<string>) {
    choose([...ids]);
    close();
  }

  function close() {
    if (!dialog.isConnected) return;
    dialog.close?.();
    dialog.remove();
    if (opener instanceof HTMLElement) opener.focus();
    options.closed();
  }
}

/** Browsers before `<dialog>` (Safari 14–15.3) get a plain layer with the same name and keys. */
function showModal(dialog: HTMLDialogElement, close: () => void) {
  if (dialog.showModal) return dialog.showModal();
  dialog.setAttribute('open', '');
  dialog.setAttribute('role', 'dialog');
  dialog.setAttribute('aria-modal', 'true');
  dialog.addEventListener('keydown', event => event.key === 'Escape' && close());
  dialog.querySelector('h2')?.focus();
}

/** A purpose with its switch, which keeps `granted` right, and its cookies. */
function createSwitch(purpose: Purpose, texts: Texts, options: Options, granted: Set<string>): HTMLElement {
  const { id, name, description, required, cookies } = purpose;
  const note = required ? texts.alwaysOn : options.isRefusedBySignal(id) && texts.signal;
  const about = `lc-about-${id}`;
  return (
    <section class="lc-purpose">
      <label class="lc-switch">
        <span>{name}</span>
        <input
          type="checkbox"
          // biome-ignore lint/a11y/useAriaPropsForRole: a checkbox tells its own state
          role="switch"
          name={id}
          checked={granted.has(id)}
          onChange={event =>
            (event.target as HTMLInputElement).checked ? void granted.add(id) : void granted.delete(id)
          }
          disabled={required}
          aria-describedby={about}
        />
      </label>
      <div id={about}>
        <p>{description}</p>
        {note && <p class="lc-note">{note}</p>}
      </div>
      {cookies.length > 0 && (
        <details>
          <summary>{fillText(texts.cookies, { count: cookies.length })}</summary>
          {cookies.map(cookie => (
            <div class="lc-facts">
              <p class="lc-code">{cookie.name}</p>
              <dl>
                <dt>{texts.use}</dt>
                <dd>{cookie.purpose}</dd>
                <dt>{texts.provider}</dt>
                <dd>{cookie.provider}</dd>
                <dt>{texts.lifetime}</dt>
                <dd>{cookie.lifetime}</dd>
              </dl>
            </div>
          ))}
        </details>
      )}
    </section>
  );
}
