import type { Handler } from 'hono';
import { digest } from '../../db/vault.ts';
import type { App } from '../context.ts';
import { script } from './script.ts';
import { consoleStyles } from './styles.ts';

/** Kept for ever by browsers: the address changes with the content. */
const cache_control = 'public, max-age=31536000, immutable';

export const stylesPath = `/console/styles.css?v=${digest(consoleStyles).slice(0, 8)}`;
export const iconPath = '/console/icon.svg';
export const scriptPath = `/console/script.js?v=${digest(script).slice(0, 8)}`;

const icon =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path fill="#0b6a62" d="M1 15V8a7 7 0 1 1 7 7z"/></svg>';

export const showConsoleIcon: Handler<App> = c =>
  c.body(icon, 200, { 'Content-Type': 'image/svg+xml', 'Cache-Control': 'public, max-age=86400' });

/** `GET /console/styles.css` and `/console/script.js`: no secret, so no session. */
export const showConsoleStyles: Handler<App> = c =>
  c.body(consoleStyles, 200, { 'Content-Type': 'text/css; charset=utf-8', 'Cache-Control': cache_control });

export const showConsoleScript: Handler<App> = c =>
  c.body(script, 200, { 'Content-Type': 'text/javascript; charset=utf-8', 'Cache-Control': cache_control });
