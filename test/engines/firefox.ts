import { access } from 'node:fs/promises';
import { launch } from 'puppeteer-core';
import type { Engine } from '../support/tab.ts';

const executablePath = '/usr/bin/firefox-esr';

/** Starts Firefox ESR with a new visitor, over WebDriver BiDi; undefined where Debian's package is not installed. */
export async function openFirefox(): Promise<Engine | undefined> {
  if (
    !(await access(executablePath).then(
      () => true,
      () => false,
    ))
  )
    return;
  const browser = await launch({ browser: 'firefox', executablePath, headless: true, defaultViewport: null });
  const page = await browser.newPage();
  return {
    name: await browser.version(),
    tab: {
      goto: url => page.goto(url),
      evaluate: expression => page.evaluate(expression),
      press: (x, y) => page.mouse.click(x, y),
      type: text => page.keyboard.type(text),
    },
    close: () => browser.close(),
  };
}
