import type { Context } from 'hono';
import { html } from 'hono/html';
import type { App } from '../context.ts';
import { renderNotice } from '../http/page.ts';
import { consoleLocale, showConsolePage } from './layout.ts';
import { console_texts } from './texts/texts.ts';

/** Marks an address that is asked for a second time, from our own page. */
const again = 'again';

/**
 * Answers whoever is not signed in: with the way in, and then back to the page that was asked for.
 *
 * A link on another website comes without the cookie (SameSite=Strict) also from somebody who is signed in. So such a request is
 * answered with one from here, once.
 */
export function askToSignIn(c: Context<App>, why?: 'ended'): Response | Promise<Response> {
  const url = new URL(c.req.url);
  const isGet = c.req.method === 'GET';
  if (isGet && !why && c.req.header('Sec-Fetch-Site') === 'cross-site' && !url.searchParams.has(again)) {
    url.searchParams.set(again, '1');
    c.header('Refresh', `0; url=${url.pathname}${url.search}`);
  }
  const isOut = url.searchParams.has('out');
  for (const name of [again, 'lang', 'out']) url.searchParams.delete(name);
  const next = isGet ? url.pathname + url.search : '/console';
  const text = console_texts[consoleLocale(c)].signIn;
  const notice = why ? text[why] : isOut ? text.out : undefined;
  return showSignIn(c, { next, notice, status: next === '/console' && isGet ? 200 : 401 });
}

interface SignIn {
  next: string;
  status?: 200 | 401 | 429;
  notice?: string | undefined;
  error?: string | undefined;
  headers?: Record<string, string>;
}

/** Answers the page to sign in on. What was typed is never in it. */
export function showSignIn(c: Context<App>, { next, status = 200, notice, error, headers = {} }: SignIn) {
  const { signIn } = console_texts[consoleLocale(c)];
  return showConsolePage(
    c,
    { title: signIn.title, status, address: '/console', headers },
    html`<section class="card sign-in">
<h1>${signIn.title}</h1>
${error ? renderNotice(error) : notice ? html`<p class="notice" role="status">${notice}</p>` : html`<p>${signIn.intro}</p>`}
<form method="post" action="/console/session">
<div><label for="token">${signIn.token}</label>
<span class="hint" id="token-hint">${signIn.hint}</span>
<input id="token" name="token" type="password" autocomplete="current-password" autocapitalize="none" spellcheck="false" required maxlength="200" aria-describedby="token-hint"${error ? html` aria-invalid="true"` : html` autofocus`}></div>
<input type="hidden" name="next" value="${next}">
<button>${signIn.submit}</button>
</form>
</section>`,
  );
}
