import { h } from 'preact';
import type { Locale } from '../../worker/shared/locales.ts';
import { quietly } from '../quietly.ts';
import type { Announcement } from '../server.ts';
import { LinkAway } from './link-away.tsx';
import { createRoot, putBesideBody } from './root.ts';

interface Options {
  look: string;
  locale: Locale;
  announcement: Announcement;
}

/** Name of the entry of `localStorage` that lists the announcements which the visitor has dismissed. */
const entry = 'lead-consent.told';

/** Milliseconds after which the text follows its region, so that a screen reader knows the region before and reads the text out. */
const reading_ms = 100;

/** Returns whether an announcement is in force and the visitor has not dismissed it. */
export function isNews({ id, until }: Announcement): boolean {
  return Date.parse(until) > Date.now() && !readTold().includes(id);
}

/** Remembers that the visitor was told. Where storage is off limits, that holds for this page. */
export function rememberTold({ id }: Announcement) {
  quietly(() => localStorage.setItem(entry, [...readTold(), id].slice(-9).join(' ')));
}

function readTold(): string[] {
  return (quietly(() => localStorage.getItem(entry)) ?? '').split(' ');
}

/** Shows an announcement at the top of the page until it is dismissed. It takes no focus, and the banner is never under it. */
export function showAnnouncement({ look, locale, announcement }: Options) {
  const { title, text, more, close, url } = announcement;
  let bar!: HTMLElement;
  let cameFrom: EventTarget | null = null;
  let isDismissed = false;
  const root = createRoot(element => {
    bar = element;
    put();
  });
  draw(false);
  const timer = setTimeout(draw, reading_ms, true);
  addEventListener('focusin', uncover);

  return { keep, remove };

  function draw(isRead: boolean) {
    root.draw(
      // biome-ignore lint/a11y/useSemanticElements: pages lay out their sections
      <div
        class={`${look} lc-bar lc-top lc-news`}
        lang={locale}
        role="region"
        aria-label={title}
        data-consent-announcement
      >
        <div class="lc-card">
          <div class="lc-text" aria-live="polite">
            <p class="lc-title">{isRead && title}</p>
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
            <p class="lc-long" tabIndex={0}>
              {isRead && text}
            </p>
            <LinkAway href={url}>{more}</LinkAway>
          </div>
          <button class="lc-button lc-quiet" type="button" onClick={dismiss}>
            {close}
          </button>
        </div>
      </div>,
    );
  }

  /** Puts the bar into the page, in the place of dead ones that an old copy of the page has brought along. */
  function put() {
    for (const copy of document.querySelectorAll('[data-consent-announcement]')) copy.remove();
    putBesideBody(bar);
  }

  /** Puts the bar back where the page has taken it away. */
  function keep() {
    if (!isDismissed && !bar.isConnected) put();
  }

  function dismiss() {
    rememberTold(announcement);
    const hadFocus = bar.contains(document.activeElement);
    remove();
    if (hadFocus) (cameFrom as HTMLElement | null)?.focus();
  }

  function remove() {
    isDismissed = true;
    clearTimeout(timer);
    removeEventListener('focusin', uncover);
    root.remove();
  }

  /** Scrolls what has the focus out from under the bar; where that does not help, the bar goes to the bottom. */
  function uncover({ target, relatedTarget }: FocusEvent) {
    const focused = target as Element;
    if (bar.contains(focused)) {
      if (relatedTarget && !bar.contains(relatedTarget as Node)) cameFrom = relatedTarget;
      return;
    }
    bar.classList.add('lc-top');
    const measureCovered = () =>
      bar.firstElementChild!.getBoundingClientRect().bottom - focused.getBoundingClientRect().top;
    if (measureCovered() <= 0) return;
    scrollBy({ top: -measureCovered() - 8, behavior: 'instant' as ScrollBehavior });
    bar.classList.toggle('lc-top', measureCovered() <= 0);
  }
}
