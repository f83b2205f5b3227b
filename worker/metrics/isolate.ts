import type { Meter } from '../context.ts';
import { writeGauges } from './text.ts';

/**
 * Creates what counts on Workers: in one isolate, since that began.
 *
 * Because each scrape reaches another isolate, these are gauges and no counters: nobody can add them up, and what one tells
 * by itself is a ratio, such as the rows of a request. Time is not measured, because the clock of an isolate stands still
 * while it computes.
 *
 * @param began When the isolate began.
 */
export function createIsolateMeter(began: Date): Meter {
  let requests = 0;
  const rows = { read: 0, written: 0 };
  let size_bytes: number | undefined;
  return {
    begin: () => 0,
    countAnswer() {
      requests += 1;
    },
    countRun() {},
    countRows(read, written, database_bytes) {
      rows.read += read;
      rows.written += written;
      size_bytes = database_bytes;
    },
    write: async () =>
      writeGauges([
        {
          name: 'lead_consent_isolate_started_timestamp_seconds',
          help: 'When the isolate that answers began.',
          samples: [[{}, began.getTime() / 1_000]],
        },
        {
          name: 'lead_consent_isolate_requests',
          help: 'Requests that this isolate has answered.',
          samples: [[{}, requests]],
        },
        {
          name: 'lead_consent_isolate_d1_rows',
          help: 'Rows of D1 that this isolate has read and written, as Cloudflare bills them.',
          samples: [
            [{ act: 'read' }, rows.read],
            [{ act: 'written' }, rows.written],
          ],
        },
        {
          name: 'lead_consent_database_size_bytes',
          help: 'Size of the D1 database.',
          samples: size_bytes === undefined ? [] : [[{}, size_bytes]],
        },
      ]),
  };
}
