import sparticuz from '@sparticuz/chromium';
import { type Browser, chromium } from 'playwright-core';

/**
 * Switches of the packaged browser that disable its security, make each page start slowly, or imitate a graphics card.
 */
const unwanted = [
  '--disable-web-security',
  '--allow-running-insecure-content',
  '--single-process',
  '--no-zygote',
  '--ignore-gpu-blocklist',
  '--in-process-gpu',
  '--use-gl=angle',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
];

const features = '--disable-features=';

/**
 * Switches that make the browser faster: painting by the processor takes half its time, and a renderer kept in reserve
 * for each visitor is never used.
 */
const wanted = ['--disable-gpu', '--disable-software-rasterizer'];
const unwanted_features = ',SpareRendererForSitePerProcess';

let running: Promise<Browser> | undefined;

/**
 * Returns the Chromium in which this worker's test files open their pages, one file after another. The first
 * call starts it.
 */
export async function openBrowser(): Promise<Browser> {
  running ??= launchBrowser();
  if (!(await running).isConnected()) running = launchBrowser();
  return running;
}

/** Closes every page of a test file, with its visitors' cookies and storage. */
export async function closePages(browser: Browser | undefined) {
  await Promise.all((browser?.contexts() ?? []).map(context => context.close()));
}

/** Starts the Chromium that `CHROMIUM_PATH` names, else the packaged one, which is unpacked before the first test. */
export async function launchBrowser(more: string[] = []): Promise<Browser> {
  const executablePath = process.env.CHROMIUM_PATH ?? (await sparticuz.executablePath());
  const args = sparticuz.args
    .filter(arg => !unwanted.includes(arg))
    .map(arg => (arg.startsWith(features) ? arg + unwanted_features : arg))
    .concat(wanted, more);
  return chromium.launch({ executablePath, args, headless: true });
}
