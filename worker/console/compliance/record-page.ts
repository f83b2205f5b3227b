import { html, raw } from 'hono/html';
import type { Page } from '../layout.ts';
import type { Reader } from '../reader.ts';

interface Shown {
  paper: 'record' | 'assessment';
  title: string;
  /** The paper as HTML, which Markdown made and which holds nothing that runs. */
  html: string;
}

/** Draws a paper, with the way to the other one and to its Markdown. */
export function recordPage({ text: { record } }: Reader, { paper, title, html: written }: Shown): Page {
  const other = paper === 'record' ? 'assessment' : 'record';
  return {
    title,
    section: 'record',
    content: html`<nav class="acts papers" aria-label="${record.papers}"><a class="button quiet" href="/console/record?paper=${other}">${record[other]}</a><a class="button quiet" href="/console/record?paper=${paper}&amp;as=markdown">${record.markdown}</a><a class="button quiet" href="/compliance">${record.compliance}</a></nav>
<article class="paper">${raw(written)}</article>`,
  };
}
