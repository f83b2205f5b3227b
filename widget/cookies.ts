import Cookies from 'js-cookie';

/** The value of a cookie, or undefined where there is none or cookies are off limits. */
export function readCookie(name: string): string | undefined {
  try {
    return Cookies.get(name);
  } catch {
    return undefined;
  }
}

/** Sets a cookie for the whole site, on `domain` where the page belongs to it; where cookies are blocked nothing happens. */
export function writeCookie(name: string, value: string, days: number, domain: string | null) {
  const covers = domain && `.${location.hostname}`.endsWith(`.${domain}`);
  edit(() => Cookies.set(name, value, { expires: days, sameSite: 'Lax', ...secure(), ...(covers && { domain }) }));
}

/**
 * Deletes every cookie that a pattern names, on the host and its parent domains, for all paths above this page.
 *
 * @param patterns Names; a `*` at the end stands for anything.
 * @param spared Patterns of what stays even so.
 */
export function deleteCookies(patterns: string[], spared: string[]) {
  edit(() => {
    for (const name of Object.keys(Cookies.get())) {
      if (!matches(name, patterns) || matches(name, spared)) continue;
      for (const domain of listDomains())
        for (const path of listPaths()) Cookies.remove(name, { ...domain, path, ...secure() });
    }
  });
}

const secure = () => ({ secure: location.protocol === 'https:' });

function matches(name: string, patterns: string[]): boolean {
  return patterns.some(it => (it.endsWith('*') ? name.startsWith(it.slice(0, -1)) : name === it));
}

function listDomains(): { domain?: string }[] {
  const labels = location.hostname.split('.');
  return [{}, ...labels.map((_, at) => ({ domain: labels.slice(at).join('.') }))];
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
