import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { createMeter } from '../../worker/node/meter.ts';
import { writeDocument } from '../../worker/openapi/document.ts';
import { startConsole } from '../support/console.ts';
import { startPublished } from '../support/harness.ts';
import { readMetrics } from '../support/metrics.ts';
import { operate } from '../support/operate.ts';

const read = (path: string) => JSON.parse(readFileSync(path, 'utf8')) as { version: string };
const { version } = read('package.json');

it('every place tells the version of the package', async () => {
  const token = 'a-token-of-the-scraper';
  const started = await startPublished({ METRICS_TOKEN: token });
  started.services.meter = createMeter();
  const bearer = { Authorization: `Bearer ${token}` };
  const { figures } = (await (await started.get('/health?full', bearer)).json()) as { figures: { version: string } };
  const metrics = readMetrics(await (await started.get('/metrics', bearer)).text());
  const { open } = await startConsole();
  const page = await (await (await open('admin')).get('/console/settings')).text();
  const { info } = writeDocument() as { info: { version: string } };
  expect(metrics.value('lead_consent_build_info', { version })).toBe(1);
  expect([figures.version, info.version]).toEqual([version, version]);
  expect(page).toContain(`lead-consent ${version}<`);
  expect(await operate(['--version'])).toMatchObject({ code: 0, stdout: `${version}\n` });
  expect(read('package-lock.json').version).toBe(version);
});

it('the changelog has a part for each version, the newest first, and each with its day', () => {
  const heads = [...readFileSync('CHANGELOG.md', 'utf8').matchAll(/^## (.+)$/gm)].map(([, head]) => head!);
  const versions = heads.filter(head => head !== 'Unreleased');
  expect(heads.indexOf('Unreleased')).toBeLessThanOrEqual(0);
  expect(versions[0]).toMatch(new RegExp(`^${version.replaceAll('.', '\\.')} — \\d{4}-\\d\\d-\\d\\d$`));
  expect(versions.map(head => head.split(' — ')[1])).toEqual(
    versions
      .map(head => head.split(' — ')[1])
      .sort()
      .reverse(),
  );
});
