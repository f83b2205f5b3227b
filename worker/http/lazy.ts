import type { Handler } from 'hono';
import { every } from 'hono/combine';
import type { App } from '../context.ts';

/** Names of a file's exports that are handlers of a route, as `factory.createHandlers` makes them. */
type HandlerNames<M> = {
  [N in keyof M]: M[N] extends readonly ((...args: never[]) => unknown)[] ? N : never;
}[keyof M];

/**
 * Makes handlers of a file that the first request for one of them loads.
 *
 * Because few isolates show the console, its pages do not belong to what every isolate loads before its first answer.
 */
export function lazy<M>(load: () => Promise<M>) {
  return (name: HandlerNames<M>): Handler<App> =>
    async (c, next) => {
      const handlers = (await load())[name] as Handler<App>[];
      await every(...handlers)(c, next);
    };
}
