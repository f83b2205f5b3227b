import type { Page } from 'playwright-core';

/**
 * Lists what a finger must hit on a page and could miss, one line each: of less than 44 px either way around its middle.
 * A box counts by its label, because a tap on the label ticks it. A link within a sentence is as high as its line, which
 * WCAG 2.5.8 excepts.
 */
export function findSmallTargets(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const side = 44;
    const wanted = 'a[href], button, summary, select, textarea, input:not([type=hidden])';
    const isInSentence = (one: Element) =>
      getComputedStyle(one).display === 'inline' &&
      [...one.parentElement!.childNodes].some(
        ({ nodeType, data }: ChildNode & { data?: string }) => nodeType === 3 && /\p{L}/u.test(data ?? ''),
      );
    /** Returns whether something lies over an element there, such as an open menu. */
    const isCovered = (one: Element, hit: Element) => {
      for (let over: Element | null = hit; over && !over.contains(one); over = over.parentElement)
        if (/absolute|fixed|sticky/.test(getComputedStyle(over).position)) return true;
      return false;
    };
    /** Returns whether a tap at a point of the screen misses an element. */
    const isMissed = (one: Element, x: number, y: number) => {
      const hit = document.elementFromPoint(x, y);
      return !hit || !(one.contains(hit) || hit.closest('label')?.control === one || isCovered(one, hit));
    };
    const place = [scrollX, scrollY] as const;
    const small = [...document.querySelectorAll<HTMLElement>(wanted)].filter(one => {
      const target = one.matches('[type=checkbox], [type=radio]') ? (one.closest('label') ?? one) : one;
      const { width, height } = target.getBoundingClientRect();
      // What only a screen reader finds has one pixel, or lies beyond the edge.
      if (!target.checkVisibility({ visibilityProperty: true }) || target.closest('.hidden, .trap, .skip'))
        return false;
      if (isInSentence(one)) return false;
      if (width >= side && height >= side) return false;
      target.scrollIntoView({ block: 'center', inline: 'center' });
      const box = target.getBoundingClientRect();
      const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
      // A pixel less, because sizes are rounded.
      const reach = side / 2 - 1;
      const around = [
        [-reach, 0],
        [reach, 0],
        [0, -reach],
        [0, reach],
      ] as const;
      return around.some(([across, down]) => isMissed(one, x + across, y + down));
    });
    scrollTo(...place);
    return small.map(one => {
      const { width, height } = one.getBoundingClientRect();
      return `${Math.round(width)}x${Math.round(height)} ${one.outerHTML.slice(0, 160)}`;
    });
  });
}
