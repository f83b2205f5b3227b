import { lookup } from 'node:dns';
import http from 'node:http';
import https from 'node:https';
import type { LookupFunction } from 'node:net';
import type { Judge } from '../egress/addresses.ts';
import { type Connect, Refused } from '../egress/call.ts';

/** Time for which a connection that has nothing to do is kept for the next message. Receivers close it later. */
const kept_ms = 1_000;

/**
 * Returns what sends requests to other hosts. It connects to the addresses that were judged and to no other, so that a name that leads
 * elsewhere a moment later changes nothing. Because messages come in bursts, a connection serves those that follow at once.
 */
export function createConnect(resolveName: typeof lookup): Connect {
  const kept = { keepAlive: true, timeout: kept_ms };
  const agents = { http: new http.Agent(kept), https: new https.Agent(kept) };
  return ({ url, method, headers, body }, judge, { timeout_ms, answer_bytes, signal: end }) =>
    new Promise((resolve, reject) => {
      const isSecure = url.protocol === 'https:';
      const late = AbortSignal.timeout(timeout_ms);
      const signal = end ? AbortSignal.any([late, end]) : late;
      const fail = (error: Error) => reject(signal.aborted ? signal.reason : error);
      const { request } = isSecure ? https : http;
      const options = {
        method,
        headers: body === undefined ? headers : { ...headers, 'Content-Length': Buffer.byteLength(body) },
        agent: isSecure ? agents.https : agents.http,
        lookup: lookUpJudged(resolveName, judge),
        signal,
      } as const;
      function send() {
        let isAnswered = false;
        const sent = request(url, options, response => {
          isAnswered = true;
          const chunks: Buffer[] = [];
          let bytes = 0;
          response.on('data', (chunk: Buffer) => {
            chunks.push(chunk);
            bytes += chunk.length;
            if (bytes > answer_bytes) sent.destroy(new Refused('answer-too-long'));
          });
          response.on('end', () => {
            const type = response.headers['content-type'];
            resolve({ status: response.statusCode!, type, body: Buffer.concat(chunks).toString() });
          });
          response.on('error', fail);
        });
        // A status 101 comes as no answer, and unless somebody listens it would never end.
        sent.on('upgrade', ({ statusCode }, socket) => {
          socket.destroy();
          resolve({ status: statusCode!, body: '' });
        });
        // Because the receiver may close a connection that was kept at this moment, a new one is tried.
        sent.on('error', (error: NodeJS.ErrnoException) =>
          sent.reusedSocket && !isAnswered && error.code === 'ECONNRESET' ? send() : fail(error),
        );
        sent.end(body);
      }
      send();
    });
}

/** Sends a request to another host, found by the system's resolver. */
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
