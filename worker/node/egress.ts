import { lookup } from 'node:dns';
import http from 'node:http';
import https from 'node:https';
import type { LookupFunction } from 'node:net';
import { type Connect, type Judge, Refused } from '../egress.ts';

/**
 * Returns what posts to another host. It connects to the addresses that were judged and to no other, so that a name that leads
 * elsewhere a moment later changes nothing.
 */
export const createConnect =
  (resolveName: typeof lookup): Connect =>
  ({ url, headers, body }, judge, { timeout_ms, answer_bytes }) =>
    new Promise((resolve, reject) => {
      const { request } = url.protocol === 'https:' ? https : http;
      const options = {
        method: 'POST',
        headers: { ...headers, 'Content-Length': Buffer.byteLength(body) },
        agent: false,
        lookup: lookUpJudged(resolveName, judge),
        signal: AbortSignal.timeout(timeout_ms),
      } as const;
      const sent = request(url, options, response => {
        const chunks: Buffer[] = [];
        let bytes = 0;
        response.on('data', (chunk: Buffer) => {
          chunks.push(chunk);
          bytes += chunk.length;
          if (bytes > answer_bytes) sent.destroy(new Refused('answer-too-long'));
        });
        response.on('end', () => resolve({ status: response.statusCode!, body: Buffer.concat(chunks).toString() }));
        response.on('error', reject);
      });
      sent.on('error', reject);
      sent.end(body);
    });

/** Posts to another host, found by the system's resolver. */
export const connect = createConnect(lookup);

export function lookUpJudged(resolveName: typeof lookup, judge: Judge): LookupFunction {
  return (hostname, options, done) => {
    resolveName(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return done(error, '');
      const refused = addresses.map(({ address }) => judge(address)).find(code => code !== undefined);
      if (refused) return done(new Refused(refused), '');
      const [first] = addresses;
      return options.all ? done(null, addresses) : done(null, first!.address, first!.family);
    });
  };
}
