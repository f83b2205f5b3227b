import { outrank } from './outrank.ts';

export type Stylesheet = ReturnType<typeof createStylesheet>;

/** Styles that a strict CSP lets pass: constructed sheets, or one linked file where a browser can't construct any. */
export function createStylesheet(host: string) {
  const sheets = new Map<string, CSSStyleSheet | undefined>();
  let link: HTMLLinkElement | undefined;

  // An animation that the styles start ends when the page takes them away, and only that tells.
  addEventListener('animationcancel', keep);

  /** Puts the sheets back where the page has replaced the list, and the link where it has replaced its head. */
  function keep() {
    const { adoptedStyleSheets: adopted } = document;
    const missing = [...sheets.values()].filter(sheet => sheet && !adopted.includes(sheet)) as CSSStyleSheet[];
    if (link?.isConnected === false) document.head.append(link);
    if (missing.length) document.adoptedStyleSheets = [...adopted, ...missing];
  }

  return {
    keep,

    /** Applies one part, once; the linked file holds all parts. */
    add(css: string) {
      if (sheets.has(css)) return;
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
      for (const sheet of sheets.values())
        if (sheet) document.adoptedStyleSheets = document.adoptedStyleSheets.filter(it => it !== sheet);
    },
  };
}
