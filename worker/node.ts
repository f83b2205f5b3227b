import type { AddressInfo } from 'node:net';
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
import { explainFault } from './node/database-fault.ts';
import { isNearlyFull, listPlaces, watchDisks } from './node/disks.ts';
import { connect } from './node/egress.ts';
import { watchNpm } from './node/end/npm-parent.ts';
import { endWhileStarting } from './node/end/process.ts';
import { stopProcess } from './node/end/stop.ts';
import { createHostFiles } from './node/host-files.ts';
import { keepMasks } from './node/known-masks.ts';
import { createPostMail } from './node/mail.ts';
import { type Outbox, startOutbox } from './node/outbox.ts';
import { countAwaited, createHttpServer, usual_limits } from './node/server.ts';
import { fillInKeys, keepToken, publishSample } from './node/start/development.ts';
import { writeGreeting } from './node/start/greeting.ts';
import { whilePassing } from './node/start/patience.ts';
import { readSecretFiles } from './node/start/secret-files.ts';
import { findFolder, openStore } from './node/store.ts';
import { startTimers } from './node/timers.ts';
import { runLast } from './run-jobs.ts';
import { createServices, type HostServices } from './services.ts';
import { type Environment, localAddress, readSettings, type Settings, settings_table } from './settings.ts';
import { version } from './version.ts';

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
  if (token) process.stdout.write(writeGreeting(services.settings, token));
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
  const url = environment.DATABASE_URL || settings_table.DATABASE_URL.default;
  try {
    return fillInKeys(environment, findFolder(url));
  } catch (error) {
    return giveUp([`DATABASE_URL: ${(explainFault(url, error) as Error).message}`]);
  }
}

/** Does a step of the start that needs the database, for which it waits a while, and gives up where that cannot be used. */
async function askDatabase<T>(step: () => Promise<T>): Promise<T> {
  try {
    return await whilePassing(step, ({ message }) =>
      process.stderr.write(`lead-consent waits for the database: ${message}\n`),
    );
  } catch (error) {
    if (isUnavailable(error))
      giveUp([`DATABASE_URL: ${(explainFault(settings.database_url, error) as Error).message}`]);
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

/** Turns health red, and ends the process. A second signal changes nothing, because npm passes on its own. */
function stop(signal: NodeJS.Signals) {
  if (stopping) return;
  stopping = true;
  void stopProcess(signal, {
    server,
    drain_seconds: settings.drain_seconds,
    log: event => log('info', event),
    stopJobs() {
      background.stop();
      return Promise.all([stopTimers(), outbox?.stop()]);
    },
    async closeDatabase() {
      await runLast(services, backupJobs);
      await Promise.all([tracing?.end(), db.destroy()]);
    },
    closeLog() {
      writeNow();
      const written = new Promise(resolve => process.stdout.write('', resolve));
      return Promise.all([written, logFiles?.close()]);
    },
  });
}
