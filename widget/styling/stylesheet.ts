import { outrank } from './outrank.ts';
import { createPins } from './pins.ts';

export type Stylesheet = ReturnType<typeof createStylesheet>;

/** Styles that a strict CSP lets pass: constructed sheets, or one linked file where a browser can't construct any. */
export function createStylesheet(host: string) {
  const sheets = new Map<string, CSSStyleSheet>();
  const pins = createPins(() => [...sheets.values()]);
  let link: HTMLLinkElement | undefined;

  // An animation that the styles start ends when the page takes them away, and only that tells.
  addEventListener('animationcancel', keep);

  /** Puts back the sheets where the page has replaced the list, the link where it has replaced its head, and its styles at the elements. */
  function keep() {
    if (link?.isConnected === false) document.head.append(link);
    adopt(document);
    pins.keep();
  }

  function adopt(home: DocumentOrShadowRoot) {
    const missing = [...sheets.values()].filter(sheet => !home.adoptedStyleSheets.includes(sheet));
    if (missing.length) home.adoptedStyleSheets = [...home.adoptedStyleSheets, ...missing];
  }

  function leave(home: DocumentOrShadowRoot) {
    for (const sheet of sheets.values()) home.adoptedStyleSheets = home.adoptedStyleSheets.filter(it => it !== sheet);
  }

  return {
    keep,

    /** Takes all parts from a shadow root. */
    leave,

    /**
     * Applies one part, to what has just come into the page too; the linked file holds all parts.
     *
     * @param root Needs all parts so far where it stands in a shadow root, because the document's do not reach into that.
     */
    add(css: string, root?: Element) {
      const home = root?.getRootNode();
      try {
        if (!sheets.has(css)) {
          const sheet = new CSSStyleSheet();
          sheet.replaceSync(outrank(css));
          sheets.set(css, sheet);
        }
      } catch {
        link ??= document.head.appendChild(
          Object.assign(document.createElement('link'), { rel: 'stylesheet', href: `${host}/widget.css` }),
        );
      }
      if (home instanceof ShadowRoot)
        if (link) root!.after(link.cloneNode());
        else adopt(home);
      keep();
    },

    remove() {
      removeEventListener('animationcancel', keep);
      link?.remove();
      pins.stop();
      leave(document);
    },
  };
}
