import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { lead, unguarded } from '../support/harness.ts';
import { readMetrics } from '../support/metrics.ts';
import { makeFolder, startServer } from '../support/server.ts';

const hasPromtool = spawnSync('promtool', ['--version']).status === 0;

it('a server with METRICS_TOKEN tells of its writer, connections, disks and memory, as Prometheus reads it', async () => {
  const { folder, remove } = makeFolder();
  const METRICS_TOKEN = 'a-token-of-the-scraper';
  const server = await startServer(folder, { ...unguarded, METRICS_TOKEN, LOG_DIR: `${folder}/log` });
  const headers = { Authorization: `Bearer ${METRICS_TOKEN}` };
  const version = ((await (await fetch(`${server.url}/policies/current`)).json()) as { version: string }).version;
  const body = JSON.stringify({ ...lead, policy_version: version });
  const sent = { method: 'POST', headers: { 'Content-Type': 'application/json', Origin: server.url }, body };
  expect((await fetch(`${server.url}/forms/mini-ai-experience`, sent)).status).toBe(201);
  const text = await (await fetch(`${server.url}/metrics`, { headers })).text();
  const { value } = readMetrics(text);
  expect(value('lead_consent_healthy')).toBe(1);
  expect(value('lead_consent_commit_duration_seconds_count')).toBeGreaterThan(0);
  expect(value('lead_consent_commit_duration_seconds_sum')).toBeGreaterThan(0);
  expect(value('lead_consent_connections')).toBeGreaterThan(0);
  expect(value('lead_consent_connections_limit')).toBe(10_000);
  expect(value('lead_consent_database_size_bytes')).toBeGreaterThan(10_000);
  for (const place of ['database', 'log']) {
    const size = value('lead_consent_disk_size_bytes', { place })!;
    expect(size).toBeGreaterThan(1e6);
    expect(value('lead_consent_disk_free_bytes', { place })).toBeLessThanOrEqual(size);
  }
  expect(value('lead_consent_disk_size_bytes', { place: 'backups' })).toBeUndefined();
  const { figures } = (await (await fetch(`${server.url}/health?full`, { headers })).json()) as {
    figures: { disks: { place: string }[] };
  };
  expect(figures.disks.map(({ place }) => place)).toEqual(['database', 'log']);
  if (hasPromtool) {
    const own = text.split(/\n(?=# HELP )/).filter(block => /^# HELP lead_consent/.test(block));
    const input = `${own.map(block => block.trimEnd()).join('\n')}\n`;
    const checked = spawnSync('promtool', ['check', 'metrics'], { input, encoding: 'utf8' });
    expect([checked.status, checked.stderr + checked.stdout]).toEqual([0, '']);
  }
  await server.stop();
  remove();
});
