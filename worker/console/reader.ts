import type { Context } from 'hono';
import { dayOf } from '../../db/days.ts';
import type { TokenHolder } from '../../db/staff/tokens.ts';
import type { App } from '../context.ts';
import { type Scope, scopesOf } from '../guards/access.ts';
import { localeOf } from '../http/language.ts';
import type { Settings } from '../settings.ts';
import type { Locale } from '../shared/locales.ts';
import type { ConsoleTexts } from './texts/en.ts';
import { console_texts } from './texts/texts.ts';

/** Who reads a page of the console, in which language and time zone, and when. Every page is drawn for a reader. */
export interface Reader {
  locale: Locale;
  text: ConsoleTexts;
  time_zone: string;
  /** Where the leads are stored, as the operator declared it. */
  data_region: string | undefined;
  now: Date;
  /** The day that it is in the time zone. */
  today: string;
  /** Numbers under which the website is filed. */
  filings: Pick<Settings, 'icp_number' | 'psb_number'>;
  /** Undefined before the reader has signed in. */
  holder: TokenHolder | undefined;
  scopes: readonly Scope[];
}

/** Returns the reader of a request's answer. */
export function readerOf(c: Context<App>): Reader {
  const { services } = c.var;
  const locale = localeOf(c);
  const { time_zone, data_region, icp_number, psb_number } = services.settings;
  const holder: TokenHolder | undefined = c.var.holder;
  const scopes = holder ? scopesOf(holder.role) : [];
  return {
    locale,
    text: console_texts[locale],
    time_zone,
    data_region,
    now: services.now(),
    today: dayOf(services.now(), time_zone),
    filings: { icp_number, psb_number },
    holder,
    scopes,
  };
}
