import type { Locale } from '../../shared/locales.ts';
import { type ConsoleTexts, en } from './en.ts';
import { zh_cn } from './zh-CN.ts';

/** Every text of the console. */
export const console_texts: Record<Locale, ConsoleTexts> = { 'zh-CN': zh_cn, en };
