/**
 * Makes styles outrank those of the page, although they name an id or are `!important`: `.lc-card{margin:0}` becomes
 * `.lc-card:not(#_#_):is(.lc-root,.lc-root *){margin:0!important}`. Because each becomes so, their own order stays; and
 * because they hold within a root of the widget only, an element of the page may be called `lc-card` too.
 *
 * @param css Minified.
 */
export function outrank(css: string): string {
  return css.replace(/([^{}]+)([{}])/g, (part, text: string, end) => {
    if (end === '}') return text.replace(/;|$/g, '!important$&') + end;
    if (part[0] === '@') return part;
    return part.replace(
      /(^|,)(\.?)([^,:[ {]+|\[[^\]]+\])/g,
      (it, _, isClass) => `${it}:not(#_#_)${isClass && ':is(.lc-root,.lc-root *)'}`,
    );
  });
}
