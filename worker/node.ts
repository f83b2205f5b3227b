import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { getConnInfo } from '@hono/node-server/conninfo';
import { createBackground } from '../db/background.ts';
import { isUnavailable, Unavailable } from '../db/database.ts';
import { createApp } from './app.ts';
import type { Warning } from './context.ts';
import { logWarnings } from './health/warnings.ts';
import { jobs } from './jobs.ts';
import { createLog } from './log.ts';
import { openAssets, pack } from './node/assets.ts';
import { createBackupJobs } from './node/backup/jobs.ts';
import { findBackupKeyMistakes } from './node/backup/key-file.ts';
import { sweepDrills } from './node/backup/restore.ts';
import { findStranger } from './node/backup/stranger.ts';
import { compress } from './node/compress.ts';
import { isVerified } from './node/database-address.ts';
import { isNearlyFull, listPlaces, watchDisks } from './node/disks.ts';
import { connect } from './node/egress.ts';
import { endProcess, endWhileStarting } from './node/end.ts';
import { createHostFiles } from './node/host-files.ts';
import { keepMasks } from './node/known-masks.ts';
import { createPostMail } from './node/mail.ts';
import { watchNpm } from './node/npm-parent.ts';
import { type Outbox, startOutbox } from './node/outbox.ts';
import { closeIdle, closeListener, countAwaited, createHttpServer, emptyQueue, usual_limits } from './node/server.ts';
import { fillInKeys, keepToken, publishSample } from './node/start/development.ts';
import { whilePassing } from './node/start/patience.ts';
import { readSecretFiles } from './node/start/secret-files.ts';
import { findFolder, openStore } from './node/store.ts';
import { startTimers } from './node/timers.ts';
import { createServices, type HostServices } from './services.ts';
import { type Environment, localAddress, readSettings, type Settings, settings_table } from './settings.ts';
import { locales } from './shared/locales.ts';
import { version } from './version.ts';

/**
 * Time that idle connections stay open after the listener has closed. Because a request may be on its way, it is still answered and
 * told to close.
 */
const farewell_ms = 300;

/** Time that requests in flight may then take to end. Then clients that do not read are dropped. */
const grace_ms = 10_000;

/** Time that the connections to the database may then take to close, and afterwards the log. */
const closing_ms = 1_000;

// A log that can't be written (a closed pipe, a full disk) must not end the service.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

const hasStarted = endWhileStarting();
let stopping = false;
let unwritten = '';
let outbox: Outbox | undefined;
const environment = readEnvironment();
const settings = loadSettings();
const now = () => new Date();
const { log_dir, log_level } = settings;
const logFiles = log_dir
  ? (await import('./node/log/files.ts')).openLogFiles({
      folder: log_dir,
      port: settings.port,
      months: settings.log_retention_months,
      now,
      log: createLog(log_level, now, writeSoon),
    })
  : undefined;
if (settings.backup_dir) {
  const mistakes = await findBackupKeyMistakes(settings.backup_dir, settings.encryption_keys);
  if (mistakes.length > 0) giveUp(mistakes);
}
const meter = settings.metrics_token ? (await import('./node/meter.ts')).createMeter() : undefined;
const readDisks = watchDisks(listPlaces(settings));
const backupJobs = createBackupJobs({ settings });
const db = await askDatabase(() =>
  openStore(settings.database_url, { read_url: settings.database_read_url, meter }).catch(error => {
    throw isUnavailable(error) ? error : new Unavailable(error);
  }),
);
const { backup_dir } = settings;
const stranger = backup_dir ? await askDatabase(() => findStranger(backup_dir, db)) : undefined;
if (stranger?.unused) giveUp([`DATABASE_URL: ${stranger.found}. ${stranger.to_do}`]);
const tracing = await openTracing();
let countWaiting = () => 0;
const background = createBackground(
  () => countWaiting() > 0,
  () => performance.now(),
);
const host: HostServices = {
  db: tracing?.database(db) ?? db,
  background: background.over(db, settings.database_url.startsWith('file:')),
  now,
  writeLine: writeSoon,
  findAsset: openAssets(),
  pack,
  peerAddress: c => getConnInfo(c).remote.address,
  isStopping: () => stopping,
  hostWarnings: listHostWarnings,
  readDisks,
  host_jobs: backupJobs,
  running_since: now(),
  ...(meter && { meter }),
  files: createHostFiles(settings),
  compress,
  masks: keepMasks(),
  connect: tracing?.connect(connect) ?? connect,
  postMail: tracing?.mail(createPostMail(settings)) ?? createPostMail(settings),
  ...(tracing && { trace: tracing.request }),
  notify: () => outbox?.wake(),
};
const made = await askDatabase(() => createServices(settings, host));
const { services } = 'mistakes' in made ? giveUp(made.mistakes) : made;
const { log } = services;
await sweepDrills(settings.database_url).catch(({ code }) => log('warn', 'drills_not_swept', { code }));
const token = settings.production ? undefined : await askDatabase(prepareDevelopment);
const demo = settings.production ? undefined : (await import('./demo/site.ts')).createDemo(services);
const app = createApp(services, demo);
const { keep_alive_seconds, connections } = settings;
const server = createHttpServer(
  (request, bindings) => app.fetch(request, bindings),
  { ...usual_limits, keep_alive_ms: keep_alive_seconds * 1_000, connections },
  () => stopping,
);
meter?.watchServer(server, connections);
countWaiting = countAwaited(server);

server.on('error', error => giveUp([`PORT, HOST: ${error.message}`]));
server.listen(settings.port, settings.host, async () => {
  const { port } = server.address() as AddressInfo;
  services.settings.public_url ||= localAddress(settings.host, port);
  log('info', 'listening', {
    url: services.settings.public_url,
    port,
    version,
    data_region: settings.data_region ?? 'not declared',
  });
  await logWarnings(services).catch(() => {});
  if (token) greet(token);
});

const stopTimers = startTimers(services, [...jobs, ...backupJobs]);
outbox = startOutbox(services);
hasStarted();
process.on('SIGTERM', stop);
process.on('SIGINT', stop);
watchNpm(process.env, () => stop('SIGTERM'));

function readEnvironment(): Environment {
  const { environment, unread } = readSecretFiles(process.env);
  return unread.size > 0 ? giveUp([...unread.values()]) : environment;
}

function loadSettings(): Settings {
  const read = readSettings(environment.NODE_ENV === 'production' ? environment : keepKeys(), 'node');
  return 'mistakes' in read ? giveUp(read.mistakes) : read.settings;
}

/** Adds what a developer's machine keeps beside the database. */
function keepKeys(): Environment {
  try {
    return fillInKeys(environment, findFolder(environment.DATABASE_URL || settings_table.DATABASE_URL.default));
  } catch (error) {
    return giveUp([`DATABASE_URL: ${(error as Error).message}`]);
  }
}

/** Does a step of the start that needs the database, for which it waits a while, and gives up where that cannot be used. */
async function askDatabase<T>(step: () => Promise<T>): Promise<T> {
  try {
    return await whilePassing(step, ({ message }) =>
      process.stderr.write(`lead-consent waits for the database: ${message}\n`),
    );
  } catch (error) {
    if (isUnavailable(error)) giveUp([`DATABASE_URL: ${(error as Error).message}`]);
    throw error;
  }
}

/** Publishes the sample policy, and returns the token that a developer uses. */
async function prepareDevelopment(): Promise<string> {
  await publishSample(services);
  return keepToken(services, findFolder(settings.database_url));
}

/** Begins to trace, where the variables of OpenTelemetry name a collector. Nothing of it is loaded else. */
async function openTracing() {
  if (!Object.keys(environment).some(name => name.startsWith('OTEL_'))) return undefined;
  const { readTracing } = await import('./node/tracing/settings.ts');
  const read = readTracing(environment, settings);
  if (!read) return undefined;
  if ('mistakes' in read) giveUp(read.mistakes);
  const log = createLog(log_level, now, writeSoon);
  const { startTracing } = await import('./node/tracing/start.ts');
  return startTracing(read, connect, code =>
    code ? log('warn', 'traces_not_sent', { code }) : log('info', 'traces_sent_again'),
  );
}

/** Writes the lines of one turn of the event loop at once, because that is one system call for many requests. */
function writeSoon(line: string) {
  if (!unwritten) setImmediate(writeNow);
  unwritten += line;
}

function writeNow() {
  if (!unwritten) return;
  process.stdout.write(unwritten);
  logFiles?.write(unwritten);
  unwritten = '';
}

async function listHostWarnings(): Promise<Warning[]> {
  const warnings: Warning[] = [];
  if ((await readDisks()).some(isNearlyFull)) warnings.push('disk-nearly-full');
  if (logFiles?.isFailing()) warnings.push('log-dir-unwritable');
  if (!settings.log_dir && settings.production) warnings.push('no-log-dir');
  if (!settings.backup_dir && settings.production) warnings.push('no-backup-dir');
  if (settings.production && !isVerified(settings.database_url)) warnings.push('database-tls-unverified');
  return warnings;
}

function giveUp(mistakes: string[]): never {
  writeNow();
  process.stderr.write(`lead-consent cannot start:\n${mistakes.map(mistake => `  ${mistake}\n`).join('')}`);
  process.exit(1);
}

/** Tells a developer where to look. */
function greet(token: string) {
  const { public_url } = services.settings;
  process.stdout.write(`
  The demo site       ${locales.map(locale => `${public_url}/?lang=${locale}`).join('   ')}
  The console         ${public_url}/console   (sign in with the token of the next line)
  The leads, masked   curl -H 'Authorization: Bearer ${token}' ${public_url}/leads
  The leads, clear    curl -H 'Authorization: Bearer ${token}' '${public_url}/leads?view=clear'
  Database            ${settings.database_url}   (region: ${settings.data_region ?? 'not declared'})

  Development only: the keys and the token are kept beside the database. Ctrl-C stops.

`);
}

/**
 * Turns health red, and goes on for a while, so that a balancer has time to look elsewhere. Then it closes the
 * listener, answers the requests in flight, ends the running jobs, and exits. Because every job is safe to kill, one that
 * goes on all the same, or a database or a disk that does not answer, holds nothing up. A second signal changes nothing,
 * because npm passes on its own.
 *
 * Ctrl-C in development waits for no balancer.
 */
async function stop(signal: NodeJS.Signals) {
  if (stopping) return;
  stopping = true;
  log('info', 'stopping');
  background.stop();
  const jobsStopped = Promise.all([stopTimers(), outbox?.stop()]);
  if (signal === 'SIGTERM' && settings.drain_seconds > 0) {
    await wait(settings.drain_seconds * 1_000);
    await emptyQueue(server);
  }
  const jobsEnded = isDoneIn(grace_ms, jobsStopped);
  const idle = setTimeout(() => setInterval(() => closeIdle(server), 50).unref(), farewell_ms);
  const late = setTimeout(() => server.closeAllConnections(), grace_ms);
  closeListener(server, async () => {
    clearTimeout(idle);
    clearTimeout(late);
    const ended = [await jobsEnded, await isDoneIn(closing_ms, Promise.all([tracing?.end(), db.destroy()]))];
    log('info', 'stopped');
    writeNow();
    const written = new Promise(resolve => process.stdout.write('', resolve));
    ended.push(await isDoneIn(closing_ms, Promise.all([written, logFiles?.close()])));
    endProcess(ended.every(Boolean));
  });
}

/** Waits for what is under way, but no longer than a time, and returns whether it came to its end. */
function isDoneIn(ms: number, work: Promise<unknown>): Promise<boolean> {
  return Promise.race([work.then(() => true), wait(ms, false)]);
}
