import { html } from 'hono/html';
import { type Content, renderNotice, unaided } from '../../http/page.ts';
import type { Page } from '../layout.ts';
import type { Reader } from '../reader.ts';

interface SignIn {
  /** Where to go once signed in. */
  next: string;
  notice?: string | undefined;
  error?: string | undefined;
  /** Whether the error is of the token that was sent. */
  isTokenWrong?: boolean;
  /** Whether people sign in with accounts of the company here. */
  hasAccounts: boolean;
  /** Whether to offer another account, because this one is not let in. */
  offersOther?: boolean;
  /** Whether to offer to sign out at the provider too. */
  offersLeave?: boolean;
}

/** Draws the page to sign in on. It never holds the token that was typed. */
export function signInPage({ text: { signIn: text } }: Reader, drawn: SignIn): Page {
  const { next, notice, error, isTokenWrong, hasAccounts, offersLeave } = drawn;
  const focus = error || hasAccounts ? '' : html` autofocus`;
  const intro = hasAccounts ? '' : html`<p>${text.intro}</p>`;
  return {
    title: text.title,
    content: html`<section class="card sign-in">
<h1>${text.title}</h1>
${error ? renderNotice(error) : notice ? html`<p class="notice" role="status">${notice}</p>` : intro}
${offersLeave ? html`<p><a href="/console/sign-in/end">${text.leave}</a></p>` : ''}
${hasAccounts ? renderAccounts(text, drawn) : ''}
<form method="post" action="/console/session">
<div><label for="token">${text.token}</label>
<span class="hint" id="token-hint">${text.hint}</span>
<input id="token" name="token" type="password" autocomplete="current-password" ${unaided} required maxlength="200" aria-describedby="token-hint"${isTokenWrong ? html` aria-invalid="true"` : focus}></div>
<input type="hidden" name="next" value="${next}">
<button${hasAccounts ? html` class="quiet"` : ''}>${text.submit}</button>
</form>
</section>`,
  };
}

/** Draws the link to the provider, which stands first, and what the token below it is for. */
function renderAccounts(text: Reader['text']['signIn'], { next, offersOther }: SignIn): Content {
  const address = (more: Record<string, string>) => `/console/sign-in?${new URLSearchParams({ next, ...more })}`;
  return html`<p><a class="button" href="${address({})}">${text.account}</a></p>
${offersOther ? html`<p><a href="${address({ other: '' })}">${text.other}</a></p>` : ''}
<h2>${text.orToken}</h2>
<p>${text.tokenFor}</p>`;
}
