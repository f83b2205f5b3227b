import { html } from 'hono/html';
import type { Page } from '../layout.ts';
import type { Reader } from '../reader.ts';

/** Draws what a browser shows for a moment on its way from the provider, and where it does not go on by itself. */
export function arrivalPage({ text: { signIn: text } }: Reader, address: string): Page {
  return {
    title: text.title,
    content: html`<section class="card sign-in">
<h1>${text.arrived}</h1>
<p><a class="button" href="${address}">${text.goOn}</a></p>
</section>`,
  };
}
