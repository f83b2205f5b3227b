import { html } from 'hono/html';
import type { HoldPage } from '../../../../db/leads/holds/list.ts';
import { renderEmpty, renderPaging } from '../../elements.ts';
import type { Page } from '../../layout.ts';
import type { Reader } from '../../reader.ts';
import { renderHolds } from './hold-forms.ts';
import { renderHoldTabs } from './hold-tabs.ts';

interface Holds extends Pick<HoldPage, 'holds'> {
  isFirst: boolean;
  /** Place after which the next page begins. */
  next: string | undefined;
}

/** Draws the holds that stand, the one to be reviewed first at the top. */
export function holdsPage(reader: Reader, { holds, isFirst, next }: Holds): Page {
  const { holds: text, list } = reader.text;
  return {
    title: text.title,
    section: 'holds',
    content: html`${renderHoldTabs(reader, 'holds')}<h1>${text.title}</h1><p class="hint">${text.intro}</p>
${holds.length > 0 ? renderHolds(reader, holds) : renderEmpty(text.none, text.noneHint)}
${renderPaging(list.paging, isFirst ? '' : html`<a class="button quiet" href="/console/holds">${list.first}</a>`, next ? html`<a class="button quiet" rel="next" href="/console/holds?after=${next}">${list.more}</a>` : '')}`,
  };
}
