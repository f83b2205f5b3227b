/** Hosts that are this machine. A path leads to a socket of its own. */
const loopback = /^(localhost|127(\.\d+){3}|\[::1\]|::1|(\/|%2f).*|)$/i;

/**
 * Returns whether nobody can read or take over the connection to a database's server on its way: it is on this machine, or
 * its certificate and name are checked.
 *
 * @param address One of `postgres://`, with one host or several.
 */
export function isVerified(address: string): boolean {
  const [, authority = '', search = ''] = /^postgres(?:ql)?:\/\/([^/?#]*)[^?#]*(\?[^#]*)?/i.exec(address) ?? [];
  const parameters = new URLSearchParams(search);
  if (parameters.get('sslmode') === 'verify-full') return true;
  const hosts = parameters.get('host') ?? authority.slice(authority.lastIndexOf('@') + 1);
  return hosts.split(',').every(host => loopback.test(host.replace(/(?<=[\w\]]):\d*$/, '')));
}
