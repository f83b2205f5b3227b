/** The languages that everything is written in, the default first. */
export const locales = ['zh-CN', 'en'] as const;
export type Locale = (typeof locales)[number];
