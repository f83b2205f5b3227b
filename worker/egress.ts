import type { Settings } from './settings.ts';

/** A request to another host. */
interface Outbound {
  url: URL;
  method: 'GET' | 'POST';
  headers: Record<string, string>;
  /** Absent from a GET. */
  body?: string | Uint8Array<ArrayBuffer> | undefined;
}

interface Limits {
  timeout_ms: number;
  /** Bytes of an answer that are read at most. A longer one is cut off, which fails the request. */
  answer_bytes: number;
  /** Ends the request before its time, on a host that can. */
  signal?: AbortSignal;
}

/** The answer of another host. */
interface Answer {
  status: number;
  /** Media type of the body, where the host names one. */
  type?: string | undefined;
  body: string;
}

/**
 * Sends a request to another host and reads the answer; it follows no redirect.
 *
 * @param judge Says why an address must not be connected to. A host that resolves names asks for each address.
 * @throws Refused; any other error where there was no whole answer.
 */
export type Connect = (request: Outbound, judge: Judge, limits: Limits) => Promise<Answer>;

export type Judge = (address: string) => RefusedCode | undefined;

export type RefusedCode = 'bad-address' | 'host-not-listed' | 'not-https' | 'private-address' | 'answer-too-long';

/** Error of a request that was not made, or whose answer was not read, because the rules of this file refuse it. */
export class Refused extends Error {
  readonly code: RefusedCode;
  constructor(code: RefusedCode) {
    super(code);
    this.code = code;
  }
}

/** A mail. Its text is plain; `message_id` stays the same when it is sent again. */
export interface Mail {
  to: string;
  subject: string;
  text: string;
  message_id: string;
}

/**
 * Gives a mail to the server of SMTP_URL and returns the status of its answer, which says that it has taken the mail.
 *
 * @param judge Says why an address must not be connected to.
 * @throws Refused; any other error where the server did not take it, with its answer's status as `responseCode`.
 */
export type PostMail = (mail: Mail, judge: Judge, limits: Limits) => Promise<number>;

const usual_limits: Limits = { timeout_ms: 10_000, answer_bytes: 65_536 };

/** What calls other hosts. */
export interface Caller {
  connect: Connect;
  settings: { outbound_hosts: string[] };
}

/** Posts to another host, as `callOut` does. */
export function postOut(caller: Caller, address: string, headers: Record<string, string>, body: string) {
  return callOut(caller, address, { method: 'POST', headers, body });
}

/**
 * Sends a request to another host, if OUTBOUND_HOSTS lists it. Nothing else in the service calls other hosts than the
 * database's.
 *
 * @returns The answer, or a code that says why there was none: never an address or a message.
 */
export async function callOut(
  { connect, settings }: Caller,
  address: string,
  request: Omit<Outbound, 'url'>,
  limits = usual_limits,
): Promise<Answer | { error: string }> {
  const refused = checkAddress(address, settings.outbound_hosts);
  if (refused) return { error: refused };
  const url = new URL(address);
  const judge: Judge = resolved => judgeAddress(resolved, url.protocol, settings.outbound_hosts);
  try {
    return await connect({ url, ...request }, judge, limits);
  } catch (error) {
    return { error: describe(error) };
  }
}

/** Returns whether mail goes out from here. */
export function canMail({
  postMail,
  settings,
}: {
  postMail?: PostMail;
  settings: Pick<Settings, 'smtp_url'>;
}): boolean {
  return !!postMail && !!settings.smtp_url;
}

/**
 * Gives a mail to the server of SMTP_URL.
 *
 * @returns The status of its answer, where there was one, and a code that says why it has not taken the mail: never an
 *   address or a message.
 */
export async function mailOut(
  { postMail, settings }: { postMail?: PostMail; settings: Pick<Settings, 'smtp_url' | 'outbound_hosts'> },
  mail: Mail,
): Promise<{ status: number | null; error: string | null }> {
  const { smtp_url, outbound_hosts } = settings;
  if (!postMail || !smtp_url) return { status: null, error: 'no-mail' };
  const judge: Judge = resolved => judgeAddress(resolved, smtp_url.secure ? 'https:' : 'http:', outbound_hosts);
  try {
    return { status: await postMail(mail, judge, usual_limits), error: null };
  } catch (error) {
    const { responseCode } = error as { responseCode?: unknown };
    return { status: typeof responseCode === 'number' ? responseCode : null, error: describe(error) };
  }
}

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

/** Returns an error's code or name, never its message, because a message may hold an address. */
function describe(error: unknown): string {
  const { code, name } = error as { code?: unknown; name?: string };
  return String(typeof code === 'string' ? code : name);
}
