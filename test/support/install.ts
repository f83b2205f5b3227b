import { site } from './harness.ts';
import { type RunningServer, run, startProcess } from './server.ts';

/** Where all visitors and staff are. */
export const network = '198.51.100.';

/** An install of a company: servers and an operator's commands, each a process with the same settings. */
export function createInstall(environment: Record<string, string>) {
  let turn = 0;
  const install = { environment, servers: [] as RunningServer[], start, operate, ask, send };
  return install;

  async function start(): Promise<RunningServer> {
    const server = await startProcess(['worker/node.ts'], environment);
    return { ...server, url: `http://127.0.0.1:${/"port":(\d+)/.exec(server.output())![1]}` };
  }

  function operate(...args: string[]) {
    return run(['worker/ops.ts', ...args], environment);
  }

  /**
   * Sends a request to one of the servers in turn, each from another address, as a proxy tells it. One that breaks off is sent to the
   * next.
   */
  function ask(path: string, options: RequestInit = {}, tries = 5): Promise<Response> {
    turn++;
    const headers = { ...(options.headers as Record<string, string>), 'X-Real-IP': `${network}${turn % 250}` };
    const { url } = install.servers[turn % install.servers.length]!;
    return fetch(url + path, { redirect: 'manual', ...options, headers }).catch(error => {
      if (tries === 1) throw error;
      return ask(path, options, tries - 1);
    });
  }

  /** Sends JSON, with a token as staff, else as the website, and returns the answer's fields beside its status. */
  async function send<Body>(
    method: string,
    path: string,
    body?: unknown,
    { token, ...headers }: { token?: string | undefined; [header: string]: string | undefined } = {},
  ): Promise<Body & { http: number }> {
    const sender = token ? { Authorization: `Bearer ${token}` } : { Origin: site };
    const type = body === undefined ? {} : { 'Content-Type': 'application/json' };
    const response = await ask(path, {
      method,
      headers: { Accept: 'application/json', ...sender, ...type, ...(headers as Record<string, string>) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { ...(text && JSON.parse(text)), http: response.status };
  }
}
