import type { Context } from 'hono';
import type { Lead } from '../../db/leads/lead.ts';
import { changeNumber, type LeadPage, type LeadQuery, listMatches, type View } from '../../db/leads/read.ts';
import type { App } from '../context.ts';
import { chooseType } from '../http/negotiate.ts';
import { logFailure } from '../http/problems/failure.ts';
import { streamPages, writeLines } from '../http/stream.ts';

/**
 * Leads read, recorded and sent at a time: few enough that other requests get their turn, enough to spread one
 * sync over many.
 */
const page_limit = 500;

const columns = [
  'id',
  'form',
  'status',
  'assigned_to',
  'name',
  'phone',
  'email',
  'company',
  'policy_version',
  'received_at',
  'changed_at',
  'earlier_lead_id',
] as const;

const formats = {
  'application/x-ndjson': { type: 'application/x-ndjson', head: '', write: writeLines, ending: 'ndjson' },
  'text/csv': {
    type: 'text/csv; charset=utf-8',
    head: `\ufeff${columns.join(',')}\r\n`,
    write: (leads: Lead[]) => leads.map(writeRow).join(''),
    ending: 'csv',
  },
};
export type ExportFormat = keyof typeof formats;

/** Chooses the format of a stream by `Accept`; undefined for JSON, which is not a stream. */
export function readExportFormat(c: Context<App>): ExportFormat | undefined {
  const type = chooseType(c, ['application/json', 'application/x-ndjson', 'text/csv']);
  return type === 'application/json' ? undefined : type;
}

/**
 * Streams all leads that match, each once, a page at a time and only as fast as the client reads.
 *
 * Because a page that fails breaks the connection, a part never ends as if it were whole. Because the cursor is taken
 * before the first page, the feed after it holds every change made meanwhile.
 *
 * @param linkFrom Returns the link to the feed after a number, for programs that go on from there.
 */
export async function streamLeads(
  c: Context<App>,
  format: ExportFormat,
  asked: LeadQuery,
  view: View,
  linkFrom?: (seq: number) => string,
): Promise<Response> {
  const { services } = c.var;
  const { type, head, write, ending } = formats[format];
  const link = linkFrom?.(await changeNumber(services.db));
  const query = { ...asked, limit: page_limit };
  const readPage = (after: LeadPage['end']) => listMatches(services, query, after, view, services.now());
  const readNext = (after: LeadPage['end']) =>
    readPage(after).catch(error => {
      logFailure(c, error);
      throw error;
    });
  const pages = streamPages(
    await readPage(undefined),
    ({ end }) => readNext(end),
    page => write(page.leads),
    head,
  );
  const day = services.now().toISOString().slice(0, 10);
  return c.body(pages, 200, {
    'Content-Type': type,
    'Content-Disposition': `attachment; filename="leads-${day}.${ending}"`,
    'Cache-Control': 'private, no-store',
    ...(link && { Link: link }),
  });
}

/**
 * Writes a lead as a row of CSV.
 *
 * @see RFC 4180
 */
function writeRow(lead: Lead): string {
  const values = lead as Partial<Record<string, string | null>>;
  return `${columns.map(column => writeCell(values[column] ?? '')).join(',')}\r\n`;
}

/**
 * Writes a cell.
 *
 * Because a spreadsheet runs what begins like a formula, and takes a phone for a number, an apostrophe marks such a text;
 * also inside a cell, where a program that knows only semicolons or tabs begins a new one. Because LibreOffice splits
 * at commas, semicolons and tabs at once, a cell with any of them stands in quotes.
 */
function writeCell(value: string): string {
  const safe = value.replace(/(^|[;\t\r\n])(?=[\s"]*[=+\-@＝＋－＠]|[\t\r\n])/g, "$1'");
  return /[",;\t\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
