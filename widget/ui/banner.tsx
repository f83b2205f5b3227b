import { h } from 'preact';
import type { Locale } from '../../worker/shared/locales.ts';
import type { BannerTexts } from '../api.ts';
import type { Policy } from '../server.ts';
import { fillText, joinNames } from '../texts.ts';
import { LinkAway } from './link-away.tsx';
import { createRoot, putBesideBody } from './root.ts';

interface Props {
  look: string;
  locale: Locale;
  policy: Policy;
  texts: BannerTexts;
  /** What has changed since the visitor chose before. */
  summary: string | undefined;
  isRefusedBySignal(purpose: string): boolean;
  /** Takes the purposes that are granted. */
  choose(granted: string[]): void;
  /** Opens the preferences. */
  open(event: Event): void;
}

/** Refusing is as easy as accepting: same look, same click, side by side (EDPB Cookie Banner Taskforce, 2023, §§ 8–13). */
function Banner({ look, locale, policy, texts, summary, isRefusedBySignal, choose, open }: Props) {
  const optional = policy.purposes.filter(({ required }) => !required);
  const ids = optional.map(({ id }) => id);
  const purposes = joinNames(
    optional.map(({ name }) => name),
    locale,
  );
  const button = (action: string, text: string, onClick: (event: Event) => void, more = '') => (
    <button class={`lc-button${more}`} type="button" data-consent-action={action} onClick={onClick}>
      {text}
    </button>
  );
  return (
    // biome-ignore lint/a11y/useSemanticElements: pages lay out their sections
    <div
      class={`${look} lc-bar`}
      lang={locale}
      role="region"
      aria-label={texts.label}
      popover="manual"
      data-consent-banner
    >
      <div class="lc-card">
        <div class="lc-text">
          <p class="lc-title">{texts.title}</p>
          {summary && (
            // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
            <p class="lc-long" tabIndex={0}>
              {fillText(texts.changed, { summary })}
            </p>
          )}
          <p>
            {fillText(texts.body, { purposes })} <LinkAway href={policy.url}>{texts.policy}</LinkAway>
          </p>
          {ids.some(isRefusedBySignal) && <p>{texts.signal}</p>}
        </div>
        <div class="lc-actions">
          {button('accept-all', texts.acceptAll, () => choose(ids))}
          {button('reject-all', texts.rejectAll, () => choose([]))}
          {button('customize', texts.customize, open, ' lc-quiet')}
        </div>
      </div>
    </div>
  );
}

/** Shows the banner, first in the page's order and without taking the focus. */
export function showBanner(props: Props) {
  let banner!: HTMLElement;
  let cameFrom: EventTarget | null = null;
  const root = createRoot(element => {
    banner = element;
    put();
  });
  root.draw(<Banner {...props} />);
  banner.addEventListener('focusin', ({ relatedTarget }) => {
    if (relatedTarget && !banner.contains(relatedTarget as Node)) cameFrom = relatedTarget;
  });
  addEventListener('focusin', uncover);
  addEventListener('resize', uncover);
  uncover();

  return {
    /** Puts the banner back where the page has taken it away, and on top where a dialog of the page has been closed. */
    keep() {
      if (banner.isConnected) lift();
      else put();
    },

    /** Takes the banner away, and gives the focus back to where it was before it came into the banner. */
    hide() {
      removeEventListener('focusin', uncover);
      removeEventListener('resize', uncover);
      const hadFocus = banner.contains(document.activeElement);
      root.remove();
      if (hadFocus) (cameFrom as HTMLElement | null)?.focus();
    },
  };

  /** Puts the banner into the page, in the place of dead ones that an old copy of the page has brought along. */
  function put() {
    for (const copy of document.querySelectorAll('[data-consent-banner]')) copy.remove();
    putBesideBody(banner);
    lift();
  }

  /**
   * Puts the banner into the top layer, where the browser has one: nothing of the page covers it there. While the page
   * has a modal dialog open, it stays below, because nothing but the dialog can be pressed then.
   */
  function lift() {
    if (banner.togglePopover && !document.querySelector(':modal')) banner.togglePopover(true);
  }

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

/** Returns the pixels by which an element reaches under the card. Of a tall one it is enough to see three quarters of the free room. */
function measureCovered(element: Element, card: Element): number {
  const { top, left, right, height } = element.getBoundingClientRect();
  const free = card.getBoundingClientRect();
  return right < free.left || left > free.right ? 0 : top + Math.min(height + 8, free.top * 0.75) - free.top;
}
