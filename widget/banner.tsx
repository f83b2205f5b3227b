import type { Locale } from '../worker/fields.ts';
import type { Policy } from './api.ts';
import { h } from './dom.ts';
import { bannerTexts } from './strings.ts';

interface Options {
  locale: Locale;
  policy: Policy;
  /** Takes the purposes that are granted. */
  choose(granted: string[]): void;
  /** Opens the preferences. */
  open(): void;
}

/**
 * Shows the banner, first in the page's order and without taking the focus.
 *
 * @returns The banner, to be removed.
 */
export function showBanner({ locale, policy, choose, open }: Options): HTMLElement {
  const texts = bannerTexts[locale];
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
            {texts.body(names)}{' '}
            <a class="lc-link" href={policy.url} target="_blank" rel="noopener">
              {texts.policy}
            </a>
          </p>
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
  document.body.prepend(banner);
  return banner;
}
