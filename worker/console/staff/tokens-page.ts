import { html } from 'hono/html';
import type { listAccounts } from '../../../db/staff/accounts.ts';
import type { TokenRecord } from '../../../db/staff/tokens.ts';
import { type Content, unaided } from '../../http/page.ts';
import { renderOutcome, renderSelect, renderTable } from '../elements.ts';
import type { Page } from '../layout.ts';
import type { Reader } from '../reader.ts';
import type { Refusal } from '../refusal.ts';
import { renderAgo, writeTime } from '../times.ts';

type AccountRecord = Awaited<ReturnType<typeof listAccounts>>[number];

interface Tokens {
  tokens: TokenRecord[];
  accounts: AccountRecord[];
  /** How many sessions are open, by the id of their token or account; none where it has none. */
  sessions: Map<string, number>;
  /** Who made each token, by its id. */
  makers: Map<string, string>;
  /** Ids of the tokens that a rotation made another in place of. */
  replaced: Set<string | undefined>;
  /** Roles that a new token can have. */
  roles: readonly string[];
  /** Days for which a new token can be good. */
  days: { usual: number; most: number };
  /** The token that was just made. */
  made: string | undefined;
  /** The token that was just revoked. */
  revoked: TokenRecord | undefined;
  /** The person whose sessions were just ended. */
  signedOut: { holder: string } | undefined;
  /** An id of this form alone, by which a second click is told from another token. */
  once: string;
  /** The post that was refused before, with what was typed for a new token. */
  refusal: Refusal | undefined;
  /** The holder whose name is nearly the one that was typed. */
  near: string | undefined;
}

/** Draws the tokens, with a form for a new one. */
export function tokensPage(reader: Reader, tokens: Tokens): Page {
  const { roles, days, made, revoked, signedOut, once, refusal, near } = tokens;
  const { tokens: text, lead, roles: names } = reader.text;
  const acts = html`<span class="hidden">${text.rotate} ${text.revoke}</span>`;
  const heads = [text.holder, text.role, text.maker, text.expires, text.used, acts];
  const typed = refusal?.typed ?? {};
  const roleOptions = roles.map(role => [role, names[role]!] as const);
  const rows = tokens.tokens.map(token => renderToken(reader, token, tokens));
  return {
    title: text.title,
    section: 'tokens',
    refused: near ? text.near(typed.holder!, near) : refusal?.slug === 'invalid-fields' ? text.invalid : undefined,
    content: html`<h1>${text.title}</h1><p class="hint">${text.intro}</p>
${made ? renderOutcome(html`<p>${text.made}</p><code class="receipt">${made}</code><button class="quiet" type="button" data-copy="${made}" hidden>${lead.copy}</button>`) : ''}
${revoked ? renderOutcome(text.revokedNow(revoked.holder)) : ''}
${signedOut ? renderOutcome(text.sessionsEnded(signedOut.holder)) : ''}
<form class="row" method="post" action="/console/tokens"><input type="hidden" name="once" value="${once}"><label>${text.holder}<input name="holder" required maxlength="100" autocomplete="off" ${unaided} value="${typed.holder ?? ''}"${markWrong('holder', refusal)}></label>
${renderSelect('role', text.role, roleOptions, typed.role ?? 'sales')}
<label>${text.days}<input name="days" type="number" min="1" max="${days.most}" value="${typed.days ?? days.usual}" required${markWrong('days', refusal)}></label>
${near ? html`<label class="check"><input type="checkbox" name="sure" value="${typed.holder!.trim()}"><span>${text.nearSure(typed.holder!)}</span></label>` : ''}<button>${text.make}</button></form>
${renderTable(text.title, heads, rows)}
${tokens.accounts.length > 0 ? renderAccounts(reader, tokens) : ''}`,
  };
}

/** Marks a field as wrong, of which the alert above the page tells. */
function markWrong(field: string, refusal: Refusal | undefined): Content {
  const isWrong = refusal?.errors.some(error => error.field === field);
  return html`${isWrong ? html` aria-invalid="true"` : ''}`;
}

function renderAccounts(reader: Reader, { accounts, sessions }: Tokens): Content {
  const { tokens: text, roles } = reader.text;
  const acts = html`<span class="hidden">${text.endSessions}</span>`;
  const heads = [text.account, text.role, text.used, text.sessions, acts];
  const rows = accounts.map(account => {
    const { id, holder, role, last_used_at, ended_at } = account;
    const count = sessions.get(id);
    return [
      html`${holder}<small><code>${id}</code></small>`,
      html`${roles[role] ?? role}${ended_at ? html`<small>${text.refused}</small>` : ''}`,
      html`<span class="of">${text.used}</span>${renderAgo(reader, last_used_at)}`,
      html`${count ? text.open(count) : text.noneOpen}`,
      html`${count ? html`<div class="go">${renderEnd(reader, account)}</div>` : html`<span class="none">–</span>`}`,
    ];
  });
  return html`<h2>${text.accounts}</h2><p class="hint">${text.accountsIntro}</p>
${renderTable(text.accounts, heads, rows)}`;
}

/** Draws the button that ends the sessions of somebody; for the reader's own, the link to the page of these. */
function renderEnd(reader: Reader, { id, holder }: { id: string; holder: string }): Content {
  const { tokens: text, sessions } = reader.text;
  if (reader.holder?.id === id) return html`<a class="button quiet" href="/console/sessions">${sessions.title}</a>`;
  return html`<form method="post" action="/console/staff/${id}/sessions/end"><button class="quiet">${text.endSessions}<span class="hidden"> ${holder}</span></button></form>`;
}

/** A token that is about to be replaced or revoked, with the post that was refused before. */
interface Asked {
  token: TokenRecord;
  refusal: Refusal | undefined;
}

/** Draws the page that asks before a token is replaced. */
export function rotationPage(
  reader: Reader,
  { token, days, once, refusal }: Asked & Pick<Tokens, 'days' | 'once'>,
): Page {
  const { tokens: text } = reader.text;
  return {
    title: text.rotateTitle,
    section: 'tokens',
    refused: refusal?.slug === 'invalid-fields' ? text.rotateDays : undefined,
    content: html`<section class="card narrow"><h1>${text.rotateTitle}</h1>
${renderAsked(reader, token)}
<p>${text.rotateBody}</p>${isOwn(reader, token) ? html`<p class="notice">${text.rotateOwn}</p>` : ''}
<form method="post" action="${address(token, 'rotation')}"><input type="hidden" name="once" value="${once}"><label>${text.days}<input name="days" type="number" min="1" max="${days.most}" value="${refusal?.typed.days ?? days.usual}" required${markWrong('days', refusal)}></label>
<p class="go"><button>${text.rotateDo}</button><a class="button quiet" href="/console/tokens">${text.keep}</a></p></form></section>`,
  };
}

/**
 * Draws the page that asks before a token is revoked.
 *
 * @param isLast Whether no administrator could sign in afterwards.
 */
export function revocationPage(reader: Reader, { token, isLast, refusal }: Asked & { isLast: boolean }): Page {
  const { tokens: text } = reader.text;
  const sure = html`<p class="notice alarm">${text.revokeOwn}</p>`;
  const tick = html`<label class="check"><input type="checkbox" name="sure" value="yes" required><span>${text.revokeOwnSure}</span></label>`;
  return {
    title: text.revokeTitle,
    section: 'tokens',
    refused: refusal?.slug === 'invalid-fields' ? text.revokeOwnUnsure : undefined,
    content: html`<section class="card narrow"><h1>${text.revokeTitle}</h1>
${renderAsked(reader, token)}
<p>${text.revokeBody}</p>${isOwn(reader, token) ? sure : ''}${isLast ? html`<p class="notice alarm">${text.revokeLast}</p>` : ''}
<form method="post" action="${address(token, 'revocation')}">${isOwn(reader, token) ? tick : ''}<p class="go"><button class="alarm">${text.revokeDo}</button><a class="button quiet" href="/console/tokens">${text.keep}</a></p></form></section>`,
  };
}

function renderAsked({ text: { roles } }: Reader, { id, holder, role }: TokenRecord): Content {
  return html`<p><b>${holder}</b> · ${roles[role] ?? role} · <code>${id}</code></p>`;
}

/** Returns whether the reader is signed in with the token. */
const isOwn = ({ holder }: Reader, { id }: TokenRecord) => holder?.id === id;

const address = ({ id }: TokenRecord, act: 'rotation' | 'revocation') => `/console/tokens/${id}/${act}`;

function renderToken(reader: Reader, token: TokenRecord, { makers, replaced, sessions }: Tokens): Content[] {
  const { tokens: text, roles } = reader.text;
  const { id, holder, role, expires_at, revoked_at, last_used_at } = token;
  const isOver = expires_at <= reader.now.toISOString();
  const over = replaced.has(id) ? text.replaced : text.expired;
  const state = revoked_at ? text.revoked : isOver ? over : '';
  const count = state ? undefined : sessions.get(id);
  return [
    html`${holder || '–'}<small><code>${id}</code></small>${isOwn(reader, token) ? html`<small><b>${text.own}</b></small>` : ''}`,
    html`${roles[role] ?? role}`,
    html`<span class="of">${text.maker}</span>${makers.get(id) ?? '–'}`,
    html`<span class="of">${text.expires}</span><span class="line">${state || writeTime(reader, expires_at, 'date')}</span>`,
    html`<span class="of">${text.used}</span>${last_used_at ? renderAgo(reader, last_used_at) : text.never}${count ? html`<small>${text.open(count)}</small>` : ''}`,
    state
      ? html`–`
      : html`<div class="go">${renderAct('rotation', text.rotate)}${renderAct('revocation', text.revoke)}${count ? renderEnd(reader, token) : ''}</div>`,
  ];

  function renderAct(act: 'rotation' | 'revocation', label: string): Content {
    return html`<a class="button quiet" href="${address(token, act)}">${label}<span class="hidden"> ${holder}</span></a>`;
  }
}
