import { html } from 'hono/html';
import type { ErasureGround } from '../../../../db/leads/lead.ts';
import { renderSelect } from '../../elements.ts';
import type { Page } from '../../layout.ts';
import type { Reader } from '../../reader.ts';
import { leadAddress } from '../filters.ts';
import type { OpenLead } from '../rows.ts';

/** Draws the page that asks before a lead is erased. */
export function erasurePage(
  { text: texts }: Reader,
  lead: OpenLead,
  grounds: readonly ErasureGround[],
  list: string,
): Page {
  const { lead: text, erasure_grounds } = texts;
  const options = grounds.map(ground => [ground, erasure_grounds[ground]] as const);
  return {
    title: text.eraseTitle,
    section: 'leads',
    content: html`<section class="card narrow"><h1>${text.eraseTitle}</h1>
<p><b>${lead.name}</b> · ${lead.company} · ${lead.phone}</p>
${text.eraseBody.map(line => html`<p>${line}</p>`)}
<form method="post" action="${leadAddress(lead.id, list, '/erasure')}">${renderSelect('ground', text.eraseWhy, options, undefined)}<label class="check"><input type="checkbox" name="sure" value="yes" required><span>${text.eraseSure}</span></label>
<p class="go"><button class="alarm">${text.eraseDo}</button><a class="button quiet" href="${leadAddress(lead.id, list)}">${text.keep}</a></p></form></section>`,
  };
}
