import { html } from 'hono/html';
import { drawLens } from './art.ts';
import { type Content, type Page, renderLayout } from './layout.ts';
import { texts } from './texts.ts';

/** Draws the home page. */
export function renderHome(page: Page): Content {
  const { company, home, products } = texts[page.locale];
  const doors = (['mini-ai', 'cooperation'] as const).map((path, index) => {
    const { title, body } = home.doors.items[index]!;
    return html`<li><a class="door" href="/${path}?lang=${page.locale}"><h3>${title}</h3><p>${body}</p><span class="more">${home.doors.more}</span></a></li>`;
  });
  const facts = home.facts.map(({ figure, meaning }) => html`<div><dt>${meaning}</dt><dd>${figure}</dd></div>`);
  return renderLayout(
    page,
    company,
    html`<section class="hero"><div class="frame">
<div class="words"><h1>${home.title}</h1><p class="lead">${home.lead}</p>
<p class="actions"><a class="button" href="/mini-ai?lang=${page.locale}">${products['mini-ai'].action}</a>
<a class="button quiet" href="/cooperation?lang=${page.locale}">${products.cooperation.action}</a></p></div>
${drawLens({ x: 300, y: 220, radius: 136 })}
</div></section>
<section class="facts-row"><div class="frame"><dl>${facts}</dl></div></section>
${renderSection(home.strengths)}
<section class="sunken"><div class="frame"><h2>${home.fields.title}</h2><ul class="rows">${home.fields.items.map(renderItem)}</ul></div></section>
<section><div class="frame"><h2>${home.doors.title}</h2><ul class="doors">${doors}</ul></div></section>
<section class="promise"><div class="frame"><h2>${home.promise.title}</h2><p>${home.promise.body}</p>
<p><a href="${page.policy_url}">${home.promise.link}</a></p></div></section>`,
  );
}

/** Draws a product's page, with the form for an inquiry. */
export function renderProduct(page: Page, product: 'mini-ai' | 'cooperation'): Content {
  const { name, form, title, lead, action, offer, steps, inquiry } = texts[page.locale].products[product];
  const lens = product === 'mini-ai' ? { x: 360, y: 200, radius: 124 } : { x: 220, y: 240, radius: 124 };
  return renderLayout(
    page,
    name,
    html`<section class="hero"><div class="frame">
<div class="words"><p class="kicker">${name}</p><h1>${title}</h1><p class="lead">${lead}</p>
<p class="actions"><a class="button" href="#inquiry">${action}</a></p></div>
${drawLens(lens)}
</div></section>
${renderSection(offer)}
<section class="sunken"><div class="frame"><h2>${steps.title}</h2><ol class="steps">${steps.items.map(renderItem)}</ol></div></section>
<section id="inquiry"><div class="frame inquiry">
<div><h2>${inquiry.title}</h2><p class="lead">${inquiry.body}</p><ul class="checks">${inquiry.points.map(point => html`<li>${point}</li>`)}</ul></div>
<div data-lead-form="${form}"><a class="button" href="/forms/${form}?lang=${page.locale}">${inquiry.plain}</a></div>
</div></section>`,
  );
}

interface Item {
  title: string;
  body: string;
}

function renderSection({ title, lead, items }: { title: string; lead?: string; items: Item[] }): Content {
  return html`<section><div class="frame"><h2>${title}</h2>${lead ? html`<p class="lead">${lead}</p>` : ''}
<ul class="cards">${items.map(renderItem)}</ul></div></section>`;
}

function renderItem({ title, body }: Item): Content {
  return html`<li><h3>${title}</h3><p>${body}</p></li>`;
}
