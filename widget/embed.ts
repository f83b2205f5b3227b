/** The script tag's entry: finds its server, language and texts, and starts the widget once per page. */
import { createChunks } from './chunks.ts';
import { start } from './start.ts';

try {
  const script = (document.currentScript ?? document.querySelector('script[src*="/widget.js"]')) as HTMLScriptElement;
  const host = new URL('.', script.src).href.slice(0, -1);
  if (!window.leadConsent) start({ host, lang: script.dataset.lang, texts: readTexts() }, createChunks(host));
} catch (error) {
  console.error('lead-consent:', error);
}

/** Texts that the page puts into a block of data, which no CSP takes for a script. */
function readTexts() {
  try {
    return JSON.parse(document.querySelector('script[data-consent-texts]')?.textContent ?? '{}');
  } catch (error) {
    console.error('lead-consent:', error);
  }
}
