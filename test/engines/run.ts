/**
 * Walks the visitor's journey in the engines that come with Debian, and looks for styles and names that they do not know:
 * `npm run test:engines`.
 */
import { openBrowser } from '../support/browser.ts';
import { makeFolder, startServer } from '../support/server.ts';
import { walkJourney } from '../support/tab-journey.ts';
import { checkFallbacks } from '../support/young.ts';
import { openFirefox } from './firefox.ts';
import { openWebKitGtk, openWpe } from './webkit.ts';

const engines = [
  { packages: 'firefox-esr', open: openFirefox },
  { packages: 'webkit2gtk-driver xvfb', open: openWebKitGtk },
  { packages: 'wpewebkit-driver cog', open: openWpe },
];

const browser = await openBrowser();
const page = await browser.newPage();
let failed = false;
for (const { packages, open } of engines) {
  const { folder, remove } = makeFolder();
  const server = await startServer(folder);
  try {
    const engine = await open();
    if (engine)
      try {
        await walkJourney(engine.tab, server);
        await checkFallbacks({ evaluate: expression => page.evaluate(expression) }, engine.tab, server.url);
        console.info(`passed: ${engine.name}`);
      } finally {
        await engine.close();
      }
    else console.info(`skipped, since it is not installed: ${packages}`);
  } catch (error) {
    failed = true;
    console.error(`failed: ${packages}:`, error);
  } finally {
    await server.stop();
    remove();
  }
}
await browser.close();
process.exit(failed ? 1 : 0);
