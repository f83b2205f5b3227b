import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { unguarded } from '../support/harness.ts';
import { makeFolder } from '../support/server.ts';

const path = 'docs/deploy/lead-consent@.service';
const unit = readFileSync(path, 'utf8');
/** What the page of the files shows to be put beside the unit. */
const [, choice] = /<<'UNIT'\n([\s\S]*?)UNIT\n/.exec(readFileSync('docs/deploy/README.md', 'utf8'))!;
const { folder, remove } = makeFolder();
/** Servers that a test has started. One that fails leaves none behind. */
const started: ChildProcess[] = [];
afterAll(() => {
  for (const child of started) child.kill('SIGKILL');
  remove();
});

/** Returns the values of a key of the unit, in the order in which they stand. */
const valuesOf = (key: string) => [...unit.matchAll(new RegExp(`^${key}=(.*)$`, 'gm'))].map(([, value]) => value!);

const canAnalyze = spawnSync('systemd-analyze', ['--version']).status === 0;
const canFilter = canAnalyze && process.getuid?.() === 0 && hasSeccomp();

function hasSeccomp(): boolean {
  return spawnSync('python3', ['-c', 'import ctypes; ctypes.CDLL("libseccomp.so.2")']).status === 0;
}

describe('the systemd unit', { timeout: 90_000 }, () => {
  it.skipIf(!canAnalyze)('is hardened: systemd-analyze rates its exposure at most 2.0, of 10', () => {
    const file = join(folder, 'lead-consent@8787.service');
    copyFileSync(path, file);
    const rated = spawnSync('systemd-analyze', ['security', '--offline=true', '--threshold=20', '--no-pager', file]);
    const [, exposure] = /exposure level for \S+: ([\d.]+)/.exec(rated.stdout.toString()) ?? [];
    expect(Number(exposure)).toBeLessThanOrEqual(2);
    expect(rated.status).toBe(0);
  });

  it.skipIf(!canAnalyze)('has only keys and values that systemd knows', () => {
    const file = join(folder, 'lead-consent@8787.service');
    // Commands are verified too, and this machine has not installed them.
    writeFileSync(
      file,
      `${unit}${choice}`.replaceAll(/\/opt\/lead-consent\/current\/bin\/lead-consent|\/usr\/bin\/curl/g, '/bin/true'),
    );
    const verified = spawnSync('systemd-analyze', ['verify', '--man=no', file]);
    expect(
      verified.stderr
        .toString()
        .split('\n')
        .filter(line => line.includes('lead-consent')),
    ).toEqual([]);
  });

  it('gives the drain and the jobs their time, and lets V8 compile', () => {
    expect(valuesOf('TimeoutStopSec')).toEqual(['30']);
    expect(valuesOf('KillSignal')).toEqual(['SIGTERM']);
    expect(valuesOf('MemoryDenyWriteExecute')).toEqual([]);
    expect(valuesOf('ExecStart')[0]).toMatch(/ start$/);
  });

  it('looks at the deployment, and waits for a server that starts, no longer than that lives', async () => {
    const [waits] = valuesOf('ExecStartPost');
    expect(valuesOf('ExecStartPre')[0]).toMatch(/^-\S+ ops check$/);
    const script = /^\/bin\/sh -c '(.*)'$/.exec(waits!)![1]!.replaceAll('$$', '$');
    const waitFor = async (port: number, pid: number) => {
      const env = { PATH: process.env.PATH, MAINPID: `${pid}` };
      const waiting = spawn('/bin/sh', ['-c', script.replace('%i', `${port}`)], { env });
      started.push(waiting);
      return (await once(waiting, 'exit'))[0] as number | null;
    };
    let asked = 0;
    const server = createServer((_, answer) => answer.writeHead(asked++ > 0 ? 200 : 503).end()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    expect(await waitFor((server.address() as AddressInfo).port, process.pid)).toBe(0);
    expect(asked).toBe(2);
    server.close();
    expect(await waitFor(1, spawnSync('true').pid)).toBeGreaterThan(0);
  });

  it.skipIf(!canFilter)(
    'lets a server without rights start, take a lead and stop, under its filter of system calls',
    async () => {
      const { child, output } = startFiltered(valuesOf('SystemCallFilter'), valuesOf('RestrictAddressFamilies')[0]!);
      while (!/"port":\d+/.test(output()) && child.exitCode === null) await wait(10);
      const url = `http://127.0.0.1:${/"port":(\d+)/.exec(output())?.[1]}`;
      while (!/Ctrl-C/.test(output()) && child.exitCode === null) await wait(10);
      const { version } = (await (await fetch(`${url}/policies/current`)).json()) as { version: string };
      const sent = await fetch(`${url}/forms/mini-ai-experience`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({
          name: 'Ada',
          phone: '13800138000',
          email: 'a@example.com',
          company: 'A',
          policy_version: version,
        }),
      });
      expect(sent.status).toBe(201);
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      expect(await ended).toEqual([0, null]);
    },
  );
});

/**
 * Starts the server as nobody, under the filter that systemd would make of the unit. Because the first process must take
 * the filter and then become the server, it is a few lines of Python, which reach the library that systemd uses.
 */
function startFiltered(filters: string[], families: string) {
  const state = join(folder, 'state');
  mkdirSync(state);
  chmodSync(folder, 0o755);
  chmodSync(state, 0o777);
  const numbers: Record<string, number> = { AF_UNIX: 1, AF_INET: 2, AF_INET6: 10 };
  const plan = {
    calls: listCalls(filters),
    families: families.split(' ').map(name => numbers[name]),
    args: [process.execPath, '--max-semi-space-size=8', 'worker/node.ts'],
  };
  const env = {
    ...unguarded,
    PATH: process.env.PATH,
    HOME: state,
    PORT: '0',
    DRAIN_SECONDS: '0',
    DATABASE_URL: `file:${join(state, 'leads.db')}`,
    LOG_DIR: join(state, 'logs'),
    BACKUP_DIR: join(state, 'backups'),
  };
  const child = spawn('python3', ['-c', filtered, JSON.stringify(plan)], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  started.push(child);
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (printed += chunk));
  return { child, output: () => printed };
}

/** Lists the system calls that the lines of a filter leave: a line adds, one with ~ takes away. */
function listCalls(filters: string[]): string[] {
  const allowed = new Set<string>();
  const groups = readGroups();
  for (const filter of filters)
    for (const name of filter.replace(/^~/, '').split(' '))
      for (const call of listCallsOf(name, groups)) filter.startsWith('~') ? allowed.delete(call) : allowed.add(call);
  return [...allowed];
}

function listCallsOf(name: string, groups: Map<string, string[]>): string[] {
  return name.startsWith('@') ? groups.get(name)!.flatMap(member => listCallsOf(member, groups)) : [name];
}

/** Reads systemd's groups of system calls: a line for the name, and below it a line for each member. */
function readGroups(): Map<string, string[]> {
  const listed = execFileSync('systemd-analyze', ['syscall-filter', '--no-pager'], { encoding: 'utf8', stdio: 'pipe' });
  const groups = new Map<string, string[]>();
  let members: string[] = [];
  for (const line of listed.split('\n')) {
    if (/^@/.test(line)) {
      members = [];
      groups.set(line.trim(), members);
    } else if (/^ +[@\w]/.test(line)) members.push(line.trim());
  }
  return groups;
}

const filtered = `
import ctypes, json, os, sys
plan = json.loads(sys.argv[1])
lib = ctypes.CDLL('libseccomp.so.2')
lib.seccomp_init.restype = ctypes.c_void_p
class Compare(ctypes.Structure):
    _fields_ = [('arg', ctypes.c_uint), ('op', ctypes.c_int), ('a', ctypes.c_uint64), ('b', ctypes.c_uint64)]
allow, refuse = 0x7fff0000, 0x00050001
context = ctypes.c_void_p(lib.seccomp_init(ctypes.c_uint32(refuse)))
def rule(call, *compared):
    if call < 0: return
    array = (Compare * len(compared))(*compared)
    if lib.seccomp_rule_add_array(context, ctypes.c_uint32(allow), call, len(compared), array) != 0: sys.exit('no rule')
for name in plan['calls']:
    call = lib.seccomp_syscall_resolve_name(name.encode())
    if name == 'socket':
        for family in plan['families']: rule(call, Compare(0, 4, family, 0))
    else: rule(call)
os.setgroups([]); os.setgid(65534); os.setuid(65534)
if lib.seccomp_load(context) != 0: sys.exit('no filter')
os.execv(plan['args'][0], plan['args'])
`;
