import { setTimeout as wait } from 'node:timers/promises';
import sparticuz from '@sparticuz/chromium';
import { type Browser, chromium } from 'playwright-core';

/** Switches of the packaged browser that turn off what a page's security rests on, make each page start slowly, or imitate a graphics card. */
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

/** Painting by the processor directly takes half its time. */
const wanted = ['--disable-gpu', '--disable-software-rasterizer'];

/**
 * Starts Chromium: the one that `CHROMIUM_PATH` names, else the one that comes as a package.
 *
 * @param attempts How often to try: on a fresh machine another test file may still be unpacking the same binary.
 */
export async function launchBrowser(attempts = 30): Promise<Browser> {
  const executablePath = process.env.CHROMIUM_PATH ?? (await sparticuz.executablePath());
  const args = sparticuz.args.filter(arg => !unwanted.includes(arg)).concat(wanted);
  try {
    return await chromium.launch({ executablePath, args, headless: true });
  } catch (error) {
    if (attempts <= 1) throw error;
    await wait(500);
    return launchBrowser(attempts - 1);
  }
}
