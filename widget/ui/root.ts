import { render, type VNode } from 'preact';

/** Colours of the interface: `auto` follows the system. */
type Theme = 'light' | 'dark' | 'auto';

/** Returns the classes of a root, in the colours that are asked for, or else in those of the page. */
export function rootClass(theme: string | undefined): string {
  return `lc-root lc-${/^(light|dark|auto)$/.test(theme ?? '') ? theme : readTheme()}`;
}

/** Reads the page's own colour scheme. A page that names none is light. */
function readTheme(): Theme {
  const { colorScheme = 'normal' } = getComputedStyle(document.documentElement);
  const meta = document.querySelector<HTMLMetaElement>('meta[name=color-scheme]');
  const scheme = colorScheme === 'normal' ? (meta?.content ?? '') : colorScheme;
  return !scheme.includes('dark') ? 'light' : scheme.includes('light') ? 'auto' : 'dark';
}

/**
 * Renders one element, which stays where `put` puts it.
 *
 * Because Preact asks a container only to insert, it needs no element around the one that it renders.
 */
export function createRoot(put: (element: HTMLElement) => void) {
  const container = { insertBefore: put } as unknown as Element;
  return {
    draw: (vnode: VNode) => render(vnode, container),
    remove: () => render(null, container),
  };
}

/**
 * Puts an element beside `body`, and first in the page's order: what the page does to `body` does not reach it there. Nor
 * does a page that scrolls by itself, or acts on keys, hear of them in it.
 */
export function putBesideBody(element: Element) {
  for (const type of ['wheel', 'touchmove', 'keydown']) element.addEventListener(type, withhold, { passive: true });
  document.documentElement.insertBefore(element, document.body);
}

function withhold(event: Event) {
  event.stopPropagation();
}
