import { nextTurn } from '../../db/turn.ts';

/**
 * Streams pages one after another, each read only when the client has taken the one before. Because a page that fails
 * breaks the connection, a part never ends as if it were whole.
 *
 * @param write Writes a page as lines.
 * @param head The line before all others.
 */
export function streamPages<Page extends { has_more: boolean }>(
  first: Page,
  readNext: (page: Page) => Promise<Page>,
  write: (page: Page) => string[],
  head = '',
): ReadableStream<Uint8Array> {
  const pages = followPages(first, readNext);
  let ahead = head;
  return new ReadableStream(
    {
      async pull(controller) {
        const { value, done } = await pages.next();
        if (done) return controller.close();
        controller.enqueue(encode([ahead, ...write(value)]));
        ahead = '';
      },
    },
    { highWaterMark: 0 },
  );
}

/** Encodes lines one by one, because V8 takes three times as long for one text of all, which holds two bytes a letter. */
function encode(lines: string[]): Uint8Array {
  return Buffer.concat(lines.map(line => Buffer.from(line)));
}

/** Headers of a stream. Because a proxy that gathers an answer takes pages before their reader wants them, nginx is told not to. */
export const stream_headers = { 'X-Accel-Buffering': 'no' };

/** Yields pages, each read when it is asked for. Other requests have their turn between two of them. */
export async function* followPages<Page extends { has_more: boolean }>(
  first: Page,
  readNext: (page: Page) => Promise<Page>,
): AsyncGenerator<Page, undefined> {
  for (let page = first; ; page = await readNext(page)) {
    yield page;
    if (!page.has_more) return undefined;
    await nextTurn();
  }
}

/** Writes records as lines of JSON. */
export function writeLines(records: object[]): string[] {
  return records.map(record => `${JSON.stringify(record)}\n`);
}
