import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BuildOptions, Plugin } from 'esbuild';

/** A part of a file, from the first text up to the second, or the first text alone; and what stands in its place. */
type Cut = [from: string, to?: string, instead?: string];

/**
 * The parts of Preact's source that the script goes without, in the order of each file: classes with their lifecycle, context, refs,
 * error boundaries, Suspense, hydration, portals, SVG and MathML, styles as objects, raw HTML, listeners that capture or are named in
 * lower case, sizes of images and cells, elements that are drawn in two places or are added under an event's way up, the search for the
 * fewest moves (what changes its place far is put there anew), and the hooks of Preact's add-ons.
 */
const cuts: Record<string, Cut[]> = {
  'render.js': [
    ['if (options._root)', 'let oldVNode ='],
    ['isHydrating ? NULL : '],
    ['let commitQueue', 'diff('],
    ['EMPTY_OBJ,\n\t\tparentDom.namespaceURI', 'oldVNode ? oldVNode._dom'],
    ['commitRoot(', 'parentDom._children.props'],
  ],
  'create-element.js': [
    ["else if (i == 'ref'", 'else normalizedProps'],
    ['_component: NULL,'],
    ['if (!original && options.vnode)', 'return vnode'],
  ],
  'component.js': [
    ['export function BaseComponent', 'export function getDomSibling'],
    [' && !vnode.props._parentDom', '\n\t\t?'],
    ['function renderComponent', '// end'],
  ],
  'diff/index.js': [
    ['if (\n\t\toldVNode._flags & MODE_SUSPENDED', "outer: if (typeof newType == 'function')"],
    ['outer: if', 'const renderResult', "if (typeof newType == 'function') {\ntmp = newType(newVNode.props);"],
    ['if (newProps._parentDom)', 'oldDom = diffChildren('],
    ['if (newProps._parentDom)', '} else {\n\t\toldDom = newVNode._dom = diffElementNodes('],
    ['if ((tmp = options.diffed))', 'return oldDom;'],
    ['function rangeEnd', 'function diffElementNodes'],
    ["if (nodeType == 'svg')", 'if (!dom) {'],
    ['const doc =', 'if (!nodeType) {'],
    ['doc.createTextNode', '(newProps', 'document.createTextNode'],
    ['doc.createElementNS(', '\n\t}\n\n\tif (!nodeType) {', 'document.createElement(nodeType);'],
    [' && (!isHydrating || dom.data != newProps)', ') {\n\t\t\tdom.data'],
    ["parentDom = (nodeType == 'template'", 'for (i in oldProps) {', 'parentDom = dom;'],
    ["if (i == 'dangerouslySetInnerHTML') {\n\t\t\t\toldHtml", "if (\n\t\t\t\ti != 'children'"],
    ["else if (i == 'dangerouslySetInnerHTML') {\n\t\t\t\tnewHtml", "else if (i == 'value')"],
    ["(!isHydrating || typeof value == 'function') &&", 'oldProps[i] !== value'],
    ['if (newHtml) {', 'diffChildren(\n\t\t\t\tparentDom', '{'],
    ['excessDomChildren\n\t\t\t\t\t?', 'oldVNode._children && getDomSibling'],
    ['if (excessDomChildren) excessDomChildren.some(removeNode);'],
    ["if (!isHydrating || nodeType == 'textarea')", "{\n\t\t\ti = 'value'"],
    ["if (nodeType == 'progress' && inputValue == NULL)", 'if (\n\t\t\t\tinputValue'],
    [" || (nodeType == 'progress' && !inputValue)", ')\n\t\t\t) {'],
    ['export function applyRef', 'export function unmount'],
    ['if (options.unmount)', 'if ((r = vnode._children))'],
    ['? skipRemove && !vnode.props._parentDom', ': true', '? skipRemove'],
    ['if (\n\t\t!skipRemove &&', 'if (!skipRemove) removeNode'],
    ['vnode._component = '],
    ['function doRender', '// end'],
  ],
  'options.js': [["import { _catchError } from './diff/catch-error';"], ['_catchError', '\n}']],
  'diff/children.js': [
    ['if (oldVNode.ref != childVNode.ref', 'firstChildDom = firstChildDom'],
    ['let moved = 0;'],
    [" ||\n\t\t\ttypeof childVNode == 'function'"],
    [' ||\n\t\t\tchildVNode.constructor === String'],
    ['else if (childVNode.constructor === VNODE_MARKER', 'else {\n\t\t\tnewChildren[i]'],
    ['childVNode._flags |= LIS_CANDIDATE;'],
    ['moved = 1;', '\n', 'childVNode._flags |= INSERT_VNODE;'],
    ['if (moved) {', 'if (remainingOldChildren) {'],
    ['if (parentVNode.props._parentDom) return oldDom;'],
    ['children[i]._parent = parentVNode;'],
    ['while (next && next.nodeType == 8) next = next.nextSibling;'],
    ['if (!isMounting && parentDom.moveBefore', 'parentDom.insertBefore(dom, oldDom || NULL);', '{'],
    [
      'while (\n\t\t(oldDom = oldDom && oldDom.nextSibling)',
      'return oldDom;',
      'oldDom = oldDom && oldDom.nextSibling;',
    ],
  ],
  'diff/props.js': [
    ["if (typeof value == 'function') return;"],
    ["if (name[0] < 'a') "],
    ["if (typeof value != 'function') value = NULL;", '(dom._listeners'],
    ['let EVENT_DISPATCHED', 'export function setProperty'],
    ["if (name == 'style')", "if (name[0] == 'o'"],
    ['(dom._attached ||', 'name = name.slice(2)'],
    ['if (namespace == SVG_NAMESPACE)', "name != 'href'", 'if ('],
    ["name != 'list'", "name != 'download'"],
    ["name != 'rowSpan'", "name != 'role'"],
    ['if (e[EVENT_DISPATCHED] == NULL) {', 'return eventHandler('],
    ['options.event ? options.event(e) : e', ');', 'e'],
  ],
};

/** The rest of the arguments that only those parts use. */
const unused =
  /^\s*(globalContext|namespace|excessDomChildren|commitQueue|isHydrating|refQueue),?$|, namespace(?=\))/gm;
const comments = /\/\*\* @type .*?\*\/ |\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n|^\s*\/\/.*\n/gm;

/** Shortens the names of Preact's own properties; those on elements to names that no page's own are likely to have. */
export const shortNames = {
  mangleProps: /^_[a-z]/,
  mangleCache: { _children: '__k', _listeners: '__l' },
} satisfies BuildOptions;

/** Puts Preact's own source in the place of `preact`, without the parts that the widget never uses: 1.6 of 4.2 KB stay. */
export const slimPreact: Plugin = {
  name: 'slim-preact',
  setup({ onResolve, onLoad }) {
    const source = join(import.meta.dirname, '../node_modules/preact/src');
    onResolve({ filter: /^preact$/ }, () => ({ path: 'preact', namespace: 'slim' }));
    onLoad({ filter: /./, namespace: 'slim' }, () => ({
      contents: "export { createElement as h } from './create-element.js'; export { render } from './render.js';",
      resolveDir: source,
    }));
    onLoad({ filter: /\/preact\/src\/.*\.js$/ }, ({ path }) => ({
      contents: slim(path.slice(source.length + 1), readFileSync(path, 'utf8')),
    }));
  },
};

/** Cuts a file of Preact's source. Throws where the source is not the one that the cuts were made for. */
export function slim(file: string, source: string): string {
  const find = (text: string, part: string, from = 0) => {
    const at = text.indexOf(part, from);
    if (at < 0) throw new Error(`Preact’s ${file} no longer has: ${part}`);
    return at;
  };
  return (cuts[file] ?? [])
    .reduce(
      (text, [from, to, instead = '']) => {
        const start = find(text, from);
        const end = to === undefined ? start + from.length : find(text, to, start + from.length);
        return text.slice(0, start) + instead + text.slice(end);
      },
      `${source.replace(comments, '')}\n// end`,
    )
    .replace(unused, '');
}
