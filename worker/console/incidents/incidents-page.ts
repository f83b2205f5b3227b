import { html } from 'hono/html';
import type { Incident } from '../../../db/incidents/find.ts';
import { renderEmpty, renderPaging, renderTable } from '../elements.ts';
import type { Page } from '../layout.ts';
import type { Reader } from '../reader.ts';
import { renderTime } from '../times.ts';
import { describeScope, renderClock, renderTold } from './clocks.ts';
import { desk_texts } from './texts.ts';

interface Listed {
  incidents: Incident[];
  isFirst: boolean;
  /** The incident before which the next page begins. */
  next: string | undefined;
}

/** Draws all incidents, the newest first. */
export function incidentsPage(reader: Reader, { incidents, isFirst, next }: Listed): Page {
  const text = desk_texts[reader.locale];
  const { list } = reader.text;
  const heads = [text.incident, text.reached, text.told, text.notice];
  const rows = incidents.map(incident => [
    html`<a class="name" href="/console/incidents/${incident.id}">${renderTime(reader, incident.recorded_at)}</a><small>${incident.cause.slice(0, 80)}${incident.cause.length > 80 ? '…' : ''}</small>`,
    describeScope(reader, incident),
    renderTold(reader, incident),
    renderClock(reader, incident.notice_due_at, incident.noticed_at),
  ]);
  return {
    title: text.title,
    section: 'incidents',
    content: html`<div class="acts headed"><h1>${text.title}</h1><a class="button" href="/console/incidents/new">${text.newTitle}</a></div>
<p class="hint">${text.intro}</p>
${
  incidents.length > 0
    ? renderTable(
        text.title,
        heads,
        rows,
        incidents.map(({ id }) => id),
      )
    : renderEmpty(text.none, text.noneHint)
}
${renderPaging(list.paging, isFirst ? '' : html`<a class="button quiet" href="/console/incidents">${list.first}</a>`, next ? html`<a class="button quiet" rel="next" href="/console/incidents?before=${next}">${list.more}</a>` : '')}`,
  };
}
