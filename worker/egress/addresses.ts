export type Judge = (address: string) => RefusedCode | undefined;

export type RefusedCode = 'bad-address' | 'host-not-listed' | 'not-https' | 'private-address' | 'answer-too-long';

/** Returns why an address may not be called; undefined where it may, as far as its text tells. */
export function checkAddress(address: string, listed: string[]): RefusedCode | undefined {
  if (!URL.canParse(address)) return 'bad-address';
  const { protocol, hostname, username, password } = new URL(address);
  if (!/^https?:$/.test(protocol) || username || password) return 'bad-address';
  if (!listed.includes(hostname)) return 'host-not-listed';
  return isLiteral(hostname) ? judgeAddress(hostname, protocol, listed) : undefined;
}

/** Returns why a numeric address may not be connected to: it is private and not listed, or public and without TLS. */
export function judgeAddress(address: string, protocol: string, listed: string[]): RefusedCode | undefined {
  const hostname = normalize(address);
  if (!isPublic(hostname)) return listed.includes(hostname) ? undefined : 'private-address';
  return protocol === 'https:' ? undefined : 'not-https';
}

export function isLiteral(hostname: string): boolean {
  return /^(\[.+\]|\d+(\.\d+){3})$/.test(hostname);
}

/** Returns a numeric address in the spelling in which a URL has it. An IPv4 address within IPv6 becomes the former. */
function normalize(address: string): string {
  const bare = address.replace(/^\[|\]$/g, '').replace(/%.*/, '');
  const written = bare.includes(':') ? `[${bare}]` : bare;
  const { hostname } = new URL(`http://${written}`);
  const [, high, low] = /^\[::ffff:([0-9a-f]+):([0-9a-f]+)\]$/.exec(hostname) ?? [];
  if (!high || !low) return hostname;
  const [upper, lower] = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
  return [upper >> 8, upper & 255, lower >> 8, lower & 255].join('.');
}

/**
 * The IPv4 networks that are not on the internet: first address and length of the prefix.
 *
 * @see RFC 6890, IANA IPv4 Special-Purpose Address Registry
 */
const special_networks: [string, number][] = [
  ...([
    ['0.0.0.0', 8],
    ['10.0.0.0', 8],
    ['100.64.0.0', 10],
    ['127.0.0.0', 8],
    ['169.254.0.0', 16],
  ] as [string, number][]),
  ...([
    ['172.16.0.0', 12],
    ['192.0.0.0', 24],
    ['192.0.2.0', 24],
    ['192.88.99.0', 24],
  ] as [string, number][]),
  ...([
    ['192.168.0.0', 16],
    ['198.18.0.0', 15],
    ['198.51.100.0', 24],
    ['203.0.113.0', 24],
  ] as [string, number][]),
  ['224.0.0.0', 3],
];

/** Returns whether an address is on the internet. Of IPv6 that is 2000::/3, without what tunnels or documents. */
function isPublic(hostname: string): boolean {
  if (!hostname.startsWith('['))
    return !special_networks.some(
      ([network, length]) => toNumber(hostname) >>> (32 - length) === toNumber(network) >>> (32 - length),
    );
  const [first = 0, second = 0] = hostname
    .slice(1)
    .split(':')
    .map(part => Number.parseInt(part || '0', 16));
  const isTunnel = first === 0x2002 || (first === 0x2001 && (second < 0x200 || second === 0xdb8));
  return first >= 0x2000 && first <= 0x3fff && !isTunnel;
}

function toNumber(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}
