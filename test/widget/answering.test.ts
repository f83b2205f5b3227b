import { build } from 'esbuild';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { eventually, openSite, type Site } from './site.ts';

let site: Site;
let autoconsent: string;
beforeAll(async () => {
  site = await openSite();
  const contents = `import AutoConsent from '@duckduckgo/autoconsent';
    import rules from '@duckduckgo/autoconsent/rules/rules.json';
    window.heard = [];
    const config = { enabled: true, autoAction: 'optOut', heuristicMode: 'reject', enablePrehide: true, enableCosmeticRules: true };
    new AutoConsent(async message => { window.heard.push(message); }, config, rules);`;
  const options = { stdin: { contents, resolveDir: import.meta.dirname }, bundle: true, write: false } as const;
  autoconsent = (await build(options)).outputFiles[0]!.text;
});
beforeEach(() => site.reset());
afterAll(() => site.close());

interface Message {
  type: string;
  cmp?: string;
  result?: boolean;
}

it('a browser that answers banners for people finds ours by its heuristic, and refuses', async () => {
  const page = await site.visit({ before: tab => tab.addInitScript(autoconsent) });
  const heard = async (type: string) => {
    const all = await page.evaluate(() => (window as unknown as { heard: Message[] }).heard);
    return all.filter(message => message.type === type).map(({ cmp, result }) => ({ cmp, result }));
  };
  await eventually(() => heard('optOutResult')).toEqual([{ cmp: 'HEURISTIC-REJECT', result: true }]);
  await eventually(() => site.posts('/consents').map(({ body }) => body.granted)).toEqual([['necessary']]);
  expect(await page.locator('[data-consent-banner]').count()).toBe(0);
});
