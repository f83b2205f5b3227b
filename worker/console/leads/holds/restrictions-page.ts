import { html } from 'hono/html';
import type { StandingRestriction } from '../../../../db/leads/holds/restrict.ts';
import { renderEmpty, renderPaging } from '../../elements.ts';
import type { Page } from '../../layout.ts';
import type { Reader } from '../../reader.ts';
import { renderHoldTabs } from './hold-tabs.ts';
import { renderRestrictions } from './restriction-forms.ts';

interface Restricted {
  restrictions: StandingRestriction[];
  isFirst: boolean;
  /** Place after which the next page begins. */
  next: string | undefined;
}

/** Draws the leads that are restricted at their person's request, those of the longest time first. */
export function restrictionsPage(reader: Reader, { restrictions, isFirst, next }: Restricted): Page {
  const { restrictions: text, list } = reader.text;
  const shown = restrictions.map(one => ({ ...one, lifted_at: null, reason: null }));
  return {
    title: text.title,
    section: 'holds',
    content: html`${renderHoldTabs(reader, 'restrictions')}<h1>${text.title}</h1><p class="hint">${text.intro}</p>
${shown.length > 0 ? renderRestrictions(reader, shown) : renderEmpty(text.none, text.noneHint)}
${renderPaging(list.paging, isFirst ? '' : html`<a class="button quiet" href="/console/restrictions">${list.first}</a>`, next ? html`<a class="button quiet" rel="next" href="/console/restrictions?after=${next}">${list.more}</a>` : '')}`,
  };
}
