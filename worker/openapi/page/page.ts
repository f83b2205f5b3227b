import { html, raw } from 'hono/html';
import { type Locale, language_names, locales } from '../../shared/locales.ts';
import { tags } from '../declaration.ts';
import { renderCurl } from './curl.ts';
import type { Described, DescribedOperation, DescribedResponse } from './described.ts';
import { renderFields, renderSchema, renderText } from './schemas.ts';
import { docs_texts } from './texts.ts';

interface Place {
  method: string;
  path: string;
  operation: DescribedOperation;
}

/** Draws a document as a page in one language. The page has no script and loads nothing from another host. */
export function renderDocs(document: Described, locale: Locale): string {
  const texts = docs_texts[locale];
  const places = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): Place => ({ method: method.toUpperCase(), path, operation })),
  );
  const groups = tags.map(tag => ({ tag, places: places.filter(({ operation }) => operation.tags.includes(tag)) }));
  const others = locales.filter(other => other !== locale);
  const page = html`<!doctype html>
<html lang="${locale}">
<head>
<meta charset="utf-8">
<title>${texts.title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="description" content="${texts.introduction[0]!.replaceAll('`', '')}">
<link rel="icon" href="/favicon.svg">
<link rel="stylesheet" href="/styles.css">
<link rel="stylesheet" href="/docs.css">
</head>
<body class="docs">
<a class="skip" href="#content">${texts.skip}</a>
<header class="bar"><p><a href="#content">${texts.title}</a></p><nav aria-label="${texts.languages}"><a class="narrow-only" href="#contents">${texts.contents}</a> <a class="wide-only" href="/openapi.json">openapi.json</a>${others.map(
    other => html` <a href="?lang=${other}" hreflang="${other}" lang="${other}">${language_names[other]}</a>`,
  )}</nav></header>
<div class="columns">
<nav class="contents" id="contents" aria-label="${texts.contents}">
${groups.map(
  ({ tag, places }) => html`<h2><a href="#${tag}">${texts.tags[tag].title}</a></h2>
<ul>${places.map(
    ({ method, path, operation }) =>
      html`<li><a href="#${operation.operationId}"><span class="method ${method.toLowerCase()}">${method}</span> <code>${breakable(path)}</code></a></li>`,
  )}</ul>`,
)}
<h2><a href="#schemas">${texts.schemas}</a></h2>
</nav>
<main id="content">
<h1>${texts.title}</h1>
${texts.introduction.map(line => html`<p>${renderText(line)}</p>`)}
<p><a href="/openapi.json">${texts.raw}</a></p>
<h2 id="start">${texts.start.title}</h2>
<p>${renderText(texts.start.text)}</p>
<pre tabindex="0"><code>LEADS=https://leads.example.com  <span class="remark"># ${texts.start.host}</span>
TOKEN=lc_…                       <span class="remark"># ${texts.start.token}</span></code></pre>
${groups.map(
  ({ tag, places }) => html`<section class="group" aria-labelledby="${tag}">
<h2 id="${tag}">${texts.tags[tag].title}</h2>
<p>${texts.tags[tag].text}</p>
${places.map(place => renderOperation(document, locale, place))}
</section>`,
)}
<section class="group" aria-labelledby="schemas">
<h2 id="schemas">${texts.schemas}</h2>
${Object.entries(document.components.schemas).map(
  ([
    name,
    schema,
  ]) => html`<article class="operation" aria-labelledby="schema-${name}"><h3 id="schema-${name}"><a href="#schema-${name}">${name}</a></h3>
${renderSchema(schema, locale)}</article>`,
)}
</section>
</main>
</div>
</body>
</html>
`;
  return String(page);
}

function renderOperation(document: Described, locale: Locale, { method, path, operation }: Place) {
  const texts = docs_texts[locale];
  const { operationId: id, summary, description, security, parameters = [], requestBody } = operation;
  const scope = security[0]?.token?.[0];
  const responses = Object.entries(operation.responses).map(
    ([status, response]) => [status, resolve(document, response)] as const,
  );
  const answers = responses.filter(([status]) => Number(status) < 400);
  const problems = responses.flatMap(([status, { content = {} }]) =>
    Object.keys(content['application/problem+json']?.examples ?? {}).map(slug => ({ status, slug })),
  );
  const body = requestBody?.content['application/json'];
  return html`<article class="operation" aria-labelledby="${id}">
<h3 id="${id}"><a href="#${id}"><span class="method ${method.toLowerCase()}">${method}</span> <code>${breakable(path)}</code></a></h3>
<p class="summary">${operation[`x-summary-${locale}`] ?? summary}</p>
<p class="needs">${scope ? html`${texts.scope} <code>${scope}</code>` : security[0]?.metrics_token ? html`<code>METRICS_TOKEN</code>` : texts.anyone}${problems.some(({ slug }) => slug === 'origin-not-allowed') ? html` · ${texts.website}` : ''}</p>
${description ? html`<div lang="en">${description.split('\n\n').map(text => html`<p>${renderText(text)}</p>`)}</div>` : ''}
<pre tabindex="0"><code>${renderCurl(method, path, operation)}</code></pre>
${(['path', 'query', 'header'] as const).map(place => {
  const here = parameters.filter(parameter => parameter.in === place);
  return here.length > 0 ? html`<h4>${texts.parameters[place]}</h4>${renderFields(here, locale)}` : '';
})}
${body ? html`<h4>${texts.body} <small>${Object.keys(requestBody!.content).join(' · ')}${requestBody!.description ? html` · <span lang="en">${requestBody!.description}</span>` : ''}</small></h4>${renderSchema(body.schema, locale)}` : ''}
<h4>${texts.answers}</h4>
${answers.map(([status, response]) => renderAnswer(locale, status, response))}
${
  problems.length > 0
    ? html`<h4>${texts.problems} <small>${texts.problemsHint}</small></h4>
<ul class="problems">${problems.map(({ status, slug }) => html`<li><a href="/problems/${slug}?lang=${locale}"><span class="status">${status}</span> ${slug}</a></li>`)}</ul>`
    : ''
}
</article>`;
}

function renderAnswer(locale: Locale, status: string, { description, headers = {}, content = {} }: DescribedResponse) {
  const texts = docs_texts[locale];
  const said = Object.entries(headers).map(
    ([name, { description }]) => html`<li><code>${name}</code> <span lang="en">${renderText(description)}</span></li>`,
  );
  return html`<div class="answer"><p><span class="status good">${status}</span> <span lang="en">${renderText(description)}</span></p>
${said.length > 0 ? html`<ul class="headers">${said}</ul>` : ''}
${Object.entries(content).map(
  ([
    type,
    { schema, example },
  ]) => html`<p class="type"><code>${type}</code>${'$ref' in schema || 'anyOf' in schema ? html` ${renderSchema(schema, locale)}` : ''}</p>
${schema.properties ? renderSchema(schema, locale) : ''}
${example === undefined ? '' : html`<details><summary>${texts.example}</summary><pre tabindex="0"><code>${typeof example === 'string' ? example : JSON.stringify(example, null, 2)}</code></pre></details>`}`,
)}</div>`;
}

function resolve(document: Described, response: DescribedResponse | { $ref: string }): DescribedResponse {
  return '$ref' in response ? document.components.responses[response.$ref.split('/').pop()!]! : response;
}

/** Draws a path that may break at its slashes. */
function breakable(path: string) {
  return raw(path.replace(/(?<=.)\//g, '<wbr>/'));
}
