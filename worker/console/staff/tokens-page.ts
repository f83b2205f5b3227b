import { html } from 'hono/html';
import type { TokenRecord } from '../../../db/staff/tokens.ts';
import { type Content, unaided } from '../../http/page.ts';
import { renderSelect, renderTable } from '../elements.ts';
import type { Page } from '../layout.ts';
import type { Reader } from '../reader.ts';
import type { Refusal } from '../refusal.ts';
import { renderAgo, writeTime } from '../times.ts';

interface Tokens {
  tokens: TokenRecord[];
  /** Roles that a new token can have. */
  roles: readonly string[];
  /** Days for which a new token can be good. */
  days: { usual: number; most: number };
  /** The token that was just made. */
  made: string | undefined;
  /** The post that was refused before, with what was typed for a new token. */
  refusal: Refusal | undefined;
}

/** Draws the tokens, with a form for a new one. */
export function tokensPage(reader: Reader, { tokens, roles, days, made, refusal }: Tokens): Page {
  const { tokens: text, lead, roles: names } = reader.text;
  const heads = [text.holder, text.role, text.expires, text.used, html`<span class="hidden">${text.revoke}</span>`];
  const typed = refusal?.typed ?? {};
  const roleOptions = roles.map(role => [role, names[role]!] as const);
  const rows = tokens.map(token => renderToken(reader, token));
  return {
    title: text.title,
    section: 'tokens',
    refused: refusal?.slug === 'invalid-fields' ? text.invalid : undefined,
    content: html`<h1>${text.title}</h1><p class="hint">${text.intro}</p>
${made ? html`<div class="notice" role="status"><p>${text.made}</p><code class="receipt">${made}</code><button class="quiet" type="button" data-copy="${made}" hidden>${lead.copy}</button></div>` : ''}
<form class="row" method="post" action="/console/tokens"><label>${text.holder}<input name="holder" required maxlength="100" autocomplete="off" ${unaided} value="${typed.holder ?? ''}"></label>
${renderSelect('role', text.role, roleOptions, typed.role ?? 'sales')}
<label>${text.days}<input name="days" type="number" min="1" max="${days.most}" value="${typed.days ?? days.usual}" required></label><button>${text.make}</button></form>
${renderTable(text.title, heads, rows)}`,
  };
}

/** Draws the page that asks before a token is revoked. */
export function revocationPage({ text: { tokens: text, roles } }: Reader, { id, holder, role }: TokenRecord): Page {
  return {
    title: text.revokeTitle,
    section: 'tokens',
    content: html`<section class="card narrow"><h1>${text.revokeTitle}</h1>
<p><b>${holder}</b> · ${roles[role] ?? role} · <code>${id}</code></p>
<p>${text.revokeBody}</p>
<form method="post" action="${revocation(id)}"><p class="go"><button class="alarm">${text.revokeDo}</button><a class="button quiet" href="/console/tokens">${text.keep}</a></p></form></section>`,
  };
}

const revocation = (id: string) => `/console/tokens/${id}/revocation`;

function renderToken(
  reader: Reader,
  { id, holder, role, expires_at, revoked_at, last_used_at }: TokenRecord,
): Content[] {
  const { tokens: text, roles } = reader.text;
  const isOver = expires_at <= reader.now.toISOString();
  const state = revoked_at ? text.revoked : isOver ? text.expired : '';
  return [
    html`${holder || '–'}<small><code>${id}</code></small>`,
    html`${roles[role] ?? role}`,
    html`${state || writeTime(reader, expires_at, 'date')}`,
    last_used_at ? renderAgo(reader, last_used_at) : html`${text.never}`,
    state
      ? html`–`
      : html`<a class="button quiet" href="${revocation(id)}">${text.revoke}<span class="hidden"> ${holder}</span></a>`,
  ];
}
