import type { Locale } from '../../worker/shared/locales.ts';
import type { BannerTexts } from '../api.ts';
import { h } from '../dom.ts';
import type { Policy } from '../server.ts';
import { fillText, joinNames } from '../texts.ts';

interface Options {
  locale: Locale;
  policy: Policy;
  texts: BannerTexts;
  isRefusedBySignal(purpose: string): boolean;
  /** Takes the purposes that are granted. */
  choose(granted: string[]): void;
  /** Opens the preferences. */
  open(): void;
}

/**
 * Shows the banner, first in the page's order and without taking the focus.
 *
 * @returns Takes it away, and gives the focus back to where it was before it came into the banner.
 */
export function showBanner({ locale, policy, texts, isRefusedBySignal, choose, open }: Options): () => void {
  const optional = policy.purposes.filter(({ required }) => !required);
  const names = optional.map(({ name }) => name);
  const ids = optional.map(({ id }) => id);
  // Refusing is as easy as accepting: same look, same click, side by side (EDPB Cookie Banner Taskforce, 2023, §§ 8–13).
  const banner = (
    // biome-ignore lint/a11y/useSemanticElements: pages lay out their sections
    <div class="lc-root lc-bar" lang={locale} role="region" aria-label={texts.label} data-consent-banner>
      <div class="lc-card">
        <div class="lc-text">
          <p class="lc-title">{texts.title}</p>
          <p>
            {fillText(texts.body, { purposes: joinNames(names, locale) })}{' '}
            <a class="lc-link" href={policy.url} target="_blank" rel="noopener">
              {texts.policy}
            </a>
          </p>
          {ids.some(isRefusedBySignal) && <p>{texts.signal}</p>}
        </div>
        <div class="lc-actions">
          <button class="lc-button" type="button" data-consent-action="accept-all" onClick={() => choose(ids)}>
            {texts.acceptAll}
          </button>
          <button class="lc-button" type="button" data-consent-action="reject-all" onClick={() => choose([])}>
            {texts.rejectAll}
          </button>
          <button class="lc-button lc-quiet" type="button" data-consent-action="customize" onClick={open}>
            {texts.customize}
          </button>
        </div>
      </div>
    </div>
  );
  let cameFrom: EventTarget | null = null;
  document.body.prepend(banner);
  banner.addEventListener('focusin', ({ relatedTarget }) => {
    if (relatedTarget && !banner.contains(relatedTarget as Node)) cameFrom = relatedTarget;
  });
  addEventListener('focusin', uncover);
  addEventListener('resize', uncover);
  uncover();

  return () => {
    removeEventListener('focusin', uncover);
    removeEventListener('resize', uncover);
    if (banner.contains(document.activeElement)) (cameFrom as HTMLElement | null)?.focus();
    banner.remove();
  };

  /** Scrolls what has the focus out from under the banner; where that does not help, the banner goes to the top. */
  function uncover() {
    const focused = document.activeElement;
    if (!focused || focused === document.body || banner.contains(focused) || focused.closest('dialog')) return;
    banner.classList.remove('lc-top');
    const covered = measureCovered(focused, banner.firstElementChild!);
    if (covered <= 0) return;
    const { scrollX: left, scrollY: top } = window;
    scrollTo({ left, top: top + covered, behavior: 'instant' as ScrollBehavior });
    if (measureCovered(focused, banner.firstElementChild!) < 1) return;
    scrollTo({ left, top, behavior: 'instant' as ScrollBehavior });
    banner.classList.add('lc-top');
  }
}

/** Pixels by which an element reaches under the card; of a tall one it is enough to see three quarters of the free room. */
function measureCovered(element: Element, card: Element): number {
  const { top, left, right, height } = element.getBoundingClientRect();
  const free = card.getBoundingClientRect();
  return right < free.left || left > free.right ? 0 : top + Math.min(height + 8, free.top * 0.75) - free.top;
}
