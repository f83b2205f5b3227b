import type { Locale } from '../../worker/shared/locales.ts';
import type { BannerTexts } from '../api.ts';
import { readPurposes } from '../consent/gate.ts';
import { h } from '../dom.ts';
import type { Policy } from '../server.ts';
import { fillText, joinNames } from '../texts.ts';

interface Options {
  locale: Locale;
  policy: Policy;
  texts: BannerTexts;
  has(purpose: string): boolean;
  /** Grants these purposes beside those that are granted already. */
  allow(purposes: string[]): void;
}

/** Pixels each way below which a frame is not meant to be looked at. */
const smallest = 90;

/** What stands where a gated frame is not shown, as large as the frame, so that nothing on the page moves. */
export function createPlaceholders({ locale, policy, texts, has, allow }: Options) {
  const held = new Map<HTMLElement, () => void>();
  const nameOf = (id: string) => policy.purposes.find(it => it.id === id)?.name;

  /** Puts a placeholder before each frame that is held back, and takes it away from those that are not. */
  function update() {
    for (const [frame, release] of held) if (!frame.isConnected || !frame.hasAttribute('data-src')) release();
    for (const frame of document.querySelectorAll<HTMLElement>('iframe[data-src][data-consent]'))
      if (!held.has(frame)) hold(frame);
  }

  function hold(frame: HTMLElement) {
    const { offsetWidth, offsetHeight, style } = frame;
    const missing = readPurposes(frame).filter(id => !has(id));
    const names = missing.map(nameOf);
    if (!missing.length || !names.every(Boolean)) return;
    if (Math.min(offsetWidth, offsetHeight) < smallest) return;
    const placeholder = (
      // biome-ignore lint/a11y/useSemanticElements: a fieldset is for a form
      <div class="lc-root lc-card lc-held" lang={locale} role="group" aria-label={frame.title}>
        <div>
          {frame.title && <p class="lc-title">{frame.title}</p>}
          <p>{fillText(texts.held, { purposes: joinNames(names as string[], locale) })}</p>
          <button class="lc-button" type="button" data-consent-action="allow" onClick={() => allow(missing)}>
            {texts.allow}
          </button>
        </div>
      </div>
    );
    const { display, position, inset, margin } = getComputedStyle(frame);
    const fills = offsetWidth >= (frame.parentElement?.clientWidth ?? 0);
    Object.assign(placeholder.style, {
      ...(position === 'absolute' && { position, inset }),
      display: display === 'inline' ? 'inline-block' : display,
      width: fills ? '100%' : `${offsetWidth}px`,
      height: `${offsetHeight}px`,
      margin,
    });
    const earlier = style.display;
    frame.before(placeholder);
    style.display = 'none';
    held.set(frame, () => {
      const hadFocus = placeholder.contains(document.activeElement);
      placeholder.remove();
      style.display = earlier;
      if (!frame.getAttribute('style')) frame.removeAttribute('style');
      held.delete(frame);
      if (hadFocus) frame.focus();
    });
  }

  return {
    update,
    remove() {
      for (const release of [...held.values()]) release();
    },
  };
}
