/**
 * Takes the pictures of the README, `docs/pictures/*.webp`: `npm run screenshots`. Chinese names need a Chinese font on
 * the machine.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { launchBrowser } from '../support/browser.ts';
import { operate } from '../support/operate.ts';
import { makeFolder, startServer } from '../support/server.ts';

const pictures = join(import.meta.dirname, '../../docs/pictures');
const size = { width: 1080, height: 760 };

const { folder, remove } = makeFolder();
const server = await startServer(folder, { DATA_REGION: 'CN' });
const seeded = await operate(['seed', '--leads', '400'], { DATABASE_URL: `file:${folder}/leads.db` });
if (seeded.code !== 0) throw new Error(seeded.stderr);
const browser = await launchBrowser();
try {
  mkdirSync(pictures, { recursive: true });
  for (const colorScheme of ['light', 'dark'] as const) await takePictures(colorScheme);
} finally {
  await browser.close();
  await server.stop();
  remove();
}
process.exit();

async function takePictures(colorScheme: 'light' | 'dark') {
  const context = await browser.newContext({ locale: 'en', viewport: size, colorScheme, reducedMotion: 'reduce' });
  const page = await context.newPage();
  await showVisitor(page);
  await save(page, `visitor-${colorScheme}`);
  await showConsole(page);
  await save(page, `console-${colorScheme}`);
  await context.close();
}

/** Opens the page of a product, with its form and the banner. */
async function showVisitor(page: Page) {
  await page.goto(`${server.url}/mini-ai?lang=en`);
  await page.locator('[data-consent-banner]').waitFor();
  await page.locator('[data-lead-form] [type=submit]').waitFor();
  const top = await page.locator('#inquiry').evaluate(element => element.getBoundingClientRect().top);
  await page.mouse.wheel(0, top - 40);
  await page.waitForFunction(() => scrollY > 0);
}

/** Signs in to the console, and opens the list of leads. */
async function showConsole(page: Page) {
  await page.goto(`${server.url}/console`);
  await page.locator('[name=token]').fill(server.token);
  await page.locator('main form button').first().click();
  await page.waitForURL(/console(?!\/session|\/sign-in)/);
  await page.goto(`${server.url}/console?lang=en`);
  await page.locator('main a[href^="/console/leads/"]').first().waitFor();
}

async function save(page: Page, name: string) {
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: 80 });
  const picture = Buffer.from(data, 'base64');
  writeFileSync(join(pictures, `${name}.webp`), picture);
  console.info(`docs/pictures/${name}.webp, ${Math.round(picture.length / 1000)} KB`);
}
