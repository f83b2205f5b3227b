import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { startBuiltServer, startProcess } from '../support/server.ts';
import { type Case, warm } from './cases.ts';
import { installOnce } from './install.ts';
import { load, nextChoice } from './load.ts';
import { type Measured, measureRounds } from './table.ts';

const json = { 'content-type': 'application/json' };
const room = join(import.meta.dirname, 'peers');

/**
 * Measures a choice, and what a page asks before its banner, beside c15t's backend: both on SQLite in WAL mode, committed
 * to the disk, in turn. Installs the peer first where it is not.
 */
export async function benchPeers(
  folder: string,
  environment: Record<string, string>,
  rounds: number,
  seconds: number,
): Promise<Measured[]> {
  installOnce(room, '@c15t/backend');
  const place = join(folder, 'beside c15t');
  const settings = { ...environment, DATABASE_URL: `file:${join(place, 'leads.db')}`, OUTPUT_FILE: `${place} output` };
  const ours = await startBuiltServer(folder, settings);
  const c15t = await startProcess([join(room, 'c15t.ts')], { DATABASE_URL: `file:${join(folder, 'c15t.db')}` });
  const { version } = (await (await fetch(`${ours.url}/policies/current`)).json()) as { version: string };
  const cases: Case[] = [
    {
      name: 'c15t: a choice',
      unit: '/s',
      servers: [c15t],
      warm: warm.small,
      measure: () => load(c15t.url, { method: 'POST', path: '/subjects', headers: json, next: nextSubject }, seconds),
    },
    {
      name: 'a choice',
      unit: '/s',
      floor: 'c15t: a choice',
      servers: [ours],
      warm: warm.small,
      measure: () =>
        load(ours.url, { method: 'POST', path: '/consents', headers: json, next: () => nextChoice(version) }, seconds),
    },
    {
      name: 'c15t: what its banner asks',
      unit: '/s',
      servers: [c15t],
      warm: warm.small,
      measure: () => load(c15t.url, { method: 'GET', path: '/init' }, seconds),
    },
    {
      name: 'the script with the policy',
      unit: '/s',
      floor: 'c15t: what its banner asks',
      servers: [ours],
      warm: warm.small,
      measure: () =>
        load(ours.url, { method: 'GET', path: '/widget.js', headers: { 'accept-encoding': 'br' } }, seconds),
    },
  ];
  try {
    return await measureRounds(cases, rounds);
  } finally {
    await Promise.all([ours.stop(), c15t.stop()]);
  }
}

/** Returns a choice of a new visitor, as c15t's banner sends it. Its ids have no 0. */
function nextSubject() {
  const body = {
    type: 'cookie_banner',
    subjectId: `sub_${randomUUID().replaceAll('-', '').replaceAll('0', 'z')}`,
    domain: 'www.example.com',
    preferences: { necessary: true, functionality: false, measurement: false, marketing: false },
    givenAt: Date.now(),
    uiSource: 'banner',
    consentAction: 'necessary',
  };
  return { body: JSON.stringify(body) };
}
