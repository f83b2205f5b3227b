import type { Locale } from '../worker/fields.ts';
import type { Policy } from './api.ts';
import { showBanner } from './banner.tsx';
import { loadPreferences } from './chunks.ts';
import type { Consents } from './consent.ts';
import { bannerTexts } from './strings.ts';
import type { Stylesheet } from './stylesheet.ts';

interface Options {
  host: string;
  locale: Locale;
  policy: Policy;
  consents: Consents;
  stylesheet: Stylesheet;
}

export type Prompts = ReturnType<typeof createPrompts>;

/** What asks the visitor: the banner until there is a choice, the preferences on demand. */
export function createPrompts({ host, locale, policy, consents, stylesheet }: Options) {
  let banner: HTMLElement | undefined;
  let preferences: Promise<() => void> | undefined;

  const hasQuestion = policy.purposes.some(({ required }) => !required);

  function update() {
    if (!consents.get() && hasQuestion)
      banner ??= showBanner({ locale, policy, choose: ids => consents.choose(ids, 'banner'), open });
    else banner?.remove();
  }

  async function open() {
    preferences ??= loadPreferences(host).then(({ openPreferences }) =>
      openPreferences({
        locale,
        policy,
        labels: bannerTexts[locale],
        has: consents.has,
        isRefusedBySignal: consents.isRefusedBySignal,
        choose: granted => consents.choose(granted, 'preferences'),
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
    banner?.remove();
    preferences?.then(close => close());
  }

  return { update, open, remove };
}
