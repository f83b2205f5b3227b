import type { Locale } from '../../worker/shared/locales.ts';
import { h } from '../dom.ts';
import { formTexts } from './texts.ts';
import { linkAway } from './view.tsx';

/** The thanks, with the receipt code that undoes everything later. */
export function createThanks(host: string, locale: Locale, receipt: string | undefined): HTMLElement {
  const texts = formTexts[locale];
  const code = <code>{receipt}</code>;
  const button = (
    <button class="lc-button lc-quiet" type="button" aria-live="polite" onClick={copy}>
      {texts.copy}
    </button>
  );
  return (
    <section class="lc-card" data-lead-form-done tabindex="-1" aria-label={texts.thanks}>
      <p class="lc-title">{texts.thanks}</p>
      <p>{texts.next}</p>
      {receipt && (
        <div>
          <div class="lc-row">
            <p>
              {texts.code} {code}
            </p>
            {button}
          </div>
          {texts.use} {linkAway(`${host}/withdrawals?lang=${locale}`, texts.withdraw)}
        </div>
      )}
    </section>
  );

  /** By the old command, because plain http has no clipboard of its own. */
  function copy() {
    getSelection()?.selectAllChildren(code);
    if (document.execCommand('copy')) button.textContent = `${texts.copy} ✓`;
  }
}
