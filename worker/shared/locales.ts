/** The languages of the product. For a further one, begin here: the compiler then names every table that lacks it. */
export const locales = ['zh-CN', 'en'] as const;
export type Locale = (typeof locales)[number];

/** The language of the server's pages and answers for a reader who asks for none of these languages. */
export const default_locale: Locale = 'zh-CN';

/**
 * The language of the widget for such a reader. It is English, because the widget stands on foreign pages, and most who
 * read no Chinese read English.
 */
export const default_widget_locale: Locale = 'en';

/** Each language's name for itself, for the links to it. */
export const language_names: Record<Locale, string> = { 'zh-CN': '简体中文', en: 'English' };

/** Tags with which `Intl` writes dates. Because the English texts are British, so are their dates. */
export const date_tags: Record<Locale, string> = { 'zh-CN': 'zh-CN', en: 'en-GB' };

/** Language, script and region of a tag, the only parts that `Intl` gets. It would take `und`, which says that nobody knows, for English. */
const known = /^(?!und$)[a-z]{2,3}(-[a-z]{4})?(-([a-z]{2}|\d{3}))?\b/i;

/**
 * Finds the locale for a language tag in any spelling, like `zh`, `zh_TW`, `cn`, `yue` or `en-GB`: among those of its
 * language the one of its script and region, else of its script, else the first.
 *
 * @returns Undefined when the language is not offered, or the text is no tag.
 * @see UTS 35, Likely Subtags
 */
export function matchLocale(tag = ''): Locale | undefined {
  const only = findOnly(tag);
  if (only) return only;
  for (let wanted = completeTag(tag); wanted; wanted = wanted.replace(/-?\w+$/, '')) {
    const found = locales.find(locale => `${completeTag(locale)}-`.startsWith(`${wanted}-`));
    if (found) return found;
  }
}

/** Finds the locale of a language that is offered once. Because it needs no `Intl`, a phone saves the ten milliseconds of its first use. */
function findOnly(tag: string): Locale | undefined {
  const [, language] = /^\s*([a-z]{2,3})(?![a-z\d])/i.exec(tag) ?? [];
  const [only, another] = locales.filter(locale => locale.split('-')[0] === language?.toLowerCase());
  return another ? undefined : only;
}

/**
 * Completes a tag with its likely subtags: `zh` to `zh-Hans-CN`. Every language in Chinese script counts as Chinese,
 * `yue` and `wuu` too.
 */
function completeTag(tag: string): string {
  const [found] = known.exec(tag.replace(/_/g, '-')) ?? [];
  if (!found) return '';
  return new Intl.Locale(found).maximize().baseName.replace(/^cn\b|^\w+(?=-Han[bist])/, 'zh');
}
