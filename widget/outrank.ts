/**
 * Makes styles outrank those of the page, although they name an id or are `!important`: `.lc-card{margin:0}` becomes
 * `.lc-card:not(#_#_){margin:0!important}`. Because each becomes so, their own order stays.
 *
 * @param css Minified.
 */
export function outrank(css: string): string {
  return css
    .replace(/[^{}]+(?={)/g, selectors =>
      selectors.startsWith('@') ? selectors : selectors.replace(/(^|,)([^,:[ ]+|\[[^\]]+\])/g, '$&:not(#_#_)'),
    )
    .replace(/([^{}])([;}])/g, '$1!important$2');
}
