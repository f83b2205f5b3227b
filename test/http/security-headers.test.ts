import { expect, it } from 'vitest';
import { openAssets } from '../../worker/node/assets.ts';
import { startConsole } from '../support/console.ts';
import { browser_accept, lead, noon, origin } from '../support/harness.ts';

const permissions = 'camera=(), geolocation=(), microphone=(), payment=(), usb=()';
const form = '/forms/mini-ai-experience';
const page = { Accept: browser_accept };

it('every answer, a page or data, says what may load, where forms may lead and what no page may ask for', async () => {
  const { get, post, submit, pull, ask, open, app, token, services } = await startConsole();
  services.findAsset = openAssets();
  const sales = await open('sales');
  const choice = { policy_version: '2026-01', locale: 'en', shown: [], granted: [], source: 'banner' };
  const answers: Record<string, Response> = {
    'a form': await get(form, page),
    'its thanks': await get(`${form}/thanks`, page),
    'a withdrawal': await get('/withdrawals', page),
    'a policy': await get('/policies/2026-01', page),
    'a page of a problem': await get('/nothing', page),
    'the start': await get('/', page),
    'the console': await sales.get('/console'),
    'a redirect after a form': await submit(form, lead),
    'a redirect of a slash': await get('/withdrawals/'),
    'a redirect of the icon': await get('/favicon.ico'),
    'a lead, stored': await post(form, lead),
    'a choice': await post('/consents', { ...choice, chosen_at: noon.toISOString() }),
    'a preflight': await app.request(origin + form, {
      method: 'OPTIONS',
      headers: { Origin: 'https://www.example.com' },
    }),
    'a challenge': await get('/challenge?form=mini-ai-experience'),
    'policies, as data': await get('/policies/current'),
    health: await get('/health'),
    'a problem': await post(form, {}),
    'a problem of another website': await post(form, lead, { Origin: 'https://evil.example' }),
    'leads without a token': await get('/leads'),
    leads: await pull('/leads'),
    'leads as CSV': await get('/leads', { Authorization: `Bearer ${await token('sales')}`, Accept: 'text/csv' }),
    'the description': await get('/docs', page),
    'the description, as data': await get('/openapi.json'),
    'the widget': await get('/widget.js'),
    'a style': await get('/styles.css'),
    'a picture': await get('/favicon.svg'),
    'a method that is not there': await ask('PUT', '/leads', {}),
  };
  for (const [what, { headers }] of Object.entries(answers)) {
    expect(headers.get('Permissions-Policy'), what).toBe(permissions);
    const policy = headers.get('Content-Security-Policy') ?? '';
    for (const directive of [
      /^default-src 'none';/,
      /; form-action '(self|none)'/,
      /; base-uri 'none'/,
      /; frame-ancestors 'none'/,
    ])
      expect(policy, what).toMatch(directive);
    expect(headers.get('X-Content-Type-Options'), what).toBe('nosniff');
    const kept = /^max-age=(\d+); includeSubDomains$/.exec(headers.get('Strict-Transport-Security') ?? '');
    expect(Number(kept?.[1]), what).toBeGreaterThanOrEqual(365 * 86_400);
    expect(headers.get('Referrer-Policy'), what).toMatch(/^(strict-origin-when-cross-origin|same-origin|no-referrer)$/);
    // Without a directive of its own, plug-ins fall under default-src.
    expect(policy, what).not.toMatch(/object-src|unsafe|\*/);
    const isPage = headers.get('Content-Type')?.startsWith('text/html');
    if (!isPage) expect(policy, what).toContain("form-action 'none'");
  }
});
