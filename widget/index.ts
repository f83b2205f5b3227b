/** The ES module for bundlers, which make the lazily loaded parts into chunks of the page's own. */
import type { LeadConsent, Options } from './lead-consent.ts';
import { start } from './start.ts';

export type * from './lead-consent.ts';

/** Starts the widget on this page; the same object is then `window.leadConsent`. */
export function init(options: Options): LeadConsent {
  return start(options, {
    loadPreferences: () => import('./preferences.tsx'),
    loadLeadForm: () => import('./lead-form.tsx'),
  });
}
