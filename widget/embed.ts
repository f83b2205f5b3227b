/** The script tag's entry: finds its server and language, and starts the widget once per page. */
import { init } from './index.ts';

try {
  const script = (document.currentScript ?? document.querySelector('script[src*="/widget.js"]')) as HTMLScriptElement;
  const host = new URL('.', script.src).href.slice(0, -1);
  window.leadConsent ??= init({ host, lang: script.dataset.lang });
} catch (error) {
  console.error('lead-consent could not start:', error);
}
