import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { parse } from 'yaml';
import { lead } from '../support/harness.ts';
import { makeFolder, type RunningServer, startProcess } from '../support/server.ts';

const root = process.cwd();
const { folder, remove } = makeFolder();
const blocksOf = (page: string, language: string) =>
  [...readFileSync(page, 'utf8').matchAll(new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``, 'g'))].map(
    ([, text]) => text!,
  );

/** Leads the paths of a machine into a folder, where a test may write without being root. */
const move = (text: string) => text.replace(/(?<![\w.])\/(?=(opt|etc|var|usr\/local\/sbin)\/)/g, `${folder}/`);

/**
 * Stand-ins for what changes a machine. `npm` places the sources where the package would place what is built of them; all
 * others do nothing but what a person who is not root can do.
 */
const stand_ins = {
  npm: `mkdir -p "$4/bin" "$4/lib/node_modules/lead-consent" && ln -s ${root}/docs "$4/lib/node_modules/lead-consent/docs"
printf '#!/bin/sh\\ncd ${root}; program=$1; shift; [ $program = start ] && program=node\\nexec ${process.execPath} worker/$program.ts "$@"\\n' > "$4/bin/lead-consent"
chmod +x "$4/bin/lead-consent"`,
  useradd: 'echo "$@" > users',
  systemctl: 'true',
  runuser: 'shift 3; exec "$@"',
  install: `for arg do shift; case $arg in -o|-g|lead-consent) ;; *) set -- "$@" "$arg";; esac; done; exec /usr/bin/install "$@"`,
};

const portOf = ({ output }: RunningServer) => /"port":(\d+)/.exec(output())![1]!;

const shell = (text: string, options = ['-e']) =>
  spawnSync('/bin/sh', [...options, '-c', text], {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: `${folder}/bin:${folder}/usr/local/sbin:${process.env.PATH}`, HOME: folder },
  });

const blocks = blocksOf('docs/deploy/README.md', 'sh').map(move);
const [program, files, keys] = blocks;
/** The settings of the server, as the unit's files and a test in a hurry have them. */
let environment: Record<string, string>;
let server: RunningServer;
let url: string;
afterAll(async () => {
  await server?.stop();
  remove();
});

describe('the page docs/deploy, typed block by block', { timeout: 90_000 }, () => {
  beforeAll(() => {
    for (const [name, text] of Object.entries(stand_ins)) {
      mkdirSync(join(folder, 'bin'), { recursive: true });
      writeFileSync(join(folder, 'bin', name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    }
    for (const place of ['usr/local/sbin', 'etc/systemd/system']) mkdirSync(join(folder, place), { recursive: true });
    for (const parent of ['opt/lead-consent', 'var/lib', 'var/log', 'var/backups'])
      mkdirSync(join(folder, parent), { recursive: true });
  });

  it('installs the program, the files and the keys, readable by nobody else', () => {
    const done = shell(`${program}${files}${keys}`);
    expect(done.stderr).toBe('');
    expect(done.status).toBe(0);
    for (const path of ['etc/lead-consent/lead-consent.env', 'usr/local/sbin/lead-consent-ops'])
      writeFileSync(join(folder, path), move(readFileSync(join(folder, path), 'utf8')));
    const modeOf = (path: string) => statSync(join(folder, path)).mode & 0o777;
    for (const secret of ['etc/lead-consent/keys.env', 'etc/lead-consent/lead-consent.env'])
      expect(modeOf(secret)).toBe(0o600);
    for (const place of ['var/lib', 'var/log', 'var/backups']) expect(modeOf(`${place}/lead-consent`)).toBe(0o700);
    expect(modeOf('usr/local/sbin/lead-consent-ops')).toBe(0o755);
    expect(modeOf('etc/systemd/system/lead-consent@.service')).toBe(0o644);
  });

  it('makes keys once, and never others in their place', () => {
    const before = readFileSync(join(folder, 'etc/lead-consent/keys.env'), 'utf8');
    expect(shell(keys!, []).status).not.toBe(0);
    expect(readFileSync(join(folder, 'etc/lead-consent/keys.env'), 'utf8')).toBe(before);
  });

  it('makes the folder of the state again where it is gone with its disk', () => {
    const state = join(folder, 'var/lib/lead-consent');
    rmSync(state, { recursive: true });
    expect(shell('lead-consent-ops token list').status).toBe(0);
    expect(statSync(state).mode & 0o777).toBe(0o700);
  });

  it('lets an operator publish a policy and make a token with the settings of the server', () => {
    const policies = ['zh-CN', 'en'].map(locale => join(root, `worker/demo/policy.${locale}.md`));
    const published = shell(`lead-consent-ops policy publish ${policies.join(' ')}`);
    expect(published.stderr).toBe('');
    expect(published.status).toBe(0);
    expect(shell('lead-consent-ops token create --holder "Wang Fang" --role admin').stdout).toMatch(/^lc_\w+\n$/);
  });

  it('starts a server from the unit and its files that takes a lead and has nothing to warn of', async () => {
    const unit = move(readFileSync(join(folder, 'etc/systemd/system/lead-consent@.service'), 'utf8'));
    const named = [...unit.matchAll(/^EnvironmentFile=(.*)$/gm)].map(([, path]) => path!);
    const read = execFileSync('/bin/sh', ['-c', `set -a; ${named.map(path => `. ${path}`).join('; ')}; env -0`], {
      env: {},
    });
    const settings = Object.fromEntries(
      read
        .toString()
        .split('\0')
        .filter(Boolean)
        .map(line => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    );
    const [, production] = /^Environment=(NODE_ENV=production) PORT=%i$/m.exec(unit)!;
    expect(production).toBe('NODE_ENV=production');
    environment = { ...settings, NODE_ENV: 'production', PORT: '0', DRAIN_SECONDS: '0', BOT_CHECK: 'off' };
    server = await startProcess(['worker/node.ts'], environment);
    url = `http://127.0.0.1:${portOf(server)}`;
    const { version } = (await (await fetch(`${url}/policies/current`)).json()) as { version: string };
    const sent = await fetch(`${url}/forms/mini-ai-experience`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Origin: environment.SITE_ORIGINS!, 'X-Real-IP': '192.0.2.1' },
      body: JSON.stringify({ ...lead, policy_version: version }),
    });
    expect(sent.status).toBe(201);
    expect(await (await fetch(`${url}/health`)).json()).toEqual({ status: 'ok', warnings: [] });
  });

  it('lets an operator try a backup and restore it into another database than that of the settings', async () => {
    const backups = join(folder, 'var/backups/lead-consent');
    const restored = join(folder, 'var/lib/lead-consent/restored.db');
    const tried = () => shell(`lead-consent-ops backup ${backups} && lead-consent-ops backup verify ${backups}`).status;
    // The server may be making its first one.
    await expect.poll(tried, { timeout: 60_000, interval: 500 }).toBe(0);
    const unheard = shell(`DATABASE_URL=file:${restored} lead-consent-ops restore ${backups}`);
    expect(unheard).toMatchObject({ status: 1, stderr: expect.stringMatching(/^DATABASE_URL is set here/) });
    const done = shell(`lead-consent-ops DATABASE_URL=file:${restored} restore ${backups}`);
    expect(JSON.parse(done.stdout)).toMatchObject({ leads: 1 });
    expect(statSync(restored).mode & 0o777).toBe(0o600);
  });

  it('keeps the keys in a file each, if an operator wants: systemd hands them over, and no variable holds them', async () => {
    const done = shell(blocks.find(text => text.includes('LoadCredential='))!);
    expect(done).toMatchObject({ status: 0, stderr: '' });
    const secrets = join(folder, 'etc/lead-consent/secrets');
    expect(statSync(secrets).mode & 0o777).toBe(0o700);
    const unit = readFileSync(join(folder, 'etc/systemd/system/lead-consent@.service.d/keys.conf'), 'utf8');
    const handed = [...unit.matchAll(/^LoadCredential=(\w+):(.*)$/gm)].map(([, name, path]) => [name!, path!]);
    const names = ['ENCRYPTION_KEYS', 'INDEX_KEY', 'SIGNING_KEY'];
    expect(handed).toEqual(names.map(name => [name, join(secrets, name)]));
    for (const name of names) {
      expect(statSync(join(secrets, name)).mode & 0o777).toBe(0o600);
      expect(readFileSync(join(secrets, name), 'utf8')).toBe(`${environment[name]}\n`);
    }
    const named = /^Environment=(.*)$/m.exec(unit)![1]!.replaceAll('%d', secrets).split(' ');
    const others = Object.entries(environment).filter(([name]) => !names.includes(name));
    const own = await startProcess(['worker/node.ts'], {
      ...Object.fromEntries(others),
      ...Object.fromEntries(named.map(pair => pair.split('='))),
    });
    expect((await fetch(`http://127.0.0.1:${portOf(own)}/health`)).status).toBe(200);
    expect(await own.stop()).toBe(0);
    const counted = shell('lead-consent-ops keys status');
    expect(JSON.parse(counted.stdout)[0]).toMatchObject({ setting: 'ENCRYPTION_KEYS', leads: 1 });
    const path = join(folder, 'address');
    writeFileSync(path, `file:${join(folder, 'var/lib/lead-consent/restored.db')}`);
    const other = shell(`lead-consent-ops DATABASE_URL_FILE=${path} keys status`);
    expect(other).toMatchObject({ status: 0, stderr: '' });
  });
});

describe('the container', () => {
  const dockerfile = readFileSync('docs/deploy/Dockerfile', 'utf8');
  const { services, volumes } = parse(readFileSync('docs/deploy/compose.yaml', 'utf8')) as {
    services: Record<string, { volumes: string[]; environment: Record<string, string>; read_only: boolean }>;
    volumes: Record<string, unknown>;
  };

  it('its health check succeeds while the server takes leads, and fails where there is none', () => {
    const [, command] = /^HEALTHCHECK [^[]*CMD (\[.*\])$/m.exec(dockerfile)!;
    const [, ...args] = JSON.parse(command!) as string[];
    const check = (port: string) => spawnSync(process.execPath, args, { env: { PORT: port } }).status;
    expect(check(new URL(url).port)).toBe(0);
    expect(check('1')).toBe(1);
  });

  it('writes only into its volumes, as nobody in particular', () => {
    const { volumes: mounted, environment, read_only } = services['lead-consent']!;
    const places = JSON.parse(/^VOLUME (.*)$/m.exec(dockerfile)![1]!) as string[];
    expect(mounted).toEqual(places.map(place => `${place.slice(1)}:${place}`));
    expect(Object.keys(volumes)).toEqual(places.map(place => place.slice(1)));
    for (const path of Object.values(environment))
      expect(places.some(place => path.replace('file:', '').startsWith(place))).toBe(true);
    expect(read_only).toBe(true);
    expect(dockerfile).toMatch(/^USER node$/m);
  });

  it('is built from what is named alone, whichever builder reads it: no data, no keys, no history', () => {
    const rules = readFileSync('.dockerignore', 'utf8')
      .split('\n')
      .filter(rule => rule && !rule.startsWith('#'));
    expect(rules[0]).toBe('*');
    expect(rules.filter(rule => /^!.*(\.git|data|keys|\.env|\*$)/.test(rule))).toEqual(['!worker/dev.env']);
    expect(rules.indexOf('**/*.env')).toBeGreaterThan(rules.indexOf('!docs'));
  });

  const image = /^FROM (\S+)/m.exec(dockerfile)![1]!;
  const canBuild = spawnSync('docker', ['image', 'inspect', image]).status === 0;
  it.skipIf(!canBuild)(
    `builds${canBuild ? '' : ` (not here: no Docker daemon that has ${image})`}`,
    () => {
      execFileSync('docker', ['build', '--file', 'docs/deploy/Dockerfile', '.'], { stdio: 'ignore' });
    },
    600_000,
  );
});

describe('the page about PostgreSQL', { timeout: 90_000 }, () => {
  it('makes a role that runs the server and may do nothing else', async () => {
    const name = `lead_consent_${process.pid}`;
    const statements = blocksOf('docs/deploy/postgresql.md', 'sql')[0]!.replaceAll('lead_consent', name);
    const admin = new pg.Client({ connectionString: `${inject('postgres')}/postgres` });
    await admin.connect();
    for (const statement of statements.split(';\n').filter(text => text.trim())) await admin.query(statement);
    const { host } = new URL(inject('postgres'));
    const address = `postgres://${name}:PASSWORD@${host}/${name}`;
    const moved = shell(`lead-consent-ops DATABASE_URL=${address} restore ${join(folder, 'var/backups/lead-consent')}`);
    expect(JSON.parse(moved.stdout)).toMatchObject({ leads: 1 });
    const own = await startProcess(['worker/node.ts'], { ...environment, DATABASE_URL: address });
    const health = async () => (await fetch(`http://127.0.0.1:${portOf(own)}/health`)).status;
    await expect.poll(health, { timeout: 20_000 }).toBe(200);
    expect(await own.stop()).toBe(0);
    const role = new pg.Client({ connectionString: address });
    await role.connect();
    for (const forbidden of ['create database other', 'create role other', "copy (select 1) to '/dev/null'"])
      await expect(role.query(forbidden)).rejects.toThrow(/permission denied/);
    await role.end();
    await admin.query(`drop database ${name} with (force)`);
    await admin.query(`drop role ${name}`);
    await admin.end();
  });
});

describe('the page about Cloudflare', { timeout: 90_000 }, () => {
  it('has settings with which the dry run sends the Worker with all that it needs, without a network', () => {
    const [settings] = blocksOf('docs/deploy/cloudflare.md', 'toml');
    const [top, tables] = settings!.replace(/^ +/gm, '').split(/^(?=\[vars\])/m);
    const configuration = readFileSync('wrangler.toml', 'utf8')
      .replace(/^(main|directory|migrations_dir) = "/gm, `$1 = "${root}/`)
      .replace(/^\[build\](\n.+)+/m, '');
    const path = join(folder, 'wrangler.toml');
    writeFileSync(path, `${top}${configuration}\n${tables}`);
    const wrangler = join(root, 'node_modules/wrangler/bin/wrangler.js');
    const args = [wrangler, 'deploy', '--dry-run', '--config', path];
    const said = execFileSync(process.execPath, args, {
      cwd: folder,
      encoding: 'utf8',
      env: {
        PATH: process.env.PATH,
        HOME: folder,
        CI: '1',
        CLOUDFLARE_CF_FETCH_ENABLED: 'false',
      },
    });
    const bindings = [...said.matchAll(/^env\.(\w+)/gm)].map(([, name]) => name);
    const vars = ['PUBLIC_URL', 'SITE_ORIGINS', 'DATA_REGION', 'CONTROLLER_NAME', 'CONTROLLER_CONTACT'];
    expect(bindings).toEqual(expect.arrayContaining(['DB', 'FORM_LIMIT', 'CONSENT_LIMIT', 'ASSETS', ...vars]));
    const [, modules] = /Total \((\d+) modules\)/.exec(said)!;
    expect(Number(modules)).toBeGreaterThan(50);
  });
});
