import { h } from 'preact';
import type { Locale } from '../../worker/shared/locales.ts';
import { formTexts } from './texts.ts';
import { LinkAway } from './view.tsx';

interface Props {
  host: string;
  locale: Locale;
  receipt: string | undefined;
}

/** The thanks, with the receipt code that undoes everything later. */
export function Thanks({ host, locale, receipt }: Props) {
  const texts = formTexts[locale];
  return (
    <section class="lc-card" data-lead-form-done tabindex={-1} aria-label={texts.thanks}>
      <p class="lc-title">{texts.thanks}</p>
      <p>{texts.next}</p>
      {receipt && (
        <div>
          <div class="lc-row">
            <p>
              {texts.code} <code>{receipt}</code>
            </p>
            <button class="lc-button lc-quiet" type="button" aria-live="polite" onClick={copy}>
              {texts.copy}
            </button>
          </div>
          {texts.use} <LinkAway href={`${host}/withdrawals?lang=${locale}`}>{texts.withdraw}</LinkAway>
        </div>
      )}
    </section>
  );

  /** Copies by the old command, because plain http has no clipboard API. */
  function copy({ currentTarget: button }: { currentTarget: HTMLElement }) {
    getSelection()?.selectAllChildren(button.parentElement!.querySelector('code')!);
    if (document.execCommand('copy')) button.textContent = `${texts.copy} ✓`;
  }
}
