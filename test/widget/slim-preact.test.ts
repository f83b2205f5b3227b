import { globSync, readFileSync } from 'node:fs';
import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { shortNames, slim, slimPreact } from '../../widget/slim-preact.ts';
import { closePages, openBrowser } from '../support/browser.ts';
import { createRandom, seed, times } from '../support/random.ts';

/** The content that is drawn: text, nothing, a list, or an element or component with children. */
type Tree = string | null | boolean | Tree[] | { type: string; props: Record<string, unknown>; children: Tree[] };

let page: Page;
beforeAll(async () => {
  page = await (await openBrowser()).newPage();
  const [slimmed, whole] = await Promise.all([bundle(true), bundle(false)]);
  await page.addScriptTag({ content: `${slimmed}\n${whole}` });
});
afterAll(() => closePages(page?.context().browser() ?? undefined));

async function bundle(isSlim: boolean): Promise<string> {
  const names = isSlim && { plugins: [slimPreact], ...shortNames };
  const { outputFiles } = await build({
    stdin: { contents: "export { h, render } from 'preact';", resolveDir: import.meta.dirname },
    ...{ bundle: true, minify: true, write: false, format: 'iife', globalName: isSlim ? 'slim' : 'whole', ...names },
  });
  return outputFiles[0]!.text;
}

it('the script’s Preact draws what the whole Preact draws, one random tree after another', async () => {
  const random = createRandom(seed);
  const runs = Array.from({ length: times(150) }, () => Array.from({ length: 6 }, () => makeElement(random, 3)));
  const drawn = await page.evaluate(drawBoth, runs as unknown);
  expect(drawn.slim).toEqual(drawn.whole);
  expect(new Set(drawn.whole).size).toBeGreaterThan(runs.length);
});

it('the script’s Preact puts keyed elements and components into any new order', async () => {
  const random = createRandom(seed);
  const runs = Array.from({ length: times(50) }, () => Array.from({ length: 6 }, () => makeList(random)));
  const drawn = await page.evaluate(drawBoth, runs as unknown);
  expect(drawn.slim).toEqual(drawn.whole);
  expect(new Set(drawn.whole).size).toBeGreaterThan(runs.length);
});

it('where Preact’s source has changed, the build fails', () => {
  expect(() => slim('render.js', 'export function render() {}')).toThrow(
    'Preact’s render.js no longer has: if (options._root)',
  );
});

it('no component of the widget asks for a part of Preact that the script goes without', () => {
  const absent =
    /\s(ref|style|dangerouslySetInnerHTML|on\w+Capture)=\{|<(svg|math)\b|extends Component|import \{[^}]*\b(Component|Fragment|create\w+|cloneElement|hydrate|use\w+)\b[^}]*\} from 'preact/;
  const components = globSync('widget/{*,ui/*,form/*}.{ts,tsx}').filter(
    path => !/\/(slim-preact|preact|react)\.ts$/.test(path),
  );
  expect(components.length).toBeGreaterThan(20);
  expect(components.filter(path => absent.test(readFileSync(path, 'utf8')))).toEqual([]);
});

function makeElement(random: ReturnType<typeof createRandom>, depth: number): Tree {
  const props: Record<string, unknown> = {};
  const type = random.pick(['div', 'p', 'input', 'button', 'Twice', 'Wrapped']);
  if (random.below(3) === 0) props.class = random.pick(['a', 'b', '']);
  if (random.below(4) === 0) props['aria-invalid'] = random.pick(['true', undefined, null, false]);
  if (random.below(4) === 0) props.hidden = random.pick([true, false, undefined]);
  if (random.below(4) === 0) props.tabindex = random.pick([-1, 0]);
  if (random.below(4) === 0) props.role = random.pick(['group', null]);
  if (random.below(3) === 0) props.onClick = random.pick(['first', 'second']);
  if (type === 'input') {
    props.type = 'checkbox';
    if (random.below(2)) props.checked = random.pick([true, false]);
    if (random.below(2)) props.value = random.pick(['x', 'y', '']);
    return { type, props, children: [] };
  }
  const makeChild = (): Tree => {
    const kind = depth > 0 ? random.below(8) : random.below(3);
    if (kind === 0) return random.pick(['words', 'more words', '']);
    if (kind === 1) return random.pick([null, false, true]);
    if (kind === 2) return Array.from({ length: random.below(3) }, () => random.pick(['one', 'two', null]));
    return makeElement(random, depth - 1);
  };
  const children = Array.from({ length: random.below(5) }, makeChild);
  if (random.below(3)) return { type, props, children };
  // Keyed, in any order.
  const keys = ['k', 'l', 'm', 'n', 'o'].sort(() => random.below(3) - 1);
  return {
    type,
    props,
    children: children.map((child, at) =>
      child && typeof child === 'object' && !Array.isArray(child)
        ? { ...child, props: { ...child.props, key: keys[at] } }
        : child,
    ),
  };
}

/** Makes a list of some of eight elements and components, in any order. Each keeps its key and its type. */
function makeList(random: ReturnType<typeof createRandom>): Tree {
  const keys = [...'klmnopqr'].filter(() => random.below(4));
  const sorted = keys.map(key => ({ key, place: random.below(1_000) })).sort((a, b) => a.place - b.place);
  const types = ['p', 'Twice', 'button', 'Wrapped'];
  const children = sorted.map(({ key }) => ({
    type: types[key.charCodeAt(0) % 4]!,
    props: { key },
    children: [key, null],
  }));
  return { type: 'div', props: {}, children };
}

/** Runs in the page: draws each run into one element, by each Preact, and tells what stands there after each drawing. */
function drawBoth(given: unknown) {
  const runs = given as Tree[][];
  type Preact = Pick<typeof import('preact'), 'h' | 'render'>;
  const { slim, whole } = window as unknown as Record<'slim' | 'whole', Preact>;
  return { slim: drawAll(slim), whole: drawAll(whole) };

  function drawAll({ h, render }: Preact): string[] {
    const components: Record<string, (props: never) => unknown> = {
      Twice: ({ children, class: name }: { children: unknown; class?: string }) => [h('b', null, name), children],
      Wrapped: ({ children }: { children: unknown }) => h('section', null, children as never),
    };
    let clicked = '';
    const listeners: Record<string, () => void> = {
      first: () => (clicked += '1'),
      second: () => (clicked += '2'),
    };
    const make = (tree: Tree): unknown => {
      if (Array.isArray(tree)) return tree.map(make);
      if (!tree || typeof tree !== 'object') return tree;
      const { type, props, children } = tree;
      const onClick = listeners[props.onClick as string];
      return h((components[type] ?? type) as 'div', { ...props, onClick }, ...(children.map(make) as never[]));
    };
    return runs.flatMap(run => {
      const root = document.createElement('div');
      const said = run.map(tree => {
        clicked = '';
        render(make(tree) as never, root);
        for (const element of root.querySelectorAll<HTMLElement>('*')) element.dispatchEvent(new Event('click'));
        const inputs = [...root.querySelectorAll('input')].map(({ checked, value }) => `${checked} ${value}`);
        return `${root.innerHTML} ${clicked} ${inputs}`;
      });
      render(null, root);
      return [...said, root.innerHTML];
    });
  }
}
