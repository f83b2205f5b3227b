import sparticuz from '@sparticuz/chromium';
import { type Browser, chromium } from 'playwright-core';

/** Switches of the packaged browser that would turn off what a page's security rests on. */
const unsafe = ['--disable-web-security', '--allow-running-insecure-content', '--single-process'];

/** Starts Chromium: the one that `CHROMIUM_PATH` names, else the one that comes as a package. */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = process.env.CHROMIUM_PATH ?? (await sparticuz.executablePath());
  return chromium.launch({ executablePath, args: sparticuz.args.filter(arg => !unsafe.includes(arg)), headless: true });
}
