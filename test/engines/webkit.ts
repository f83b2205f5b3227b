import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { Engine } from '../support/tab.ts';

/** A program that speaks the WebDriver protocol, and what it needs to start its browser. */
interface Driver {
  program: string;
  capabilities: object;
  /** Programs without which there is nothing to drive. */
  needs: string[];
  environment: Record<string, string>;
}

/** Starts WebKitGTK on a display of its own, with a new visitor; undefined where Debian's packages are not installed. */
export async function openWebKitGtk(): Promise<Engine | undefined> {
  const binary = '/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser';
  const browserOptions = { binary, args: ['--automation'] };
  return open({
    program: '/usr/bin/WebKitWebDriver',
    capabilities: { 'webkitgtk:browserOptions': browserOptions },
    needs: [binary, '/usr/bin/Xvfb'],
    environment: { WEBKIT_DISABLE_COMPOSITING_MODE: '1' },
  });
}

/** Starts WPE without a display, with a new visitor; undefined where Debian's packages are not installed. */
export async function openWpe(): Promise<Engine | undefined> {
  const binary = '/usr/bin/cog';
  const browserOptions = { binary, args: ['--automation', '--platform=headless'] };
  return open({
    program: '/usr/bin/WPEWebDriver',
    capabilities: { 'wpe:browserOptions': browserOptions },
    needs: [binary],
    environment: {},
  });
}

async function open({ program, capabilities, needs, environment }: Driver): Promise<Engine | undefined> {
  if (![program, ...needs].every(path => existsSync(path))) return;
  const children: ChildProcess[] = [];
  const env: NodeJS.ProcessEnv = { ...process.env, ...environment };
  if (needs.includes('/usr/bin/Xvfb')) env.DISPLAY = await openDisplay(children);
  const port = await findPort();
  children.push(spawn(program, [`--port=${port}`, '--host=127.0.0.1'], { env, stdio: 'ignore' }));
  const base = `http://127.0.0.1:${port}/session`;
  const close = () => children.map(child => child.kill());
  try {
    const request = { capabilities: { alwaysMatch: capabilities } };
    const session = await whenReady(() => call('', request));
    const { browserName, browserVersion } = session.capabilities;
    const { sessionId } = session;
    return {
      name: `${browserName} ${browserVersion} (${program})`,
      tab: {
        goto: url => call(`/${sessionId}/url`, { url }),
        evaluate: expression => call(`/${sessionId}/execute/sync`, { script: `return (${expression})`, args: [] }),
        press: (x, y) => act({ type: 'pointer', id: 'mouse', actions: listPresses(x, y) }),
        type: text => act({ type: 'key', id: 'keyboard', actions: listKeys(text) }),
      },
      async close() {
        await fetch(`${base}/${sessionId}`, { method: 'DELETE' });
        close();
      },
    };
    function act(source: object) {
      return call(`/${sessionId}/actions`, { actions: [source] });
    }
  } catch (error) {
    close();
    throw error;
  }

  // biome-ignore lint/suspicious/noExplicitAny: JSON of the protocol
  async function call(path: string, body: object): Promise<any> {
    const response = await fetch(base + path, { method: 'POST', body: JSON.stringify(body) });
    const { value } = (await response.json()) as { value: { error?: string; message?: string } };
    if (!response.ok) throw new Error(`${program}: ${value.error} ${value.message}`);
    return value;
  }
}

function listPresses(x: number, y: number) {
  const move = { type: 'pointerMove', x: Math.round(x), y: Math.round(y), duration: 0 };
  return [move, { type: 'pointerDown', button: 0 }, { type: 'pointerUp', button: 0 }];
}

function listKeys(text: string) {
  return [...text].flatMap(value => [
    { type: 'keyDown', value },
    { type: 'keyUp', value },
  ]);
}

/** Starts a display that nobody sees, and returns its name. */
async function openDisplay(children: ChildProcess[]): Promise<string> {
  const display = spawn('/usr/bin/Xvfb', ['-displayfd', '1', '-screen', '0', '1280x1024x24'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  children.push(display);
  const [number] = await once(display.stdout!, 'data');
  return `:${String(number).trim()}`;
}

async function findPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Tries until the driver listens, for at most ten seconds. */
async function whenReady<T>(attempt: () => Promise<T>): Promise<T> {
  for (let left = 100; ; left--)
    try {
      return await attempt();
    } catch (error) {
      if (!left || !(error instanceof TypeError)) throw error;
      await wait(100);
    }
}
