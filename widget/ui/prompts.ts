import type { Locale } from '../../worker/shared/locales.ts';
import type { TextsByLocale } from '../api.ts';
import type { Chunks } from '../chunks.ts';
import type { Consents } from '../consent/consent.ts';
import { inTime } from '../patience.ts';
import type { Api, Policy } from '../server.ts';
import type { Stylesheet } from '../styling/stylesheet.ts';
import { bannerTexts, chooseTexts } from '../texts.ts';
import announcementStyles from './announcement.css';
import { isNews, rememberTold, showAnnouncement } from './announcement.tsx';
import { showBanner } from './banner.tsx';
import { createPlaceholders } from './placeholders.tsx';
import type { openPreferences } from './preferences.tsx';

interface Options {
  host: string;
  locale: Locale;
  look(): string;
  /** The page's own words. */
  own: TextsByLocale | undefined;
  policy: Policy;
  consents: Consents;
  api: Api;
  stylesheet: Stylesheet;
  load: Chunks['loadPreferences'];
}

/** Milliseconds after which the preferences no longer open by themselves: two attempts to load them. */
const patience_ms = 10_000;

type Preferences = ReturnType<typeof openPreferences>;

export type Prompts = ReturnType<typeof createPrompts>;

/** Asks the visitor: by the banner until there is a choice, by a placeholder for each frame that is held, by the preferences on demand. */
export function createPrompts({ host, locale, look, own, policy, consents, api, stylesheet, load }: Options) {
  const texts = chooseTexts(bannerTexts, locale, own);
  const { has, isRefusedBySignal, choose } = consents;
  const { announcement } = policy;
  const common = { locale, policy, texts, has, isRefusedBySignal };
  const hasQuestion = policy.purposes.some(({ required }) => !required);
  const placeholders = createPlaceholders({ ...common, look, allow });
  const summary = consents.isAskedAgain && hasQuestion ? policy.summary : undefined;
  const news = announcement && isNews(announcement) ? announcement : undefined;
  // What the banner says, no announcement need say beside it.
  const isToldByBanner = news?.text === summary;
  if (news || summary) stylesheet.add(announcementStyles);
  const announced =
    news && !isToldByBanner ? showAnnouncement({ look: look(), locale, announcement: news }) : undefined;
  let banner: ReturnType<typeof showBanner> | undefined;
  let preferences: Preferences | undefined;
  /** Counts the calls of the preferences, and what makes them void: an answer to the banner, the end. */
  let calls = 0;

  function update() {
    placeholders.update();
    announced?.keep();
    if (!isShown()) preferences?.close();
    // A page that puts back an old copy of itself brings dead preferences along.
    for (const copy of document.querySelectorAll('[data-consent-preferences]'))
      if (copy !== preferences?.dialog) copy.remove();
    if (consents.get() || !hasQuestion) hide();
    else if (banner) banner.keep();
    else
      banner = showBanner({
        ...common,
        look: look(),
        summary,
        choose: chooseInBanner,
        open: event => open(event.currentTarget as Element),
      });
  }

  function chooseInBanner(granted: string[]) {
    if (news && isToldByBanner) rememberTold(news);
    choose(granted, 'banner');
  }

  function isShown(): boolean | undefined {
    return preferences?.dialog.isConnected && preferences.dialog.open;
  }

  function hide() {
    if (banner) calls++;
    banner?.hide();
    banner = undefined;
  }

  function allow(purposes: string[]) {
    const granted = policy.purposes.map(({ id }) => id).filter(has);
    choose([...granted, ...purposes], 'preferences');
  }

  /**
   * Opens the preferences, unless the visitor answers the banner while they are on their way. Where they can't be had now,
   * it leads to the policy; where they are stuck, it gives up. The next call tries again.
   *
   * @param opener Tells meanwhile that it is busy.
   */
  async function open(opener?: Element) {
    if (isShown()) return;
    preferences?.close();
    const call = ++calls;
    opener?.setAttribute('aria-busy', 'true');
    try {
      const chunk = await inTime(load(), patience_ms);
      if (call === calls)
        preferences = chunk?.openPreferences({
          ...common,
          host,
          look: look(),
          own,
          visitor_id: consents.get()?.visitor_id,
          getReceipt: api.getReceipt,
          choose: granted => choose(granted, 'preferences'),
          closed: () => {
            preferences = undefined;
          },
          addStyles: stylesheet.add,
        });
    } catch (error) {
      console.error('lead-consent:', error);
      if (call === calls && !window.open(policy.url)) location.assign(policy.url);
    }
    opener?.removeAttribute('aria-busy');
  }

  function remove() {
    calls++;
    hide();
    announced?.remove();
    placeholders.remove();
    preferences?.close();
  }

  return { update, open, remove };
}
