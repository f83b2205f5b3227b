import { html } from 'hono/html';
import { renderNotice, unaided } from '../http/page.ts';
import type { Page } from './layout.ts';
import type { Reader } from './reader.ts';

interface SignIn {
  /** Where to go once signed in. */
  next: string;
  notice?: string | undefined;
  error?: string | undefined;
}

/** Draws the page to sign in on. It never holds the token that was typed. */
export function signInPage({ text: { signIn: text } }: Reader, { next, notice, error }: SignIn): Page {
  return {
    title: text.title,
    content: html`<section class="card sign-in">
<h1>${text.title}</h1>
${error ? renderNotice(error) : notice ? html`<p class="notice" role="status">${notice}</p>` : html`<p>${text.intro}</p>`}
<form method="post" action="/console/session">
<div><label for="token">${text.token}</label>
<span class="hint" id="token-hint">${text.hint}</span>
<input id="token" name="token" type="password" autocomplete="current-password" ${unaided} required maxlength="200" aria-describedby="token-hint"${error ? html` aria-invalid="true"` : html` autofocus`}></div>
<input type="hidden" name="next" value="${next}">
<button>${text.submit}</button>
</form>
</section>`,
  };
}
