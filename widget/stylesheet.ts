export type Stylesheet = ReturnType<typeof createStylesheet>;

/** Styles that a strict CSP lets pass: constructed sheets, or one linked file where a browser can't construct any. */
export function createStylesheet(host: string) {
  const added = new Set<string>();
  const sheets: CSSStyleSheet[] = [];
  let link: HTMLLinkElement | undefined;

  return {
    /** Applies one part, once; the linked file holds all parts. */
    add(css: string) {
      if (added.has(css)) return;
      added.add(css);
      try {
        const sheet = new CSSStyleSheet();
        sheet.replaceSync(css);
        document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
        sheets.push(sheet);
      } catch {
        link ??= document.head.appendChild(
          Object.assign(document.createElement('link'), { rel: 'stylesheet', href: `${host}/widget.css` }),
        );
      }
    },

    remove() {
      link?.remove();
      if (sheets.length) document.adoptedStyleSheets = document.adoptedStyleSheets.filter(it => !sheets.includes(it));
    },
  };
}
