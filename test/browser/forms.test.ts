import type { Browser, Page, Request } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { closePages, openBrowser } from '../support/browser.ts';
import { makeFolder, type RunningServer, startServer } from '../support/server.ts';

const { folder, remove } = makeFolder();
let server: RunningServer;
let browser: Browser;

beforeAll(async () => {
  [server, browser] = await Promise.all([startServer(folder, { FORM_LIMIT_PER_MINUTE: '0' }), openBrowser()]);
});
afterAll(async () => {
  await closePages(browser);
  await server?.stop();
  remove();
});

const visitor = (email: string) => ({ name: 'Grace Hopper', phone: '025-58801024', email, company: 'Compilers Inc' });
const isPost = (request: Request) => request.method() === 'POST' && request.url().includes('/forms/');
const done = (page: Page) => page.locator('[data-lead-form-done]');

async function pull(email: string): Promise<object[]> {
  const headers = { Authorization: `Bearer ${server.token}` };
  const response = await fetch(`${server.url}/leads?view=clear&email=${email}`, { headers });
  return ((await response.json()) as { leads: object[] }).leads;
}

/** Opens a page of the demo site, answers its cookie question, and lists the posts that it sends. */
async function visit(): Promise<{ page: Page; posts: Request[] }> {
  const page = await browser.newPage({ locale: 'en' });
  const posts: Request[] = [];
  page.on('request', request => isPost(request) && posts.push(request));
  await page.goto(`${server.url}/mini-ai?lang=en`);
  await page.locator('[data-consent-action=reject-all]').click();
  return { page, posts };
}

const tick = (page: Page) => page.locator('form [name=policy_version]').check();
const submit = (page: Page) => page.locator('form [type=submit]').click();

async function fill(page: Page, email: string) {
  for (const [name, value] of Object.entries(visitor(email))) await page.locator(`form [name=${name}]`).fill(value);
  await tick(page);
}

it('the widget sends a lead with the proof that the server asks for', async () => {
  const { page, posts } = await visit();
  await fill(page, 'proof@example.com');
  await submit(page);
  await done(page).waitFor();
  expect(posts.map(request => request.postDataJSON())).toEqual([
    expect.objectContaining({ ...visitor('proof@example.com'), challenge: expect.stringMatching(/^32\.10\./) }),
  ]);
  expect(await pull('proof@example.com')).toHaveLength(1);
  expect(await done(page).textContent()).toMatch(/[0-9A-Z]{5}(-[0-9A-Z]{5}){3}/);
});

it('what is sent offline arrives by itself, once, when the network is back', async () => {
  const { page } = await visit();
  await fill(page, 'offline@example.com');
  await page.context().setOffline(true);
  await submit(page);
  await page.getByText('You are offline').waitFor();
  expect(await pull('offline@example.com')).toEqual([]);
  await page.context().setOffline(false);
  await done(page).waitFor();
  expect(await pull('offline@example.com')).toHaveLength(1);
});

it('an answer that is lost and a reload after it end in exactly one lead', async () => {
  const { page, posts } = await visit();
  await page.route('**/forms/mini-ai-experience', async route => {
    await route.fetch();
    await route.abort();
  });
  await fill(page, 'reload@example.com');
  await submit(page);
  await page.getByText('couldn’t send').waitFor();
  expect(await pull('reload@example.com')).toHaveLength(1);
  await page.unrouteAll();
  await page.reload();
  await tick(page);
  await submit(page);
  await done(page).waitFor();
  expect(posts.length).toBe(2);
  expect(await pull('reload@example.com')).toHaveLength(1);
});

it('a proof that was spent before is refused, and the widget heals it by itself', async () => {
  const { page, posts } = await visit();
  await fill(page, 'first@example.com');
  await submit(page);
  await done(page).waitFor();
  const { challenge } = posts[0]!.postDataJSON() as { challenge: string };
  await page.reload();
  const answers: number[] = [];
  await page.route('**/forms/mini-ai-experience', async route => {
    const sent = route.request().postDataJSON() as object;
    const response = await route.fetch({ postData: answers.length ? sent : { ...sent, challenge } });
    answers.push(response.status());
    await route.fulfill({ response });
  });
  await fill(page, 'second@example.com');
  await submit(page);
  await done(page).waitFor();
  expect(answers).toEqual([403, 201]);
  expect(await pull('second@example.com')).toHaveLength(1);
});

/**
 * Measures the milliseconds from the challenge's arrival to the post, while a person waits, and the longest of them in
 * which the page has no turn.
 */
async function measure(page: Page): Promise<{ solved_ms: number; longest_ms: number }> {
  await page.evaluate(() => {
    const turned_at: number[] = [];
    Object.assign(window, { turned_at });
    setInterval(() => turned_at.push(performance.now()));
  });
  await page.locator('form [name=policy_version]').focus();
  await page.keyboard.press('Space');
  await page.keyboard.press('Enter');
  await done(page).waitFor();
  return page.evaluate(() => {
    const find = (part: string) =>
      (performance.getEntriesByType('resource') as PerformanceResourceTiming[]).find(it => it.name.includes(part))!;
    const [from, to] = [find('/challenge').responseEnd, find('/forms/').startTime];
    const { turned_at } = window as unknown as { turned_at: number[] };
    const within = [from, ...turned_at.filter(at => at > from && at < to), to];
    return { solved_ms: to - from, longest_ms: Math.max(...within.slice(1).map((at, n) => at - within[n]!)) };
  });
}

/** Part of the time for a proof in which the page may have no turn. A proof that is made in one go takes most of it. */
const most_share = 0.4;

it('on a slow phone the page has its turns while the proof is made', async () => {
  const { page } = await visit();
  const session = await page.context().newCDPSession(page);
  const runs: { solved_ms: number; longest_ms: number }[] = [];
  // The machine may be busy with something else in between, and a proof may be found at once by luck.
  const least_share = () => Math.min(1, ...runs.map(({ solved_ms, longest_ms }) => longest_ms / solved_ms));
  while (runs.length < 10 && least_share() > most_share) {
    await fill(page, `slow-${runs.length}@example.com`);
    await page.reload();
    await page.locator('form').waitFor();
    await session.send('Emulation.setCPUThrottlingRate', { rate: 4 });
    runs.push(await measure(page));
    await session.send('Emulation.setCPUThrottlingRate', { rate: 1 });
    await page.reload();
  }
  console.log(`proof at 4× throttling: ${runs.map(({ solved_ms }) => Math.round(solved_ms)).join(', ')} ms`);
  expect(least_share()).toBeLessThanOrEqual(most_share);
});
