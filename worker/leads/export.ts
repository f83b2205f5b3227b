import type { Context } from 'hono';
import { recordEvent, takeNumber } from '../../db/audit/record.ts';
import type { Lead } from '../../db/leads/lead.ts';
import { changeNumber, type LeadPage, type LeadQuery, listMatches, type View } from '../../db/leads/read.ts';
import type { App } from '../context.ts';
import { writeHead, writeRow } from '../http/csv.ts';
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
  'follow_up_on',
  'closed_reason',
] as const;

/** The columns of an export in clear, which has the notes too. */
const clear_columns = [...columns, 'note'] as const;

const formats = {
  'application/x-ndjson': { type: 'application/x-ndjson', head: () => '', write: writeLines, ending: 'ndjson' },
  'text/csv': {
    type: 'text/csv; charset=utf-8',
    head: writeHead,
    write: (leads: Lead[], shown: Columns) => leads.map(lead => writeLead(lead, shown)).join(''),
    ending: 'csv',
  },
};
type Columns = readonly string[];
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
 * An export in clear is an event of its own, beside those of its pages.
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
  if ('clear' in view) {
    const event = { action: 'lead.exported' as const, fields: ending, ...(view.purpose && { purpose: view.purpose }) };
    await services.db.atomic([takeNumber(services.db), ...recordEvent(services.db, view.clear, event, services.now())]);
  }
  const shown = 'clear' in view ? clear_columns : columns;
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
    page => write(page.leads, shown),
    head(shown),
  );
  const day = services.now().toISOString().slice(0, 10);
  return c.body(pages, 200, {
    'Content-Type': type,
    'Content-Disposition': `attachment; filename="leads-${day}.${ending}"`,
    'Cache-Control': 'private, no-store',
    ...(link && { Link: link }),
  });
}

/** Writes a lead as a row of CSV. */
function writeLead(lead: Lead, shown: Columns): string {
  const values = lead as Partial<Record<string, string | null>>;
  return writeRow(shown.map(column => values[column] ?? ''));
}
