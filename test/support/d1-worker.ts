import type { D1Database } from '@cloudflare/workers-types';

/** A unit of statements, or one statement alone. */
export interface Sent {
  isUnit: boolean;
  statements: { sql: string; params: unknown[] }[];
}

/** Runs what `d1.ts` sends on the D1 that is bound to it; an error's message is the answer's text. */
export default {
  async fetch(request: Request, { DB }: { DB: D1Database }): Promise<Response> {
    const { isUnit, statements } = (await request.json()) as Sent;
    const bound = statements.map(({ sql, params }) => DB.prepare(sql).bind(...params));
    try {
      return Response.json(isUnit ? await DB.batch(bound) : [await bound[0]!.all()]);
    } catch (error) {
      return new Response((error as Error).message, { status: 500 });
    }
  },
};
