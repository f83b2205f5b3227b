import { html } from 'hono/html';
import type { ListedSession } from '../../../db/staff/session-list.ts';
import type { Content } from '../../http/page.ts';
import { renderOutcome, renderTable } from '../elements.ts';
import type { Page } from '../layout.ts';
import type { Reader } from '../reader.ts';
import { renderAgo, renderTime, writeTime } from '../times.ts';

interface Sessions {
  sessions: ListedSession[];
  /** What was just ended. */
  ended: 'one' | 'others' | undefined;
}

/** Draws the sessions of the reader, with a button to end each. The one that asks is signed out of instead. */
export function sessionsPage(reader: Reader, { sessions, ended }: Sessions): Page {
  const { sessions: text } = reader.text;
  const heads = [text.begun, text.used, html`<span class="hidden">${text.end}</span>`];
  const rows = sessions.map(session => renderSession(reader, session));
  const others = html`<form method="post" action="/console/sessions/end"><button class="quiet">${text.endOthers}</button></form>`;
  return {
    title: text.title,
    content: html`<h1>${text.title}</h1><p class="hint">${text.intro} ${text.stored}</p>
${ended ? renderOutcome(ended === 'one' ? text.ended : text.othersEnded) : ''}
<div class="sessions">${renderTable(text.title, heads, rows)}
${sessions.length > 1 ? others : ''}</div>`,
  };
}

function renderSession(reader: Reader, { id, created_at, last_seen_at, is_this }: ListedSession): Content[] {
  const { sessions: text, account } = reader.text;
  const used = is_this ? reader.now.toISOString() : last_seen_at;
  const act = is_this ? '/console/session/end' : `/console/sessions/${id}/end`;
  const which = is_this ? '' : html`<span class="hidden">: ${text.begun} ${writeTime(reader, created_at)}</span>`;
  return [
    html`<span class="of">${text.begun}</span>${renderTime(reader, created_at)}${is_this ? html`<small><b>${text.own}</b></small>` : ''}`,
    html`<span class="of">${text.used}</span>${renderAgo(reader, used)}`,
    html`<form method="post" action="${act}"><button class="quiet">${is_this ? account.out : text.end}${which}</button></form>`,
  ];
}
