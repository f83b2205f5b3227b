import { outrank } from './outrank.ts';
import { createPins } from './pins.ts';

export type Stylesheet = ReturnType<typeof createStylesheet>;

/** Styles that a strict CSP lets pass: constructed sheets, or one linked file where a browser can't construct any. */
export function createStylesheet(host: string) {
  const sheets = new Map<string, CSSStyleSheet | undefined>();
  const pins = createPins(() => [...sheets.values()]);
  let link: HTMLLinkElement | undefined;

  // An animation that the styles start ends when the page takes them away, and only that tells.
  addEventListener('animationcancel', keep);

  /** Puts back the sheets where the page has replaced the list, the link where it has replaced its head, and its styles at the elements. */
  function keep() {
    const { adoptedStyleSheets: adopted } = document;
    const missing = [...sheets.values()].filter(sheet => sheet && !adopted.includes(sheet)) as CSSStyleSheet[];
    if (link?.isConnected === false) document.head.append(link);
    if (missing.length) document.adoptedStyleSheets = [...adopted, ...missing];
    pins.keep();
  }

  return {
    keep,

    /** Applies one part, to what has just come into the page too; the linked file holds all parts. */
    add(css: string) {
      if (sheets.has(css)) return keep();
      sheets.set(css, undefined);
      try {
        const sheet = new CSSStyleSheet();
        sheet.replaceSync(outrank(css));
        sheets.set(css, sheet);
        keep();
      } catch {
        link ??= document.head.appendChild(
          Object.assign(document.createElement('link'), { rel: 'stylesheet', href: `${host}/widget.css` }),
        );
      }
    },

    remove() {
      removeEventListener('animationcancel', keep);
      link?.remove();
      pins.stop();
      for (const sheet of sheets.values())
        if (sheet) document.adoptedStyleSheets = document.adoptedStyleSheets.filter(it => it !== sheet);
    },
  };
}
