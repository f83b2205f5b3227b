import { html, raw } from 'hono/html';
import type { Locale } from '../../shared/locales.ts';
import type { JsonSchema } from '../declaration.ts';
import { docs_texts } from './texts.ts';

interface NamedField {
  name: string;
  required?: boolean;
  description?: string;
  schema: JsonSchema;
  example?: unknown;
}

/** Draws fields as a table: name, type, and what each is for. */
export function renderFields(fields: NamedField[], locale: Locale) {
  const texts = docs_texts[locale];
  return html`<div class="table fields" tabindex="0"><table><tbody>${fields.map(
    ({
      name,
      required,
      description,
      schema,
      example,
    }) => html`<tr><th scope="row"><code>${name}</code><small>${required ? texts.required : texts.optional}</small></th>
<td><span class="type">${renderType(schema)}</span>${
      schema.default === undefined
        ? ''
        : html` <small>· ${texts.usually} <code>${String(schema.default)}</code></small>`
    }${description ? html`<p lang="en">${renderText(description)}</p>` : ''}${
      example === undefined ? '' : html`<p class="example">${texts.example} <code>${String(example)}</code></p>`
    }</td></tr>`,
  )}</tbody></table></div>`;
}

/** Draws the fields of a schema, or its type where it has none. */
export function renderSchema(schema: JsonSchema, locale: Locale) {
  const { properties, required = [] } = schema as { properties?: Record<string, JsonSchema>; required?: string[] };
  if (!properties) return renderType(schema);
  const fields = Object.entries(properties).map(([name, field]) => ({
    name,
    required: required.includes(name),
    ...(typeof field.description === 'string' && { description: field.description }),
    schema: field,
  }));
  return renderFields(fields, locale);
}

/** Draws a text in which backticks mark code and double asterisks mark strong words. */
export function renderText(text: string) {
  const parts = text.split(/(`[^`]+`|\*\*[^*]+\*\*)/);
  return parts.map(part => {
    if (part.startsWith('`')) return html`<code>${part.slice(1, -1)}</code>`;
    if (part.startsWith('**')) return html`<strong>${part.slice(2, -2)}</strong>`;
    return part === '' ? raw('') : html`${part}`;
  });
}

/** Draws a type in a few words. A type with a name is a link to its schema. */
function renderType(schema: JsonSchema): ReturnType<typeof html> | string {
  const { $ref, anyOf, oneOf, type, format, items, const: only } = schema as JsonSchema & { items?: JsonSchema };
  if (typeof $ref === 'string') {
    const name = $ref.split('/').pop();
    return html`<a href="#schema-${name}">${name}</a>`;
  }
  const either = (anyOf ?? oneOf) as JsonSchema[] | undefined;
  if (either) return html`${either.map((one, index) => html`${index > 0 ? ' | ' : ''}${renderType(one)}`)}`;
  if (only !== undefined) return html`<code>${JSON.stringify(only)}</code>`;
  if (Array.isArray(schema.enum))
    return html`${schema.enum.map((one, index) => html`${index > 0 ? ' | ' : ''}<code>${String(one)}</code>`)}`;
  if (items) return html`${renderType(items)}[]`;
  const words = [type ?? 'any'].flat().join(' | ');
  return `${words}${format ? ` (${format})` : ''}${renderBounds(schema)}`;
}

function renderBounds({ minimum, maximum, minLength, maxLength }: JsonSchema): string {
  const [least, most] = [minimum ?? minLength, maximum ?? maxLength];
  if (typeof most !== 'number' || most >= Number.MAX_SAFE_INTEGER) return '';
  return least === undefined ? ` ≤ ${most}` : ` ${least}–${most}`;
}
