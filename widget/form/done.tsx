import { h } from 'preact';
import type { Locale } from '../../worker/shared/locales.ts';
import { groupsOf } from '../../worker/shared/receipt-code.ts';
import { LinkAway } from '../ui/link-away.tsx';
import { formTexts } from './texts.ts';

/** The thanks, with the receipt code that undoes everything later. */
export function drawThanks(host: string, locale: Locale, receipt: string | undefined) {
  const { thanks, copy: label } = formTexts[locale];
  return (
    <section class="lc-card" data-lead-form-done tabindex={-1} aria-label={thanks.title}>
      <p class="lc-title">{thanks.title}</p>
      <p>{thanks.body}</p>
      {receipt && (
        <div class="lc-receipt">
          <p class="lc-title">{thanks.code}</p>
          <div class="lc-row">
            <code onCopy={copyPlainly}>
              {groupsOf(receipt).map(group => (
                <span>{group}</span>
              ))}
            </code>
            <button class="lc-button lc-quiet" type="button" aria-live="polite" onClick={copy}>
              {label}
            </button>
          </div>
          <p>{thanks.keep}</p>
          <LinkAway href={`${host}/withdrawals?lang=${locale}`}>{thanks.withdraw}</LinkAway>
        </div>
      )}
    </section>
  );

  /** Copies the code as it is, because some pages forbid to copy, or add where a text is from. */
  function copyPlainly(event: ClipboardEvent) {
    event.preventDefault();
    event.stopPropagation();
    event.clipboardData!.setData('text', receipt!);
  }

  /** Copies by the old command, because plain http has no clipboard API. */
  function copy({ currentTarget: button }: { currentTarget: HTMLElement }) {
    getSelection()!.selectAllChildren(button.previousElementSibling!);
    if (document.execCommand('copy')) button.textContent = `${label} ✓`;
  }
}
