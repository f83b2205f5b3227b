import { checkAddress, type Judge, judgeAddress, type RefusedCode } from './addresses.ts';

/** A request to another host. */
interface Outbound {
  url: URL;
  method: 'GET' | 'POST';
  headers: Record<string, string>;
  /** Absent from a GET. */
  body?: string | Uint8Array<ArrayBuffer> | undefined;
}

export interface Limits {
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

/** Error of a request that was not made, or whose answer was not read, because the rules for addresses and answers refuse it. */
export class Refused extends Error {
  readonly code: RefusedCode;
  constructor(code: RefusedCode) {
    super(code);
    this.code = code;
  }
}

export const usual_limits: Limits = { timeout_ms: 10_000, answer_bytes: 65_536 };

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
    return { error: describeFailure(error) };
  }
}

/** Returns an error's code or name, never its message, because a message may hold an address. */
export function describeFailure(error: unknown): string {
  const { code, name } = error as { code?: unknown; name?: string };
  return String(typeof code === 'string' ? code : name);
}
