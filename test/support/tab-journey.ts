import assert from 'node:assert/strict';
import type { RunningServer } from './server.ts';
import { fillIn, press, type Tab, until } from './tab.ts';

const visitor = { name: 'Ada Lovelace', phone: '13800138078', email: 'ada@example.com', company: 'Engines Ltd' };

const banner = '[data-consent-banner] [data-consent-action]';
const preferences = '[data-consent-preferences]';

/** What the visitor has granted, out of the page's API. */
const granted = '[...leadConsent.get().granted].sort().join()';

/**
 * Walks through everything that a visitor of the demo site needs, as a person with a mouse: refuses, goes back to a page
 * that still asks, changes the mind in the preferences, accepts, sends a form after leaving it once, and withdraws it on
 * the plain page. Asserts what each step leads to.
 */
export async function walkJourney(tab: Tab, server: Pick<RunningServer, 'url' | 'token'>): Promise<void> {
  await refuse(tab, server);
  await choosePurposes(tab);
  await acceptAll(tab);
  await showFormForAWhile(tab);
  const code = await sendForm(tab, server);
  await withdraw(tab, server, code);
}

async function refuse(tab: Tab, { url }: { url: string }) {
  await tab.goto(`${url}/mini-ai?lang=en`);
  await until(tab, `document.querySelector('${banner}')`);
  await leaveAndGoBack(tab, async () => {
    await press(tab, '[data-consent-banner] [data-consent-action=reject-all]');
    await until(tab, `!document.querySelector('${banner}')`);
    assert.equal(await tab.evaluate(granted), 'necessary');
  });
  await until(tab, `window.leadConsent && leadConsent.get() && !document.querySelector('${banner}')`);
  assert.equal(await tab.evaluate(granted), 'necessary');
  await go(tab, `${url}/mini-ai?lang=en&again`);
  await until(tab, 'window.leadConsent && leadConsent.get()');
  assert.equal(await tab.evaluate(granted), 'necessary');
  assert.equal(await tab.evaluate(`!!document.querySelector('${banner}')`), false);
}

/** Does something on another page, and goes back: to the very page where the browser has kept it, else to a new copy of it. */
async function leaveAndGoBack(tab: Tab, act: () => Promise<void>) {
  const address = String(await tab.evaluate('location.href'));
  await go(tab, new URL('/?lang=en', address).href);
  await act();
  await tab.evaluate('void setTimeout(() => history.back())');
  await until(tab, `location.href === '${address}'`);
}

/** Goes to another page out of this one, because Puppeteer finds no way on from a page that Firefox has kept. */
async function go(tab: Tab, address: string) {
  // Later, because a driver may not answer for a page that goes away under it.
  await tab.evaluate(`void setTimeout(() => location.assign('${address}'))`);
  await until(tab, `location.href === '${address}' && document.readyState === 'complete'`);
}

async function choosePurposes(tab: Tab) {
  await press(tab, '[data-consent-open]');
  await until(tab, `document.querySelector('${preferences} [data-consent-action=save]')`);
  await press(tab, `${preferences} [name=analytics]`);
  await press(tab, `${preferences} [data-consent-action=save]`);
  await until(tab, `!document.querySelector('${preferences} [data-consent-action=save]')`);
  assert.equal(await tab.evaluate(granted), 'analytics,necessary');
  await until(tab, `!document.querySelector('[data-demo-visits]').hidden`);
}

async function acceptAll(tab: Tab) {
  await press(tab, '[data-consent-open]');
  await press(tab, `${preferences} [data-consent-action=accept-all]`);
  await until(tab, `${granted}.includes('marketing')`);
}

/** Shows one more form and takes it away again. The page's content policy, which allows no inline style, has nothing to object to. */
async function showFormForAWhile(tab: Tab) {
  await tab.evaluate(`void (() => {
    window.objections = [];
    addEventListener('securitypolicyviolation', event => objections.push(event.violatedDirective));
    window.more = document.querySelector('main').appendChild(document.createElement('div'));
    window.end = leadConsent.mountForm(more, 'mini-ai-experience');
  })()`);
  await until(tab, `more.querySelector('form')`);
  await tab.evaluate('void (end(), more.remove())');
  await tab.evaluate('new Promise(resolve => setTimeout(resolve, 50))');
  assert.deepEqual(await tab.evaluate('objections'), []);
}

async function sendForm(tab: Tab, server: Pick<RunningServer, 'url' | 'token'>): Promise<string> {
  await fillIn(tab, visitor, '[data-lead-form]');
  await leaveAndGoBack(tab, async () => {});
  await until(tab, `document.querySelector('[data-lead-form] [name=company]')?.value === '${visitor.company}'`);
  await press(tab, '[data-lead-form] [name=policy_version]');
  await press(tab, '[data-lead-form] [type=submit]');
  await until(tab, `document.querySelector('[data-lead-form-done] code')`);
  const code = String(await tab.evaluate(`document.querySelector('[data-lead-form-done] code').textContent`));
  assert.match(code, /^[0-9A-Z]{5}(-[0-9A-Z]{5}){3}$/);
  const [lead] = await pull(server);
  assert.deepEqual({ ...lead, ...visitor, phone: '+8613800138078' }, lead);
  return code;
}

async function withdraw(tab: Tab, server: Pick<RunningServer, 'url' | 'token'>, code: string) {
  await go(tab, `${server.url}/withdrawals?lang=en`);
  await fillIn(tab, { receipt_code: code });
  await press(tab, 'main [type=submit]');
  await until(tab, `/details are erased/.test(document.querySelector('h1').textContent)`);
  const [lead] = await pull(server);
  assert.equal(typeof lead?.erased_at, 'string');
}

async function pull({ url, token }: Pick<RunningServer, 'url' | 'token'>) {
  const response = await fetch(`${url}/leads?view=clear`, { headers: { Authorization: `Bearer ${token}` } });
  return ((await response.json()) as { leads: Record<string, string>[] }).leads;
}
