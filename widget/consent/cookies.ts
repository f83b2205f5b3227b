import Cookies from 'js-cookie';
import { quietly } from '../quietly.ts';

/** The value of a cookie, or undefined where there is none or cookies are off limits. */
export function readCookie(name: string): string | undefined {
  return quietly(() => Cookies.get(name));
}

/**
 * Sets a cookie for the whole site, on `domain` where the page belongs to it; where cookies are blocked nothing happens.
 * One of that name on another domain goes first: it might be found before this one.
 */
export function writeCookie(name: string, value: string, days: number, domain: string | null) {
  const covers = domain && `.${location.hostname}`.endsWith(`.${domain}`);
  const secure = location.protocol === 'https:';
  deleteCookies([name], []);
  quietly(() => Cookies.set(name, value, { expires: days, sameSite: 'Lax', secure, ...(covers && { domain }) }));
}

/**
 * Deletes every cookie that a pattern names, on the host and its parent domains, for all paths above this page.
 * By hand, because js-cookie would encode a name such as `a[b]` and miss it.
 *
 * @param patterns Names; a `*` at the end stands for anything.
 * @param spared Patterns of what stays even so.
 */
export function deleteCookies(patterns: string[], spared: string[]) {
  quietly(() => {
    const end = `Max-Age=0${location.protocol === 'https:' ? ';Secure' : ''}`;
    for (const pair of document.cookie.split('; ')) {
      const [name] = pair.split('=') as [string];
      if (!matches(name, patterns) || matches(name, spared)) continue;
      for (const domain of listDomains())
        for (const path of listPaths()) Object.assign(document, { cookie: `${name}=;Path=${path};${domain}${end}` });
    }
  });
}

function matches(name: string, patterns: string[]): boolean {
  return patterns.some(it => (it.endsWith('*') ? name.startsWith(it.slice(0, -1)) : name === it));
}

function listDomains(): string[] {
  const labels = location.hostname.split('.');
  return ['', ...labels.map((_, at) => `Domain=${labels.slice(at).join('.')};`)];
}

function listPaths(): string[] {
  const parts = location.pathname.split('/');
  return parts.flatMap((_, at) => [`${parts.slice(0, at).join('/')}/`, parts.slice(0, at + 1).join('/') || '/']);
}
