import { h } from 'preact';
import type { Locale } from '../../worker/shared/locales.ts';
import type { BannerTexts } from '../api.ts';
import { gated_frames, readPurposes } from '../consent/gate.ts';
import type { Policy } from '../server.ts';
import { fillText, joinNames } from '../texts.ts';
import { createRoot } from './root.ts';

interface Options {
  look(): string;
  locale: Locale;
  policy: Policy;
  texts: BannerTexts;
  has(purpose: string): boolean;
  /** Grants these purposes beside those that are granted already. */
  allow(purposes: string[]): void;
}

interface Held {
  /** Gives the placeholder the size that the frame would have now. */
  fit(): void;
  /** Whether the page has taken the placeholder from its place, or has made it an element of its own. */
  isLost(): boolean;
  release(): void;
}

/** Pixels each way below which a frame is not meant to be looked at. */
const smallest = 90;

/** Marks a frame whose place a placeholder has. */
const mark = 'data-consent-held';

/** What tells where a frame stands. */
const places = 'position,inset,margin,float,grid-area,order,align-self,justify-self,z-index'.split(',');

/** Shows a placeholder for each frame that is held back, as large as the frame, so that nothing on the page moves. */
export function createPlaceholders({ look, locale, policy, texts, has, allow }: Options) {
  const held = new Map<HTMLElement, Held>();
  const nameOf = (id: string) => policy.purposes.find(it => it.id === id)?.name;
  const observer = 'ResizeObserver' in window ? new ResizeObserver(fitAll) : undefined;

  /** Puts a placeholder before each frame that is held back, and takes it away from those that are not. */
  function update() {
    for (const [frame, { isLost, release }] of held)
      if (!frame.isConnected || !frame.matches(gated_frames) || isLost()) release();
    for (const frame of document.querySelectorAll<HTMLElement>(gated_frames)) if (!held.has(frame)) hold(frame);
  }

  function fitAll() {
    for (const it of held.values()) it.fit();
  }

  function hold(frame: HTMLElement) {
    const missing = readPurposes(frame).filter(id => !has(id));
    const names = missing.map(nameOf);
    if (!missing.length || !names.every(Boolean)) return;
    // A page that puts back an old copy of itself brings dead placeholders along. A copy of the frame alone brings none.
    if (frame.matches(`.lc-held + [${mark}]`)) frame.previousElementSibling!.remove();
    const { title, parentElement } = frame;
    let placeholder: HTMLElement | undefined;
    const root = createRoot(element => {
      placeholder = element;
      frame.before(element);
    });
    const content = (
      // biome-ignore lint/a11y/useSemanticElements: a fieldset is for a form
      <div class={`${look()} lc-card lc-held`} lang={locale} role="group" aria-label={title}>
        <div>
          {title && <p class="lc-title">{title}</p>}
          <p>{fillText(texts.held, { purposes: joinNames(names as string[], locale) })}</p>
          <button class="lc-button" type="button" data-consent-action="allow" onClick={() => allow(missing)}>
            {texts.allow}
          </button>
        </div>
      </div>
    );
    held.set(frame, { fit, isLost, release });
    fit();
    if (parentElement) observer?.observe(parentElement);

    function fit() {
      dress({ display: 'none' });
      frame.removeAttribute(mark);
      const [width, height] = measure(frame);
      if (Math.min(width, height) < smallest) return;
      const style = getComputedStyle(frame);
      const { display, transform } = style;
      const fills = Math.round(width) >= (parentElement?.clientWidth ?? 0);
      if (!placeholder) root.draw(content);
      frame.setAttribute(mark, '');
      dress({
        // As the page's styles have it, because the frame is hidden by now: in percent, or auto.
        ...Object.fromEntries(places.map(name => [name, style.getPropertyValue(name)])),
        transform,
        display: display === 'inline' ? 'inline-block' : display,
        width: fills ? '100%' : `${width}px`,
        height: `${height}px`,
      });
    }

    /** Sets styles with the rank that those of the widget's sheets have. */
    function dress(styles: Record<string, string>) {
      for (const name in styles) placeholder?.style.setProperty(name, styles[name]!, 'important');
    }

    function isLost(): boolean {
      return !!placeholder && !frame.matches('.lc-held + *');
    }

    function release() {
      const hadFocus = placeholder?.contains(document.activeElement);
      held.delete(frame);
      if (placeholder?.matches('.lc-held')) root.remove();
      frame.removeAttribute(mark);
      if (parentElement) observer?.unobserve(parentElement);
      if (hadFocus) frame.focus();
    }
  }

  return {
    update,
    remove() {
      observer?.disconnect();
      for (const { release } of [...held.values()]) release();
    },
  };
}

/** Returns width and height as the page's styles mean them: to the part of a pixel, unless the page shows all larger or smaller. */
function measure(frame: HTMLElement): [width: number, height: number] {
  const { width, height } = frame.getBoundingClientRect();
  const { offsetWidth, offsetHeight } = frame;
  return Math.abs(width - offsetWidth) < 1 ? [width, height] : [offsetWidth, offsetHeight];
}
