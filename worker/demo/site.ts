import { type Context, Hono } from 'hono';
import { currentPolicy } from '../../db/policies/force.ts';
import { listPolicies } from '../../db/policies/read.ts';
import type { App, Services } from '../context.ts';
import { localeOf } from '../http/language.ts';
import type { Content, Page } from './layout.ts';
import { renderHome, renderProduct } from './pages.ts';
import { demoStyles } from './styles.ts';
import { visits } from './visits.ts';

const policy = [
  ...["default-src 'self'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:", "object-src 'none'"],
  ...["base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'"],
].join('; ');

/**
 * Creates the website of a made-up company, which shows the product at work in a real page. It is never
 * served in production.
 */
export function createDemo({ db, now, settings }: Pick<Services, 'db' | 'now' | 'settings'>): Hono<App> {
  const demo = new Hono<App>();
  const show = (render: (page: Page) => Content) => async (c: Context<App>) => {
    const locale = localeOf(c);
    const version = currentPolicy(await listPolicies(db), now())?.version ?? 'current';
    const { public_url: host } = settings;
    const page = {
      locale,
      host,
      path: c.req.path,
      policy_url: `/policies/${version}?lang=${locale}`,
      filings: settings,
    };
    return c.html(String(await render(page)), 200, {
      'Content-Language': locale,
      'Content-Security-Policy': policy,
      'Cache-Control': 'no-cache',
      Vary: 'Accept-Language',
    });
  };
  demo.get('/', show(renderHome));
  demo.get(
    '/mini-ai',
    show(page => renderProduct(page, 'mini-ai')),
  );
  demo.get(
    '/cooperation',
    show(page => renderProduct(page, 'cooperation')),
  );
  demo.get('/demo.css', c =>
    c.body(demoStyles, 200, { 'Content-Type': 'text/css; charset=utf-8', 'Cache-Control': 'no-cache' }),
  );
  demo.get('/demo/visits.js', c =>
    c.body(visits, 200, { 'Content-Type': 'text/javascript; charset=utf-8', 'Cache-Control': 'no-cache' }),
  );
  return demo;
}
