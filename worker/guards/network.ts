/**
 * Returns the network by which an address is limited: for IPv4 the address, for IPv6 its /64, because every connection
 * is given at least that.
 *
 * It reads what proxies write: brackets, ports, zones, IPv4 inside IPv6. Any other text stands for itself, cut
 * to 64 characters.
 */
export function networkOf(address: string): string {
  const [, bracketed] = /^\[([^\]]*)\](?::\d+)?$/.exec(address) ?? [];
  const bare = (bracketed ?? address).toLowerCase().replace(/%.*$/, '');
  const [, v4] = /^(?:::ffff:)?(\d{1,3}(?:\.\d{1,3}){3})(?::\d+)?$/.exec(bare) ?? [];
  if (v4) return v4;
  if (!/^[0-9a-f:.]*:[0-9a-f:.]*$/.test(bare)) return bare.slice(0, 64);
  const [head = '', tail] = bare.split('::');
  const before = head ? head.split(':') : [];
  const after = tail ? tail.split(':') : [];
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  const groups = [...before, ...Array<string>(zeros).fill('0'), ...after];
  const network = groups.slice(0, 4).map(group => Number.parseInt(group, 16).toString(16));
  return `${network.join(':')}::/64`;
}
