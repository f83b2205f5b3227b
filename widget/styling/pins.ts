/**
 * Makes the widget's styles the elements' own where the page's outrank them: what is `!important` in a cascade layer
 * outranks every sheet outside of it, but no element's own style.
 *
 * @param sheets The widget's sheets, whose declarations are all important.
 */
export function createPins(sheets: () => (CSSStyleSheet | undefined)[]) {
  const pinned = new Set<Element>();
  /** The own styles that elements had before. */
  const own = new WeakMap<Element, string>();
  const observer = new IntersectionObserver(entries => {
    for (const { target } of entries) check(target);
  });

  function list(root: Element) {
    return [root, ...root.querySelectorAll('*')] as HTMLElement[];
  }

  /** Pins the styles once, to see whether that changes anything. Else it takes them away again. */
  function check(root: Element) {
    if (pinned.has(root) || isAsMade(root)) return;
    const before = look(root);
    pin(root);
    if (look(root) === before) {
      for (const part of list(root)) part.style.cssText = own.get(part)!;
      return;
    }
    pinned.add(root);
    for (const type of ['change', 'focusin', 'focusout', 'pointerover', 'pointerout'])
      root.addEventListener(type, () => pin(root));
  }

  function pin(root: Element) {
    const rules = sheets().flatMap(sheet => (sheet ? listRules(sheet.cssRules) : []));
    for (const part of list(root)) {
      const { style } = part;
      if (!own.has(part)) own.set(part, style.cssText);
      const texts = rules.map(rule => (part.matches(rule.selectorText) ? rule.style.cssText : ''));
      style.cssText = texts.join('') + (own.get(part) && style.cssText);
    }
  }

  /** Tells how a root looks. What is folded away is left out, because to measure it the browser would lay it out. */
  function look(root: Element) {
    return list(root)
      .filter(part => part.checkVisibility?.() ?? true)
      .map(part => {
        const { display, visibility, opacity, pointerEvents, color, fontSize } = getComputedStyle(part);
        const box = JSON.stringify(part.getBoundingClientRect());
        return [display, visibility, opacity, pointerEvents, color, fontSize, box];
      })
      .join();
  }

  return {
    /** Watches the roots that are new on the page, and pins again what has changed in those that need it. */
    keep() {
      for (const root of document.getElementsByClassName('lc-root'))
        if (pinned.has(root)) pin(root);
        else observer.observe(root);
    },
    stop: () => observer.disconnect(),
  };
}

/**
 * Returns whether a banner is plainly as it was made: what it says is in sight, what it asks can be pressed, and
 * colours are one where they should be. Because to pin costs a slow phone some 10 ms, this saves it on nearly every page.
 */
function isAsMade(root: Element): boolean {
  const [link, button] = ['a', 'button'].map(name => root.querySelector(name));
  const parts = [...root.querySelectorAll('p, button')];
  return (
    root.matches('[data-consent-banner]') &&
    getComputedStyle(link!).color === getComputedStyle(button!).backgroundColor &&
    parts.every(part => {
      const { left, top, width, height } = part.getBoundingClientRect();
      const { color, webkitTextFillColor } = getComputedStyle(part);
      const met = document.elementFromPoint(left + width / 2, top + height / 2);
      return part.contains(met) && part.checkVisibility?.({ checkOpacity: true }) && color === webkitTextFillColor;
    })
  );
}

/** Lists the rules that apply now, those of media too. */
function listRules(rules: CSSRuleList): CSSStyleRule[] {
  return [...(rules as unknown as (CSSStyleRule & CSSMediaRule)[])].flatMap(rule =>
    rule.selectorText ? rule : rule.media && matchMedia(rule.media.mediaText).matches ? listRules(rule.cssRules) : [],
  );
}
