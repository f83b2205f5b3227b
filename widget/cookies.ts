import Cookies from 'js-cookie';

/** Every value of a cookie: a host and its parent domain may each have one. None where cookies are off limits. */
export function readCookies(name: string): string[] {
  try {
    const pairs = document.cookie.split('; ').map(pair => pair.split('='));
    return pairs.filter(([found]) => found === name).map(([, value = '']) => value);
  } catch {
    return [];
  }
}

/** Sets a cookie for the whole site, on `domain` where the page belongs to it; where cookies are blocked nothing happens. */
export function writeCookie(name: string, value: string, days: number, domain: string | null) {
  const covers = domain && `.${location.hostname}`.endsWith(`.${domain}`);
  edit(() => Cookies.set(name, value, { expires: days, sameSite: 'Lax', ...secure(), ...(covers && { domain }) }));
}

/**
 * Deletes every cookie that a pattern names, on the host and its parent domains, for all paths above this page.
 * By hand, because js-cookie would encode a name such as `a[b]` and miss it.
 *
 * @param patterns Names; a `*` at the end stands for anything.
 * @param spared Patterns of what stays even so.
 */
export function deleteCookies(patterns: string[], spared: string[]) {
  edit(() => {
    const end = `Max-Age=0${location.protocol === 'https:' ? ';Secure' : ''}`;
    for (const pair of document.cookie.split('; ')) {
      const [name] = pair.split('=') as [string];
      if (!matches(name, patterns) || matches(name, spared)) continue;
      for (const domain of listDomains())
        for (const path of listPaths()) Object.assign(document, { cookie: `${name}=;Path=${path};${domain}${end}` });
    }
  });
}

const secure = () => ({ secure: location.protocol === 'https:' });

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

function edit(change: () => void) {
  try {
    change();
  } catch {
    // A sandboxed frame throws on any access to cookies: the choice then holds for this page only.
  }
}
