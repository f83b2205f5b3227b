/** The script tag's entry: finds its server, language and texts, and starts the widget once per page. */
import type { WrittenPolicies } from '../worker/shared/written-policies.ts';
import type { Options } from './api.ts';
import { createChunks } from './chunks.ts';
import { start } from './start.ts';

/** The policies that the server has written into the script, or 0 where the file is served as it was built. */
declare const WRITTEN_POLICIES: WrittenPolicies | 0;

try {
  const script = (document.currentScript ?? document.querySelector('script[src*="/widget.js"]')) as HTMLScriptElement;
  const host = new URL('.', script.src).href.slice(0, -1);
  const { lang, theme } = script.dataset;
  const options = { host, lang, theme: theme as Options['theme'], texts: readTexts() };
  start(options, createChunks(host), WRITTEN_POLICIES || undefined);
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
