/** The ES module for bundlers, which make the lazily loaded parts into chunks of the page's own. */
import type { LeadConsent, Options } from './api.ts';
import { start } from './start.ts';

export type * from './api.ts';

/** Starts the widget on this page; the same object is then `window.leadConsent`. */
export function init(options: Options): LeadConsent {
  return start(options, {
    loadPreferences: () => import('./ui/preferences.tsx'),
    loadLeadForm: () => import('./form/form.tsx'),
  });
}
