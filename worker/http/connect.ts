import { isLiteral } from '../egress/addresses.ts';
import { type Connect, Refused } from '../egress/call.ts';

/**
 * Sends a request to another host by `fetch`, for a host that cannot see to which address a name leads: only names and numeric
 * addresses are judged, so a name must be called by https.
 */
export const connectByFetch: Connect = async ({ url, method, headers, body }, _, { timeout_ms, answer_bytes }) => {
  if (url.protocol === 'http:' && !isLiteral(url.hostname) && url.hostname !== 'localhost')
    throw new Refused('not-https');
  const signal = AbortSignal.timeout(timeout_ms);
  const response = await fetch(url, {
    method,
    headers,
    ...(body !== undefined && { body }),
    redirect: 'manual',
    signal,
  });
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > answer_bytes) throw new Refused('answer-too-long');
  }
  const type = response.headers.get('Content-Type') ?? undefined;
  return { status: response.status, type, body: Buffer.concat(chunks).toString() };
};
