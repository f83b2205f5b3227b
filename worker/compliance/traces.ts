import { readKnownTexts, readLatestRows } from '../../db/compliance/texts.ts';
import { openSearch, type Search } from '../../db/traces.ts';
import type { LeadValues } from '../../db/vault/vault.ts';
import type { Services } from '../context.ts';

/** Rows of each table that are searched: on a server, and where a database bills for each row that is read. */
const rows_per_table = { node: 2_000, workers: 200 };

/** Bytes of files that one check searches, and those that it searches before others get their turn. */
const most_bytes = 128 * 1_024 * 1_024;

/** Values that are added to a search before others get their turn: some milliseconds of work. */
const values_per_turn = 50;

/** Characters that a company's name must have, none of them ASCII, before it tells of anybody. */
const telling = /[^\0-\x7f]{6}/;

/** Characters that a line of a note must have before it tells of anybody. */
const telling_note = /[^\0-\x7f]{6}|.{16}/;

/** Where values of leads were found in clear, as numbers of values. */
export interface Traces {
  /** Leads whose values were looked for. */
  leads: number;
  rows: number;
  in_rows: number;
  deliveries: number;
  in_deliveries: number;
  /** Bytes of the database's files; 0 where there are none to read. */
  bytes: number;
  in_files: number;
  log_bytes: number;
  in_logs: number;
  /** Where the next check goes on in files that are too large for one. */
  position: number;
}

/**
 * Looks for the values of leads in the latest rows of every table, in the database's files and in the log: phone
 * numbers, e-mail addresses, long names of companies and notes.
 *
 * Because a name may be that of a member of staff, and a short word stands anywhere, neither is looked for; nor is what
 * a policy or a setting says.
 */
export async function findTraces(
  { db, files, settings }: Pick<Services, 'db' | 'files' | 'settings'>,
  leads: NotedValues[],
  position: number,
): Promise<Traces> {
  const known = `${await readKnownTexts(db)}${settings.controller_name} ${settings.controller_contact}`;
  const values = new Set(leads.flatMap(listTelling));
  const search = openSearch();
  for (const [n, value] of [...values].entries()) {
    if (!known.includes(value)) search.add(value);
    if (n % values_per_turn === 0) await db.rest();
  }
  const traces: Traces = {
    ...{ leads: leads.length, rows: 0, in_rows: 0, deliveries: 0, in_deliveries: 0 },
    ...{ bytes: 0, in_files: 0, log_bytes: 0, in_logs: 0, position: 0 },
  };
  for await (const { table, rows, text } of readLatestRows(db, rows_per_table[files ? 'node' : 'workers'])) {
    const found = search.find(Buffer.from(text)).length;
    const isDelivery = table === 'deliveries';
    traces[isDelivery ? 'deliveries' : 'rows'] += rows;
    traces[isDelivery ? 'in_deliveries' : 'in_rows'] += found;
  }
  const stored = await searchFiles(db, search, (await files?.listDatabase()) ?? [], files, position);
  const logs = await searchFiles(db, search, ((await files?.listLogs()) ?? []).toReversed(), files, 0);
  return {
    ...traces,
    ...{ bytes: stored.bytes, in_files: stored.found, position: stored.position },
    ...{ log_bytes: logs.bytes, in_logs: logs.found },
  };
}

type NotedValues = LeadValues & { note: string | null };

function listTelling({ phone, email, company, note }: NotedValues): string[] {
  const national = /^\+86(\d+)/.exec(phone)?.[1];
  return [
    phone,
    ...(national && national.length > 8 ? [national] : []),
    email,
    ...(telling.test(company) ? [company] : []),
    ...(note ?? '').split('\n').filter(line => telling_note.test(line)),
  ];
}

/**
 * Searches files one after the other, from a place on in all of them, up to the most that one check reads. The next
 * check goes on from the position that is returned, which is 0 where the end was reached.
 */
async function searchFiles(
  { rest }: Pick<Services['db'], 'rest'>,
  search: Search,
  paths: { path: string; bytes: number }[],
  files: Services['files'],
  position: number,
) {
  const found = new Set<string>();
  let read = 0;
  let skipped = 0;
  for (const { path, bytes } of paths) {
    if (skipped + bytes <= position) {
      skipped += bytes;
      continue;
    }
    const from = Math.max(0, position - skipped);
    let tail: Uint8Array = new Uint8Array();
    for await (const piece of files!.read(path, from)) {
      const text = Buffer.concat([tail, piece]);
      for (const { value } of search.find(text)) found.add(value);
      tail = text.subarray(Math.max(0, text.length - Math.max(0, search.longest_bytes - 1)));
      read += piece.length;
      await rest();
      if (read >= most_bytes) return { found: found.size, bytes: read, position: position + read };
    }
    skipped += bytes;
  }
  return { found: found.size, bytes: read, position: 0 };
}
