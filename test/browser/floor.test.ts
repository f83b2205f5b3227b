import { afterAll, beforeAll, expect, it } from 'vitest';
import { openBrowser } from '../support/browser.ts';
import { floor_runs, openFloor } from '../support/floor.ts';
import { lead } from '../support/harness.ts';
import { solve } from '../support/proofs.ts';
import { makeFolder, type RunningServer, startServer } from '../support/server.ts';
import { until } from '../support/tab.ts';
import { walkJourney } from '../support/tab-journey.ts';
import { checkFallbacks } from '../support/young.ts';

const { folder, remove } = makeFolder();
let server: RunningServer | undefined;
let engine: Awaited<ReturnType<typeof openFloor>> | undefined;

if (!floor_runs)
  console.warn('Chromium 90 is built for Linux on x64 only: the floor of the contract is not tested here.');

beforeAll(async () => {
  if (floor_runs) [server, engine] = await Promise.all([startServer(folder), openFloor()]);
});
afterAll(async () => {
  await engine?.close();
  await server?.stop();
  remove();
});

it.runIf(floor_runs)(
  'in Chromium 90 a visitor refuses, chooses, accepts, sends the form and withdraws it',
  async () => {
    expect(engine!.name).toMatch(/Chromium 90\./);
    await walkJourney(engine!.tab, server!);
  },
  90_000,
);

it.runIf(floor_runs)('case W25 whatever Chromium 90 does not understand has something to fall back to', async () => {
  const page = await (await openBrowser()).newPage();
  await checkFallbacks({ evaluate: expression => page.evaluate(expression) }, engine!.tab, server!.url);
  await page.close();
});

it.runIf(floor_runs)('case W27 in Chromium 90 the lead page of the console is in order', async () => {
  const { tab } = engine!;
  const id = await seedLead();
  // Chromium 90 keeps the session over plain http.
  await tab.goto(`${server!.url}/console?lang=en`);
  await until(tab, `document.querySelector('#token')`);
  await tab.evaluate(`document.querySelector('#token').value = '${server!.token}'`);
  await tab.evaluate(`document.querySelector('form').submit()`);
  await until(tab, `document.querySelector('.account')`);
  await tab.goto(`${server!.url}/console/leads/${id}?lang=en`);
  await until(tab, `document.querySelector('.work')`);
  const box = `selector => { const { left, right, top, bottom } = document.querySelector(selector).getBoundingClientRect(); return { left, right, top, bottom }; }`;
  const measure = async (selector: string) =>
    (await tab.evaluate(`(${box})('${selector}')`)) as Record<'left' | 'right' | 'top' | 'bottom', number>;
  // The button stands beside the list of people, and the history beside the consent, twice as wide.
  const [people, assign] = [await measure('.work select'), await measure('.work .assign button')];
  expect(assign.left).toBeGreaterThan(people.right);
  expect(Math.abs(assign.bottom - people.bottom)).toBeLessThan(1);
  const [consent, history] = [await measure('.facts-grid > div'), await measure('.facts-grid > section')];
  expect(history.top).toBe(consent.top);
  expect(history.left).toBeGreaterThan(consent.right);
  expect(history.right - history.left).toBeGreaterThan(1.5 * (consent.right - consent.left));
});

async function seedLead(): Promise<string> {
  const { url } = server!;
  const asked = await fetch(`${url}/challenge?form=mini-ai-experience`);
  const { challenge } = (await asked.json()) as { challenge: string };
  const response = await fetch(`${url}/forms/mini-ai-experience`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Origin: url },
    body: JSON.stringify({ ...lead, challenge: solve(challenge) }),
  });
  return ((await response.json()) as { id: string }).id;
}
