import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/** Time between two looks at a server's health, for proxies that are hurried. */
export const hurried_ms = 250;

export const host = 'leads.example.com';

/** A proxy that runs with the file of docs/deploy, in which only paths, ports and the certificate are others. */
export interface RunningProxy {
  http: number;
  https: number;
  certificate: Buffer;
  /** Returns all that it has logged, to files and to its output. */
  readLogs(): string;
  stop(): Promise<void>;
}

/** What stands in a file, and what a test puts in its place. */
type Change = [from: string | RegExp, to: string];

interface Kind {
  name: string;
  /** Whether this machine has the program. */
  isHere: boolean;
  /** Whether it tells a client that a stream has broken: Caddy does from 2.8 on. */
  breaksStreams: boolean;
  /** Changes by which a test need not wait for the usual times. */
  hurried: Change[];
  /** Returns the arguments and the file's changes for a folder, ports of its own and those of the two servers. */
  prepare(folder: string, ports: { http: number; https: number }, servers: [number, number]): Prepared;
}
interface Prepared {
  file: string;
  changes: Change[];
  args: string[];
}

const nginx: Kind = {
  name: 'nginx',
  isHere: spawnSync('nginx', ['-v']).status === 0,
  breaksStreams: true,
  hurried: [],
  prepare(folder, { http, https }, [first, second]) {
    // Debian's own file around a site: it packs pages unless the site says otherwise, and logs each query.
    const around = `${process.getuid?.() === 0 ? 'user root;' : ''} worker_processes 1; daemon off; pid ${folder}/pid;
      error_log ${folder}/error.log; events {}
      http { gzip on; access_log ${folder}/access.log; error_log ${folder}/error.log;
        ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(kind => `${kind}_temp_path ${folder}/${kind};`).join(' ')}
        include ${folder}/site; }`;
    writeFileSync(join(folder, 'nginx.conf'), around);
    return {
      file: 'docs/deploy/nginx.conf',
      changes: [
        [/^ *listen \[::\]:.*\n/gm, ''],
        ['listen 80;', `listen 127.0.0.1:${http};`],
        ['listen 443 ', `listen 127.0.0.1:${https} `],
        ['127.0.0.1:8787', `127.0.0.1:${first}`],
        ['# server 127.0.0.1:8788', `server 127.0.0.1:${second}`],
        [/\/var\/log\/nginx\//g, `${folder}/`],
        [/\/etc\/letsencrypt\/live\/leads\.example\.com\//g, `${folder}/`],
        ['/var/www/html', folder],
      ],
      args: ['-e', join(folder, 'error.log'), '-c', join(folder, 'nginx.conf')],
    };
  },
};

const caddy_version = /^v?2\.(\d+)/.exec(spawnSync('caddy', ['version']).stdout?.toString() ?? '')?.[1];

const caddy: Kind = {
  name: 'Caddy',
  isHere: caddy_version !== undefined,
  breaksStreams: Number(caddy_version) >= 8,
  hurried: [
    ['health_interval 1s', `health_interval ${hurried_ms}ms`],
    ['lb_try_duration 5s', `lb_try_duration ${4 * hurried_ms}ms`],
  ],
  prepare: (folder, { http, https }, [first, second]) => ({
    file: 'docs/deploy/Caddyfile',
    changes: [
      [/^\{$/m, `{\n\tadmin off\n\thttp_port ${http}\n\thttps_port ${https}\n\tdefault_bind 127.0.0.1`],
      [/^leads\.example\.com \{$/m, `${host} {\n\ttls ${folder}/fullchain.pem ${folder}/privkey.pem`],
      ['reverse_proxy 127.0.0.1:8787', `reverse_proxy 127.0.0.1:${first} 127.0.0.1:${second}`],
      ['/var/log/caddy/', `${folder}/`],
    ],
    args: ['run', '--adapter', 'caddyfile', '--config', join(folder, 'site')],
  }),
};

export const kinds = [nginx, caddy];

/** Starts a proxy before two servers, and waits until it listens. */
export async function startProxy(
  kind: Kind,
  folder: string,
  servers: [number, number],
  more: Change[] = [],
  key: keyof typeof certificate_keys = 'ec',
): Promise<RunningProxy> {
  mkdirSync(folder, { recursive: true });
  const certificate = makeCertificate(folder, certificate_keys[key]);
  const [http, https] = await findPorts();
  const { file, changes, args } = kind.prepare(folder, { http, https }, servers);
  writeFileSync(join(folder, 'site'), change(readFileSync(file, 'utf8'), [...changes, ...more]));
  const env = { PATH: process.env.PATH, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
  const child = spawn(kind.name.toLowerCase(), args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (output += chunk));
  await listens(https, child, () => output);
  return {
    http,
    https,
    certificate,
    readLogs: () =>
      output +
      listFiles(folder)
        .map(path => readFileSync(path, 'utf8'))
        .join('\n'),
    async stop() {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** Makes the changes, each of which must find its place: else the file has changed and the test would run another. */
function change(text: string, changes: Change[]): string {
  return changes.reduce((before, [from, to]) => {
    const after = before.replace(from, () => to);
    if (after === before) throw new Error(`the file has no ${from}`);
    return after;
  }, text);
}

/** Tells openssl which key a certificate signs with. The suites that a proxy can speak hang on it. */
const certificate_keys = {
  ec: ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'],
  rsa: ['-newkey', 'rsa:2048'],
};

function makeCertificate(folder: string, kind: string[]): Buffer {
  const [key, chain] = [join(folder, 'privkey.pem'), join(folder, 'fullchain.pem')];
  const curve = [...kind, '-nodes', '-days', '2'];
  const names = ['-subj', `/CN=${host}`, '-addext', `subjectAltName=DNS:${host}`];
  execFileSync('openssl', ['req', '-x509', ...curve, ...names, '-keyout', key, '-out', chain], { stdio: 'ignore' });
  return readFileSync(chain);
}

async function findPorts(): Promise<[number, number]> {
  const probes = [createServer().listen(0, '127.0.0.1'), createServer().listen(0, '127.0.0.1')];
  await Promise.all(probes.map(probe => once(probe, 'listening')));
  const [first, second] = probes.map(probe => (probe.address() as AddressInfo).port);
  await Promise.all(probes.map(probe => once(probe.close(), 'close')));
  return [first!, second!];
}

async function listens(port: number, child: ChildProcess, output: () => string) {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`the proxy ended with ${child.exitCode}:\n${output()}`);
    const socket = connect(port, '127.0.0.1');
    const isOpen = await Promise.race([once(socket, 'connect'), once(socket, 'error')]).then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (isOpen) return;
    await wait(10);
  }
}

/** Lists what a proxy has written into its folder. The file of its site and its certificate are the test's. */
function listFiles(folder: string): string[] {
  const own = /(^|\/)(site|nginx\.conf|privkey\.pem|fullchain\.pem|autosave\.json)$/;
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(name => !own.test(name) && statSync(join(folder, name)).isFile())
    .map(name => join(folder, name));
}
