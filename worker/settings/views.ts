/** What may be shown of a setting's text. Whatever a view leaves out is secret. */
export interface View {
  text?: string;
  /** How many keys the text holds. */
  keys?: number;
}

/** For what may be read by any administrator. */
export const asWritten = (text: string): View => ({ text });

/** How many keys there are, and nothing of them. */
export const keyCount = (text: string): View => ({ keys: text.split(',').length });

/** The ids of keys with names. */
export function keyIds(text: string): View {
  const ids = text.split(',').map(part => part.trim().split(':')[0]);
  return { text: ids.join(', '), keys: ids.length };
}

/**
 * Protocol, host, port and path of an address, without user, password and parameters. Because a password that was
 * written unescaped can reach beyond its place, an address that has an @ anywhere else shows nothing.
 */
export function bareAddress(text: string): View {
  if (text.startsWith('file:')) return { text };
  if (!URL.canParse(text)) return {};
  const { protocol, host, pathname, search, hash } = new URL(text);
  return /@|%40/.test(pathname + search + hash) ? {} : { text: `${protocol}//${host}${pathname}` };
}
