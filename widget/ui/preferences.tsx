import { h } from 'preact';
import type { Locale } from '../../worker/shared/locales.ts';
import type { BannerTexts, Texts, TextsByLocale } from '../api.ts';
import type { Answer, Policy, Purpose } from '../server.ts';
import { chooseTexts, fillText } from '../texts.ts';
import { History, type Recorded } from './history.tsx';
import { LinkAway } from './link-away.tsx';
import styles from './preferences.css';
import { preferencesTexts } from './preferences-texts.ts';
import { createRoot, putBesideBody } from './root.ts';

interface Options {
  host: string;
  locale: Locale;
  look: string;
  policy: Policy;
  /** The banner's texts, because some labels are the same here. */
  texts: BannerTexts;
  own: TextsByLocale | undefined;
  /** The visitor's id, under which the choices are recorded, where there is one. */
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

/** Opens the dialog with one switch per purpose. Closing it without a button changes nothing. */
export function openPreferences(options: Options) {
  const { host, locale, look, policy, own, has, choose, visitor_id, isRefusedBySignal } = options;
  const texts: Texts = { ...options.texts, ...chooseTexts(preferencesTexts, locale, own) };
  const opener = document.activeElement;
  const everything = policy.purposes.map(({ id }) => id);
  const granted = new Set(everything.filter(has));
  let dialog!: HTMLDialogElement;
  let records: Recorded[] | undefined;
  let pressed: EventTarget | null;
  const root = createRoot(element => {
    dialog = element as HTMLDialogElement;
    putBesideBody(element);
  });
  draw();
  options.addStyles(styles);
  showModal(dialog, close);
  return { close, dialog };

  function draw() {
    const button = (action: string, text: string, ids: Iterable<string>, more = '') => (
      <button class={`lc-button${more}`} type="button" data-consent-action={action} onClick={() => decide(ids)}>
        {text}
      </button>
    );
    root.draw(
      // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes a dialog by itself
      <dialog
        class={`${look} lc-dialog`}
        lang={locale}
        aria-labelledby="lc-title"
        data-consent-preferences
        onClose={close}
        onMouseDown={({ target }) => {
          pressed = target;
        }}
        // Not where a press that began inside, to select a text, ends outside.
        onClick={({ target }) => target === dialog && pressed === dialog && close()}
      >
        <div class="lc-panel">
          <header class="lc-head">
            <h2 class="lc-title" id="lc-title" tabindex={-1} autofocus>
              {texts.preferences}
            </h2>
            <button class="lc-close" type="button" aria-label={texts.close} onClick={close} />
          </header>
          <div class="lc-scroll">
            <p>
              {texts.intro} <LinkAway href={policy.url}>{texts.policy}</LinkAway>
            </p>
            {policy.purposes.map(purpose => (
              <Switch
                purpose={purpose}
                texts={texts}
                granted={granted}
                isSignalled={!purpose.required && isRefusedBySignal(purpose.id)}
              />
            ))}
            {visitor_id && (
              <History {...{ host, locale, texts, visitor_id, records }} load={() => loadRecords(visitor_id)} />
            )}
            <div class="lc-purpose">
              <LinkAway href={`${host}/withdrawals?lang=${locale}`}>{texts.withdraw}</LinkAway>{' '}
              <LinkAway href={`${host}/requests?lang=${locale}`}>{texts.rights}</LinkAway>
            </div>
          </div>
          <footer class="lc-actions">
            {button('accept-all', texts.acceptAll, everything)}
            {button('reject-all', texts.rejectAll, [])}
            {button('save', texts.save, granted, ' lc-quiet')}
          </footer>
        </div>
      </dialog>,
    );
  }

  async function loadRecords(id: string) {
    const { body } = await options.getReceipt(id);
    records = body?.records ?? [];
    if (dialog.isConnected) draw();
  }

  function decide(ids: Iterable<string>) {
    choose([...ids]);
    close();
  }

  function close() {
    if (!dialog) return;
    const shown = dialog;
    dialog = undefined as never;
    shown.close?.();
    root.remove();
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

interface SwitchProps {
  purpose: Purpose;
  texts: Texts;
  /** The ids of the purposes that are switched on; the switch keeps its own in it right. */
  granted: Set<string>;
  isSignalled: boolean;
}

function Switch({ purpose, texts, granted, isSignalled }: SwitchProps) {
  const { id, name, description, required, cookies } = purpose;
  const note = required ? texts.alwaysOn : isSignalled && texts.signal;
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
          onChange={({ currentTarget }) => void (currentTarget.checked ? granted.add(id) : granted.delete(id))}
          disabled={required}
          aria-describedby={about}
        />
      </label>
      <div id={about}>
        <p>{description}</p>
        {note && <p class="lc-note">{note}</p>}
        {!cookies.length && <p class="lc-note">{texts.noCookies}</p>}
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
