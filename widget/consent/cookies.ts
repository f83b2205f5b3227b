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
  deleteStored('cookie', [name], []);
  quietly(() => Cookies.set(name, value, { expires: days, sameSite: 'Lax', secure, ...(covers && { domain }) }));
}

/** The kinds of storage that a purpose may use. */
export const stores = ['cookie', 'local_storage', 'session_storage'] as const;

/**
 * Deletes whatever a pattern names in a store; cookies on the host and its parent domains, for all paths above this page.
 *
 * @param patterns Names; a `*` at the end stands for anything.
 * @param spared Patterns of what stays even so.
 */
export function deleteStored(store: (typeof stores)[number], patterns: string[], spared: string[]) {
  quietly(() => {
    const storage = store === 'local_storage' ? localStorage : store === 'session_storage' && sessionStorage;
    const names = storage ? Object.keys(storage) : document.cookie.split('; ').map(pair => pair.split('=')[0]!);
    for (const name of names) {
      if (!matches(name, patterns) || matches(name, spared)) continue;
      if (storage) storage.removeItem(name);
      else deleteCookie(name);
    }
  });
}

/** Writes the cookie by hand, because js-cookie would encode a name such as `a[b]` and miss it. A partitioned cookie is another than the plain one. */
function deleteCookie(name: string) {
  const ends = [location.protocol === 'https:' ? ';Secure' : '', ...(isSecureContext ? [';Secure;Partitioned'] : [])];
  for (const domain of listDomains())
    for (const path of listPaths())
      for (const end of ends) Object.assign(document, { cookie: `${name}=;Path=${path};${domain}Max-Age=0${end}` });
}

function matches(name: string, patterns: string[]): boolean {
  return patterns.some(it => (it.endsWith('*') ? name.startsWith(it.slice(0, -1)) : name === it));
}

/** Lists the domains that a cookie can have: neither parts of an IP address nor a top-level domain. */
function listDomains(): string[] {
  const { hostname } = location;
  const labels = /^[\d.]+$|:/.test(hostname) ? [] : hostname.split('.');
  return ['', ...labels.slice(0, -1).map((_, at) => `Domain=${labels.slice(at).join('.')};`)];
}

function listPaths(): string[] {
  const parts = location.pathname.split('/');
  return parts.flatMap((_, at) => [`${parts.slice(0, at).join('/')}/`, parts.slice(0, at + 1).join('/') || '/']);
}
