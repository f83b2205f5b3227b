import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { hints } from '../worker/health/hints.ts';
import { makeGauges } from '../worker/metrics/gauges.ts';
import { createIsolateMeter } from '../worker/metrics/isolate.ts';
import { createMeter } from '../worker/node/meter.ts';
import { createHttpServer, usual_limits } from '../worker/node/server.ts';
import { noon } from './support/harness.ts';

const docs = join(import.meta.dirname, '../docs');
const folder = join(docs, 'monitoring');
const read = (name: string) => readFileSync(join(folder, name), 'utf8');

interface Rule {
  alert: string;
  expr: string;
}
interface Case {
  alertname: string;
  exp_alerts: unknown[];
}

const rules = (parse(read('alerts.yml')) as { groups: { rules: Rule[] }[] }).groups.flatMap(group => group.rules);
const cases = (parse(read('alerts.test.yml')) as { tests: { alert_rule_test: Case[] }[] }).tests.flatMap(
  one => one.alert_rule_test,
);
const dashboard = JSON.parse(read('dashboard.json')) as { panels: { title: string; targets?: { expr: string }[] }[] };
const queries = dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
const page = readFileSync(join(docs, 'monitoring.md'), 'utf8');
const hasPromtool = spawnSync('promtool', ['--version']).status === 0;

/** Lists the names of all that is told on either host, without those of the runtime. */
async function listNames() {
  const meter = createMeter();
  const server = createHttpServer(
    () => new Response(),
    { ...usual_limits, keep_alive_ms: 1, connections: 1 },
    () => false,
  );
  meter.watchServer(server, 1);
  const isolate = createIsolateMeter(noon);
  isolate.countRows!(1, 1, 1);
  const text = (await meter.write()) + (await isolate.write());
  server.close();
  const declared = [...text.matchAll(/^# TYPE (\S+) (\w+)$/gm)].flatMap(([, name, type]) =>
    type === 'histogram' ? ['', '_bucket', '_sum', '_count'].map(end => name! + end) : [name!],
  );
  return new Set([...declared, ...makeGauges(undefined, undefined, noon).map(({ name }) => name)]);
}

const namedIn = (text: string) => text.match(/\b(lead_consent|process|nodejs)_[a-z0-9_]+/g) ?? [];

describe('docs/monitoring', () => {
  it('names only metrics that are told, in its alerts, their cases, its dashboard and its page', async () => {
    const told = await listNames();
    expect(rules.length).toBeGreaterThan(15);
    expect(queries.length).toBeGreaterThan(25);
    const names = [...rules.map(({ expr }) => expr), ...queries, read('alerts.test.yml'), page].flatMap(namedIn);
    expect([...new Set(names)].filter(name => !told.has(name))).toEqual([]);
  });

  it('says on its page what each metric, alert and warning means', async () => {
    const own = [...(await listNames())].filter(
      name => name.startsWith('lead_consent_') && !/_(bucket|sum|count)$/.test(name),
    );
    const missing = [...own, ...rules.map(({ alert }) => alert), ...Object.keys(hints.en)].filter(
      name => !page.includes(`\`${name}\``),
    );
    expect(missing).toEqual([]);
  });

  it('has for each alert a case in which it fires, and one in which it is silent', () => {
    const fires = (alert: string) => cases.filter(one => one.alertname === alert).map(one => one.exp_alerts.length > 0);
    expect(rules.map(({ alert }) => [alert, fires(alert).sort()])).toEqual(
      rules.map(({ alert }) => [alert, [false, true]]),
    );
  });

  it.runIf(hasPromtool)('makes each alert fire by its case, where promtool is there to evaluate them', () => {
    for (const args of [
      ['check', 'rules', 'alerts.yml'],
      ['test', 'rules', 'alerts.test.yml'],
      ['check', 'config', '--syntax-only', 'prometheus.yml'],
    ]) {
      const { status, stdout, stderr } = spawnSync('promtool', args, { cwd: folder, encoding: 'utf8' });
      expect([args.join(' '), status, stdout + stderr]).toEqual([args.join(' '), 0, expect.any(String)]);
    }
  });
});
