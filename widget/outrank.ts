/**
 * Makes styles outrank those of the page, although they name an id or are `!important`: `.lc-card{margin:0}` becomes
 * `.lc-card:not(#_#_){margin:0!important}`. Because each becomes so, their own order stays.
 *
 * @param css Minified.
 */
export function outrank(css: string): string {
  return css.replace(/([^{}]+)([{}])/g, (part, text: string, end) => {
    if (end === '}') return text.replace(/;|$/g, '!important$&') + end;
    return part[0] === '@' ? part : part.replace(/(^|,)([^,:[ {]+|\[[^\]]+\])/g, '$&:not(#_#_)');
  });
}
