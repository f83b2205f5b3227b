import { nextTurn } from '../../db/turn.ts';

/**
 * Streams pages one after another, each read only when the client has taken the one before. Because a page that fails
 * breaks the connection, a part never ends as if it were whole. Other requests have their turn between two pages, also
 * where the client takes them at once.
 */
export function streamPages<Page extends { has_more: boolean }>(
  first: Page,
  readNext: (page: Page) => Promise<Page>,
  write: (page: Page) => string,
  head = '',
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let sent: Page | undefined;
  return new ReadableStream(
    {
      async pull(controller) {
        const page = sent ? await readNext(sent) : first;
        controller.enqueue(encoder.encode((sent ? '' : head) + write(page)));
        sent = page;
        if (!page.has_more) return controller.close();
        await nextTurn();
      },
    },
    { highWaterMark: 0 },
  );
}

/** Writes records as lines of JSON. */
export function writeLines(records: object[]): string {
  return records.map(record => `${JSON.stringify(record)}\n`).join('');
}
