export type Stylesheet = ReturnType<typeof createStylesheet>;

/** Styles that a strict CSP lets pass: constructed sheets, or one linked file where a browser can't construct any. */
export function createStylesheet(host: string) {
  const sheets = new Map<string, CSSStyleSheet | undefined>();
  let link: HTMLLinkElement | undefined;

  return {
    /** Applies one part, once; the linked file holds all parts. */
    add(css: string) {
      if (sheets.has(css)) return;
      sheets.set(css, undefined);
      try {
        const sheet = new CSSStyleSheet();
        sheet.replaceSync(css);
        document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
        sheets.set(css, sheet);
      } catch {
        link ??= document.head.appendChild(
          Object.assign(document.createElement('link'), { rel: 'stylesheet', href: `${host}/widget.css` }),
        );
      }
    },

    remove() {
      link?.remove();
      for (const sheet of sheets.values())
        if (sheet) document.adoptedStyleSheets = document.adoptedStyleSheets.filter(it => it !== sheet);
    },
  };
}
