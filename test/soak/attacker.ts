/** The clients of an attack, in a thread of their own, because they must not slow the one that measures. */
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';

/** An attack's clients do this. The thread says when all of them have begun. */
export type Clients = { count: number } & (
  | { send: Sent }
  /**
   * Each writes a text, perhaps a piece more each second, and reads nothing. What `isTaken` by the system is read for the
   * server, to whom such a client is an idle one.
   */
  | { hold: string; dribble?: string; isTaken?: true }
);

interface Sent {
  method: 'GET' | 'POST';
  path: string;
  headers?: Record<string, string>;
  body?: string;
}

const { url, clients } = workerData as { url: string; clients: Clients };
const { hostname, port } = new URL(url);

let begun = 0;
const begin = () => {
  begun += 1;
  if (begun === clients.count) parentPort!.postMessage('begun');
};

if ('send' in clients) {
  const agent = new Agent({ keepAlive: true, maxSockets: clients.count });
  for (let n = 0; n < clients.count; n++, begin()) sendAgain(agent, clients.send);
} else for (let n = 0; n < clients.count; n++) hold(clients.hold, clients.dribble);

/** Sends again and again, each time from another address. */
function sendAgain(agent: Agent, sent: Sent): void {
  const address = `10.${[0, 0, 0].map(() => Math.floor(Math.random() * 256)).join('.')}`;
  const headers = { ...sent.headers, 'X-Client-Ip': address };
  const next = () => setImmediate(sendAgain, agent, sent);
  request(url + sent.path, { method: sent.method, agent, headers }, response => response.resume().on('close', next))
    .on('error', next)
    .end(sent.body);
}

function hold(text: string, dribble?: string): void {
  const socket = connect(Number(port), hostname, begin).on('error', () => {});
  socket.pause().write(text);
  // Without a timer the thread would end, and its connections with it, because nothing is awaited.
  const timer = setInterval(() => dribble && socket.write(dribble), 1_000);
  socket.on('close', () => clearInterval(timer));
}
