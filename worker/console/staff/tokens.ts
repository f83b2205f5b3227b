import type { Context } from 'hono';
import { html } from 'hono/html';
import * as z from 'zod/mini';
import { createToken, listTokens, revokeToken, type TokenRecord } from '../../../db/staff/tokens.ts';
import { type App, factory } from '../../context.ts';
import { actorOf, roles } from '../../guards/access.ts';
import { type Content, renderNotice } from '../../http/page.ts';
import { problem } from '../../http/problem.ts';
import { body } from '../../http/validate.ts';
import { newToken, token_days } from '../../staff/tokens.ts';
import { consoleLocale, renderTable, showConsolePage } from '../layout.ts';
import { renderSelect } from '../leads/list.ts';
import { console_texts } from '../texts/texts.ts';
import { renderAgo, writeTime } from '../times.ts';

/** `GET /console/tokens`: every token, none with its secret. */
export const showTokens = factory.createHandlers(c => answerTokens(c));

const text = z._default(z.string(), '');
const typed = z.object({ holder: text, role: text, days: z.coerce.number() });

/** `POST /console/tokens`: makes one; this page is the only one that ever holds it. */
export const makeToken = factory.createHandlers(body(typed, { form: true }), async c => {
  const { db, now } = c.var.services;
  const wanted = newToken.safeParse(c.req.valid('json'));
  if (!wanted.success) return answerTokens(c, { isWrong: true });
  return answerTokens(c, { made: await createToken(db, wanted.data, actorOf(c), now()) });
});

/** `POST /console/tokens/{id}/revocation`: from the next request on. */
export const endToken = factory.createHandlers(async c => {
  const { db, now } = c.var.services;
  const id = c.req.param('id') ?? '';
  if (!/^[A-Za-z0-9]{1,32}$/.test(id) || !(await revokeToken(db, id, actorOf(c), now())))
    return problem(c, 'not-found');
  return c.redirect('/console/tokens', 303);
});

async function answerTokens(c: Context<App>, { made, isWrong = false }: { made?: string; isWrong?: boolean } = {}) {
  const text = console_texts[consoleLocale(c)];
  const { tokens, lead } = text;
  const tokenList = await listTokens(c.var.services.db);
  const heads = [
    tokens.holder,
    tokens.role,
    tokens.expires,
    tokens.used,
    html`<span class="hidden">${tokens.revoke}</span>`,
  ];
  return showConsolePage(
    c,
    { title: tokens.title, section: 'tokens', address: '/console/tokens', status: isWrong ? 422 : 200 },
    html`<h1>${tokens.title}</h1><p class="hint">${tokens.intro}</p>
${made ? html`<div class="notice" role="status" data-copied="${lead.copied}"><p>${tokens.made}</p><code class="receipt">${made}</code><button class="quiet" type="button" data-copy="${made}" hidden>${lead.copy}</button></div>` : ''}
${isWrong ? renderNotice(tokens.invalid) : ''}
<form class="row" method="post" action="/console/tokens"><label>${tokens.holder}<input name="holder" required maxlength="100" autocomplete="off"></label>
${renderSelect(
  'role',
  tokens.role,
  roles.map(role => [role, text.roles[role]!]),
  'sales',
)}
<label>${tokens.days}<input name="days" type="number" min="1" max="${token_days.most}" value="${token_days.usual}" required></label><button>${tokens.make}</button></form>
${renderTable(
  tokens.title,
  heads,
  tokenList.map(token => renderToken(c, token)),
)}`,
  );
}

function renderToken(
  c: Context<App>,
  { id, holder, role, expires_at, revoked_at, last_used_at }: TokenRecord,
): Content[] {
  const locale = consoleLocale(c);
  const text = console_texts[locale];
  const { settings, now } = c.var.services;
  const isOver = expires_at <= now().toISOString();
  const state = revoked_at ? text.tokens.revoked : isOver ? text.tokens.expired : '';
  const path = `/console/tokens/${id}/revocation`;
  return [
    html`${holder}<small><code>${id}</code></small>`,
    html`${text.roles[role] ?? role}`,
    html`${state || writeTime(expires_at, locale, settings.time_zone, 'date')}`,
    last_used_at ? renderAgo(last_used_at, locale, settings.time_zone, now()) : html`${text.tokens.never}`,
    state
      ? html`–`
      : html`<form method="post" action="${path}"><button class="quiet">${text.tokens.revoke}<span class="hidden"> ${holder}</span></button></form>`,
  ];
}
