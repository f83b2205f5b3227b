/// <reference path="../../widget/css.d.ts" />
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { expect } from 'vitest';
import { createSigner } from '../../db/vault/signer.ts';
import type {} from '../../widget/api.ts';
import { buildWidget } from '../../widget/build.ts';
import { describeReceipt } from '../../worker/consents/receipt.ts';
import { checkBot, issueChallenge } from '../../worker/guards/bot-check.ts';
import { findForm } from '../../worker/shared/fields.ts';
import type { WrittenPolicies } from '../../worker/shared/written-policies.ts';
import { closePages, openBrowser } from '../support/browser.ts';
import { type Policies, policies } from './policies.ts';

/** A request that reached the page's host or the product's. */
export interface Seen {
  host: string;
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  // biome-ignore lint/suspicious/noExplicitAny: whatever JSON the widget sent
  body: any;
}

/** An answer of the product; `gone` cuts the connection. */
export type Reply = { status: number; body?: unknown; headers?: Record<string, string> } | 'gone';

interface Visit extends BrowserContextOptions {
  path?: string;
  /** Runs before the page is opened. */
  before?: (page: Page) => unknown;
}

export type Site = Awaited<ReturnType<typeof openSite>>;

const signer = createSigner([Buffer.alloc(32, 1)]);

const readForm = (path: string) => findForm(/[\w-]+$/.exec(path)?.[0])!;

const dist = join(import.meta.dirname, '../../widget/dist');

const defaults = () => ({
  html: pageWith(''),
  /**
   * Headers of the page, like its Content-Security-Policy. `HOST` stands for the product's origin, here and in html.
   */
  pageHeaders: {} as Record<string, string>,
  /** The policy in force, and the one that comes into force next: the server writes both into the script. */
  policies: policies as Policies | undefined,
  next: undefined as Policies | undefined,
  /** Whether the server writes them. Where it does not, the widget asks. */
  isWritten: true,
  announcement: undefined as WrittenPolicies['announcement'],
  /** Whether the product allows the page's origin. */
  isAllowed: true,
  /** Paths of the product that fail, how often each. */
  failing: {} as Record<string, number>,
  /** Paths of the product that never answer, how often each. */
  stalling: {} as Record<string, number>,
  /** Scripts on the page's own host, by path, which gated elements load. */
  files: {} as Record<string, string>,
  /** The mark of each proof that came with a form, or the reason for which it was refused. */
  proofs: [] as string[],
  spent: new Set<string>(),
  onChallenge: ({ path }: Seen): Reply => ({ status: 200, body: issueChallenge(signer, readForm(path), new Date()) }),
  onConsent: (_: Seen): Reply | Promise<Reply> => ({ status: 201, body: {} }),
  onLead: (_: Seen): Reply | Promise<Reply> => ({ status: 201, body: { receipt_code: 'LC-7Q4M-9XTR-2HKD' } }),
});

/** Expects a condition to become true within five seconds, because a browser on a busy machine takes its time. */
export const eventually = <T>(read: () => T) => expect.poll(read, { timeout: 5_000 });

function writePolicy(written: Policies | undefined) {
  if (!written) return null;
  const { version, effective_at, choices_hold_since } = written.en;
  return { version, effective_at, choices_hold_since, texts: written };
}

/** Returns a page that embeds the widget as a customer would. */
export function pageWith(body: string, { lang = 'en', head = '' } = {}): string {
  return `<!doctype html><html lang="${lang}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>Shop</title>
<script src="HOST/widget.js" crossorigin defer></script>${head}</head><body><main><h1>Shop</h1>${body}</main></body></html>`;
}

/** The form's element with its plain link, as docs/embedding.md shows it. */
export const formElement =
  '<div data-lead-form="mini-ai-experience"><a href="HOST/forms/mini-ai-experience">Form</a></div>';

/**
 * Opens a browser, a page at www.shop.localhost, and a server at leads.shop.localhost that answers as the product does.
 * Both names are this machine; to the browser they are different origins of one site.
 */
export async function openSite() {
  await buildWidget();
  const browser = await openBrowser();
  const seen: Seen[] = [];
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request.setEncoding('utf8')) text += chunk;
    const { method = '', url: path = '', headers } = request;
    const entry = { host: headers.host!.split(':')[0]!, method, path, headers, body: text && JSON.parse(text) };
    if (method !== 'OPTIONS') seen.push(entry);
    if (entry.host.startsWith('leads.')) await answerAsProduct(entry, response);
    else answerAsPage(entry, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const host = `http://leads.shop.localhost:${port}`;
  const page = `http://www.shop.localhost:${port}`;
  const fill = (text: string) => text.replaceAll('HOST', host);

  const site = { ...defaults(), host, page, seen, posts, visit, reset, close };
  return site;

  async function answerAsProduct(request: Seen, response: ServerResponse) {
    const { pathname, searchParams } = new URL(request.path, host);
    const isReadable = /^\/widget[./]/.test(pathname);
    if (isReadable) response.setHeader('Access-Control-Allow-Origin', '*');
    else if (site.isAllowed) response.setHeader('Access-Control-Allow-Origin', request.headers.origin ?? '*');
    response.setHeader('Access-Control-Allow-Credentials', 'true');
    response.setHeader('Access-Control-Allow-Headers', 'content-type, idempotency-key');
    response.setHeader('Access-Control-Expose-Headers', 'Retry-After');
    if (request.method === 'OPTIONS') return response.writeHead(204).end();
    if (pathname.endsWith('/receipt')) return send(response, { status: 200, body: showReceipt(pathname) });
    if (pathname === '/consents') return send(response, await site.onConsent(request));
    if (pathname === '/challenge') return send(response, await site.onChallenge(request));
    if (pathname.startsWith('/forms/')) return send(response, await answerLead(request));
    const policy = pathname === '/policies/current' && site.policies?.[searchParams.get('lang') as keyof Policies];
    if (policy) return send(response, { status: 200, body: policy });
    const file = join(dist, pathname);
    if (!/^\/widget[./]/.test(pathname) || !existsSync(file)) return send(response, { status: 404, body: {} });
    for (const part of Object.keys(site.failing))
      if (pathname.includes(part) && site.failing[part]!-- > 0) return send(response, { status: 404, body: {} });
    for (const part of Object.keys(site.stalling)) if (pathname.includes(part) && site.stalling[part]!-- > 0) return;
    response.writeHead(200, { 'Content-Type': file.endsWith('.js') ? 'text/javascript' : 'text/css' });
    const text = readFileSync(file, 'utf8');
    const isScript = pathname === '/widget.js' && site.isWritten;
    return response.end(isScript ? text.replace('})(0);', () => `})(${JSON.stringify(write())});`) : text);
  }

  function write(): WrittenPolicies {
    const { cookie } = site.policies?.en ?? policies.en;
    return {
      cookie,
      current: writePolicy(site.policies),
      next: writePolicy(site.next),
      announcement: site.announcement,
    };
  }

  /** Returns the receipt, as the product gives it, of the choices that were posted. */
  function showReceipt(path: string) {
    const sent = posts('/consents').filter(({ body }) => path.includes(body.visitor_id));
    const choices = sent.map(({ body }) => ({ ...body, id: body.visitor_id }));
    const { version, published_at, effective_at } = policies.en;
    const documents = Object.values(policies).map(({ locale, sha256, purposes, agreements }) => ({
      locale,
      sha256,
      purposes,
      summary: null,
      agreements,
    }));
    const policy = { version, published_at, effective_at, change_class: 'significant' as const, documents };
    const controller = { public_url: host, controller_name: 'Example', controller_contact: undefined };
    return describeReceipt(choices.reverse(), [policy], controller, new Date());
  }

  /** Checks the proof of work as the product does, and accepts each once. */
  async function answerLead(request: Seen): Promise<Reply> {
    const proof = checkBot(signer, readForm(request.path), request.body, new Date());
    const mark = typeof proof === 'string' ? proof : proof.proof;
    site.proofs.push(mark);
    if (mark === proof || site.spent.has(mark))
      return { status: 403, body: { type: `${host}/problems/bot-check-failed`, status: 403 } };
    const reply = await site.onLead(request);
    if (reply !== 'gone' && reply.status === 201) site.spent.add(mark);
    return reply;
  }

  function answerAsPage({ path }: Seen, response: ServerResponse) {
    const { pathname } = new URL(path, page);
    const script = site.files[pathname];
    if (script !== undefined) return response.writeHead(200, { 'Content-Type': 'text/javascript' }).end(script);
    if (pathname.includes('.')) return response.writeHead(404).end();
    for (const [name, value] of Object.entries(site.pageHeaders)) response.setHeader(name, fill(value));
    return response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' }).end(fill(site.html));
  }

  function send(response: ServerResponse, reply: Reply) {
    if (reply === 'gone') return response.destroy();
    const { status, headers, body } = reply;
    return response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(body));
  }

  /** Lists the posts to a path of the product. */
  function posts(path: string): Seen[] {
    return seen.filter(it => it.method === 'POST' && it.path.startsWith(path));
  }

  /** Opens the page as a new visitor and waits until the widget is ready. */
  async function visit({ path = '/', before, ...options }: Visit = {}): Promise<Page> {
    const context = await browser.newContext({ reducedMotion: 'reduce', ...options });
    context.setDefaultTimeout(5_000);
    const tab = await context.newPage();
    await before?.(tab);
    await tab.goto(page + path);
    await tab.evaluate(() => window.leadConsent?.ready);
    return tab;
  }

  /** Resets all: visitors, requests and settings. */
  async function reset() {
    await closePages(browser);
    Object.assign(site, defaults());
    seen.length = 0;
  }

  async function close() {
    await closePages(browser);
    server.closeAllConnections();
    server.close();
  }
}
