import { html } from 'hono/html';
import type { Content } from '../../../http/page.ts';
import type { Reader } from '../../reader.ts';

/** Draws the way between the leads that are kept by a hold and those that are restricted at their person's request. */
export function renderHoldTabs({ text, scopes }: Reader, current: 'holds' | 'restrictions'): Content {
  if (!scopes.includes('requests:handle')) return html``;
  const tabs = (['holds', 'restrictions'] as const).map(
    tab =>
      html`<li><a href="/console/${tab}"${tab === current ? html` aria-current="page"` : ''}>${text[tab].title}</a></li>`,
  );
  return html`<nav class="tabs" aria-label="${text.nav.holds}"><ul>${tabs}</ul></nav>`;
}
