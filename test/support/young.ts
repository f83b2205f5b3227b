import assert from 'node:assert/strict';
import type { Tab } from './tab.ts';

/** Styles without which a page only looks a little different, or that speak of what the old engine does not have. */
const harmless = [
  /^accent-color:/,
  /^scroll-initial-target:/,
  /^forced-color-adjust:/,
  /^text-(wrap|autospace|size-adjust):/,
  /^@media \(forced-colors: ?active\)$/,
  /^\.account summary::-webkit-details-marker$/,
  /^html:not\(#_#_\):has\(\[data-consent-banner\]\.lc-top\) \.lc-news$/,
  /^\.operation:has\(:target\)$/,
  /^\.stack td:has\(form,\.go\)$/,
];

/** Names of the platform that the scripts ask for before they use them, or that Preact asks for. */
const guarded = ['adoptedStyleSheets', 'replaceSync', 'togglePopover', 'moveBefore', 'checkVisibility', 'traverseTo'];

/** Names that something young has as well: those of our own, or of older parts of the platform. */
const shared = [
  ...['createPolicy', 'createScript', 'createScriptURL'],
  ...['drop', 'expires', 'format', 'minHeight', 'next', 'read', 'reasons', 'reload', 'take', 'use'],
];

const files = ['/widget.css', '/styles.css', '/console.css', '/docs.css', '/demo.css', '/widget.js', '/console.js'];

/**
 * Asserts that an old engine understands every style sheet and script that a server hands out, or that there is something to fall back to.
 *
 * @param now A tab of a present engine, by which names of the platform are told from our own.
 */
export async function checkFallbacks(now: Pick<Tab, 'evaluate'>, old: Tab, server: string): Promise<void> {
  const read = async (path: string) => (await fetch(server + path)).text();
  const texts = new Map(await Promise.all(files.map(async path => [path, await read(path)] as const)));
  const chunks = texts.get('/widget.js')!.match(/(?<=")widget\/[\w-]+\.js(?=")/g)!;
  assert.equal(chunks.length, 2);
  for (const path of chunks) texts.set(path, await read(`/${path}`));
  const list = (type: string) => [...texts].filter(([path]) => path.endsWith(type)).map(([, text]) => text);
  const styles = await findYoungStyles(old, list('.css').join('\n'));
  assert.deepEqual(
    styles.filter(text => !harmless.some(it => it.test(text))),
    [],
  );
  const names = await findYoungNames(now, old, list('.js').join('\n'));
  assert.deepEqual(
    names.filter(name => ![...guarded, ...shared].includes(name)),
    [],
  );
}

interface Rule {
  /** What stands before the braces, outermost first. */
  preludes: string[];
  declarations: { property: string; value: string }[];
}

/**
 * Finds what an engine does not understand of style sheets and falls back to nothing: at-rules, media queries, selectors, which take their
 * whole rule with them, and declarations without an earlier one of the same property that it understands. Because an engine takes any value
 * with `var()` until it is computed, an earlier one does not help there. What stands in `@supports` asks by itself.
 */
async function findYoungStyles(tab: Tab, css: string): Promise<string[]> {
  const rules = readRules(css);
  const values = collectValues(rules);
  const asked = rules
    .filter(({ preludes }) => !preludes.some(it => /^@(supports|keyframes)\b/.test(it)))
    .map(({ preludes, declarations }) => ({
      media: preludes.filter(it => it.startsWith('@media')).map(it => it.slice('@media'.length).trim()),
      others: preludes.filter(it => /^@(?!media\b|font-face\b|page\b)/.test(it)),
      selectors: preludes.filter(it => !it.startsWith('@')).flatMap(it => it.split(/,(?![^(]*\))/)),
      declarations: declarations
        .filter(({ property }) => !property.startsWith('--'))
        .map(({ property, value }) => ({ property, value, variants: substitute(value, values) })),
    }));
  return [...new Set((await tab.evaluate(`(${askSupport})(${JSON.stringify(asked)})`)) as string[])];
}

const askSupport = `rules => rules.flatMap(({ media, others, selectors, declarations }) => {
  const young = [
    ...others,
    ...media.filter(query => matchMedia(query).media.includes('not all')).map(query => '@media ' + query),
    ...selectors.filter(it => !CSS.supports('selector(' + it.trim() + ')')),
  ];
  const understood = new Set();
  for (const { property, value, variants } of declarations)
    if (variants.every(variant => CSS.supports(property, variant))) understood.add(property.replace(/^-[a-z]+-/, ''));
    else if (property[0] !== '-' && (!understood.has(property) || value.includes('var('))) young.push(property + ': ' + value);
  return young;
})`;

/** Reads the rules of a style sheet. */
function readRules(css: string): Rule[] {
  const rules: Rule[] = [];
  const open: Rule[] = [];
  const parts = css.replace(/\/\*.*?\*\//gs, '').matchAll(/((?:"[^"]*"|'[^']*'|[^{};"'])*)([{};])/g);
  for (const [, text = '', end] of parts) {
    const part = text.replace(/\s+/g, ' ').trim();
    if (end === '{') open.push({ preludes: [...(open.at(-1)?.preludes ?? []), part], declarations: [] });
    else if (part) {
      const [, property = '', value = ''] = /^([\w-]+) ?: ?(.*?)( ?!important)?$/.exec(part) ?? [];
      open.at(-1)?.declarations.push({ property, value });
    }
    if (end === '}') rules.push(open.pop()!);
  }
  return rules;
}

/** Collects the values of each custom property. */
function collectValues(rules: Rule[]): Map<string, string[]> {
  const values = new Map<string, string[]>();
  for (const { property, value } of rules.flatMap(it => it.declarations))
    if (property.startsWith('--')) values.set(property, [...(values.get(property) ?? []), value]);
  return values;
}

/** Returns a value with the values of its custom properties in it, in as many variants as they have. */
function substitute(value: string, values: Map<string, string[]>): string[] {
  const [whole, name, otherwise] = /var\((--[\w-]+)(?:, ?((?:[^()]|\([^()]*\))*))?\)/.exec(value) ?? [];
  if (!whole) return [value];
  const candidates = values.get(name!) ?? (otherwise ? [otherwise] : []);
  return candidates.flatMap(one =>
    substitute(
      value.replace(whole, () => one),
      values,
    ),
  );
}

/**
 * Finds the names of the platform that a script uses and an engine does not have.
 *
 * @param now A tab of a present engine, which has them all.
 */
async function findYoungNames(now: Pick<Tab, 'evaluate'>, tab: Tab, script: string): Promise<string[]> {
  const used = [...new Set(script.match(/(?<=\.)[A-Za-z]\w+|\b[A-Z]\w+/g))];
  const list = async (it: Pick<Tab, 'evaluate'>) =>
    new Set((await it.evaluate(`(${listNames})().filter(name => ${JSON.stringify(used)}.includes(name))`)) as string[]);
  const [names, known] = [await list(now), await list(tab)];
  return [...names].filter(name => !known.has(name)).sort();
}

/** Lists the names of all globals, of their static members, and of the members of what they construct. */
const listNames = `() => {
  const names = new Set();
  const add = object => {
    for (const name of Object.getOwnPropertyNames(object)) names.add(name);
  };
  for (const name of Object.getOwnPropertyNames(globalThis)) {
    names.add(name);
    if (!/^[A-Z]/.test(name) || !globalThis[name]) continue;
    add(globalThis[name]);
    if (globalThis[name].prototype) add(globalThis[name].prototype);
  }
  return [...names];
}`;
