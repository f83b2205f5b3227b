import type { Locale } from '../../worker/shared/locales.ts';
import type { TextsByLocale } from '../api.ts';
import type { Chunks } from '../chunks.ts';
import type { Consents } from '../consent/consent.ts';
import type { Api, Policy } from '../server.ts';
import type { Stylesheet } from '../stylesheet.ts';
import { bannerTexts, chooseTexts } from '../texts.ts';
import { showBanner } from './banner.tsx';
import { createPlaceholders } from './placeholders.tsx';

interface Options {
  host: string;
  locale: Locale;
  /** The page's own words. */
  own: TextsByLocale | undefined;
  policy: Policy;
  consents: Consents;
  api: Api;
  stylesheet: Stylesheet;
  load: Chunks['loadPreferences'];
}

export type Prompts = ReturnType<typeof createPrompts>;

/** What asks the visitor: the banner until there is a choice, a frame's placeholder until it is granted, the preferences on demand. */
export function createPrompts({ host, locale, own, policy, consents, api, stylesheet, load }: Options) {
  const texts = chooseTexts(bannerTexts, locale, own);
  const { has, isRefusedBySignal, choose } = consents;
  const common = { locale, policy, texts, has, isRefusedBySignal };
  const hasQuestion = policy.purposes.some(({ required }) => !required);
  const placeholders = createPlaceholders({ ...common, allow });
  let hideBanner: (() => void) | undefined;
  let preferences: Promise<() => void> | undefined;

  function update() {
    placeholders.update();
    if (!consents.get() && hasQuestion)
      hideBanner ??= showBanner({ ...common, choose: granted => choose(granted, 'banner'), open });
    else hide();
  }

  function hide() {
    hideBanner?.();
    hideBanner = undefined;
  }

  function allow(purposes: string[]) {
    const granted = policy.purposes.map(({ id }) => id).filter(has);
    choose([...granted, ...purposes], 'preferences');
  }

  async function open() {
    preferences ??= load().then(({ openPreferences }) =>
      openPreferences({
        ...common,
        host,
        own,
        visitor_id: consents.get()?.visitor_id,
        getReceipt: api.getReceipt,
        choose: granted => choose(granted, 'preferences'),
        closed: () => {
          preferences = undefined;
        },
        addStyles: stylesheet.add,
      }),
    );
    await preferences.catch(error => {
      preferences = undefined;
      throw error;
    });
  }

  function remove() {
    hide();
    placeholders.remove();
    preferences?.then(close => close());
  }

  return { update, open, remove };
}
