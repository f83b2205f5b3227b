import { h, render } from 'preact';
import type { Locale } from '../worker/fields.ts';
import type { Policy, Purpose } from './api.ts';
import styles from './preferences.css';
import { preferencesTexts } from './preferences-texts.ts';
import type { BannerTexts } from './strings.ts';

interface Options {
  locale: Locale;
  policy: Policy;
  /** The banner's texts, for what reads the same here. */
  labels: BannerTexts;
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
  const opener = document.activeElement;
  const root = document.body.appendChild(document.createElement('div'));
  options.addStyles(styles);
  render(<Preferences {...options} close={close} />, root);
  const dialog = root.querySelector('dialog')!;
  showModal(dialog, close);
  return close;

  function close() {
    if (!root.isConnected) return;
    dialog.close?.();
    root.remove();
    render(null, root);
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

function Preferences({ close, ...options }: Options & { close(): void }) {
  const { locale, policy, labels, has, choose } = options;
  const texts = preferencesTexts[locale];
  const everything = policy.purposes.map(({ id }) => id);
  const granted = new Set(everything.filter(has));

  function decide(ids: Iterable<string>) {
    choose([...ids]);
    close();
  }

  function toggle(id: string, isOn: boolean) {
    if (isOn) granted.add(id);
    else granted.delete(id);
  }

  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the Escape key closes a dialog
    <dialog
      class="lc-root lc-dialog"
      lang={locale}
      aria-labelledby="lc-title"
      data-consent-preferences
      onClose={close}
      onClick={event => event.target === event.currentTarget && close()}
    >
      <div class="lc-panel">
        <header class="lc-head">
          <h2 class="lc-title" id="lc-title" tabIndex={-1} autofocus>
            {texts.title}
          </h2>
          <button class="lc-close" type="button" aria-label={texts.close} onClick={close} />
        </header>
        <div class="lc-scroll">
          <p>
            {texts.intro}{' '}
            <a class="lc-link" href={policy.url} target="_blank" rel="noopener">
              {labels.policy}
            </a>
          </p>
          {policy.purposes.map(purpose => (
            <Switch {...options} purpose={purpose} toggle={toggle} />
          ))}
        </div>
        <footer class="lc-actions">
          <button class="lc-button" type="button" data-consent-action="accept-all" onClick={() => decide(everything)}>
            {labels.acceptAll}
          </button>
          <button class="lc-button" type="button" data-consent-action="reject-all" onClick={() => decide([])}>
            {labels.rejectAll}
          </button>
          <button class="lc-button" type="button" data-consent-action="save" onClick={() => decide(granted)}>
            {texts.save}
          </button>
        </footer>
      </div>
    </dialog>
  );
}

interface SwitchProps extends Pick<Options, 'locale' | 'has' | 'isRefusedBySignal'> {
  purpose: Purpose;
  toggle(id: string, isOn: boolean): void;
}

function Switch({ locale, has, isRefusedBySignal, purpose, toggle }: SwitchProps) {
  const { id, name, description, required, cookies } = purpose;
  const texts = preferencesTexts[locale];
  const note = required ? texts.alwaysOn : isRefusedBySignal(id) && texts.signal;
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
          checked={has(id)}
          onChange={event => toggle(id, event.currentTarget.checked)}
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
          <summary>{texts.cookies(cookies.length)}</summary>
          {cookies.map(cookie => (
            <div class="lc-facts">
              <p>{cookie.name}</p>
              <dl>
                <dt>{texts.purpose}</dt>
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
