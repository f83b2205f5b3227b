/** Returns, in the page, the groups of the code that stand on one line each, inside their box and the page. */
export function measureCode(selector: string): string[] {
  const code = document.querySelector<HTMLElement>(selector)!;
  const box = code.getBoundingClientRect();
  const end = Math.min(box.right, document.documentElement.clientWidth);
  return [...code.querySelectorAll('span')]
    .filter(group => {
      const { height, right } = group.getBoundingClientRect();
      return right <= end && height < 2.5 * Number.parseFloat(getComputedStyle(group).fontSize);
    })
    .map(group => group.textContent!);
}
