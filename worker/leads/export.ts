import type { Context } from 'hono';
import { type AuditEvent, recordEvent, takeNumber } from '../../db/audit/record.ts';
import type { Lead } from '../../db/leads/lead.ts';
import {
  changeNumber,
  type LeadPage,
  type LeadQuery,
  listChosen,
  listMatches,
  type View,
} from '../../db/leads/read.ts';
import type { App } from '../context.ts';
import { whileAllowed } from '../guards/while-allowed.ts';
import { writeHead, writeRow } from '../http/csv.ts';
import { chooseType } from '../http/negotiate.ts';
import { logFailure } from '../http/problems/failure.ts';
import { stream_headers, streamPages, writeLines } from '../http/stream.ts';

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

/** Reads the page of leads after another. */
type ReadNext = (page: LeadPage) => Promise<LeadPage>;

/** A format of files of leads: how it is called, and how its pages become bytes. In clear there are notes. */
export interface LeadFile {
  type: string;
  ending: string;
  stream(first: LeadPage, readNext: ReadNext, isClear: boolean): ReadableStream<Uint8Array>;
}

/** The formats for programs. */
export const formats = {
  'application/x-ndjson': {
    type: 'application/x-ndjson',
    ending: 'ndjson',
    stream: (first: LeadPage, readNext: ReadNext) => streamPages(first, readNext, page => writeLines(page.leads)),
  },
  'text/csv': {
    type: 'text/csv; charset=utf-8',
    ending: 'csv',
    stream(first: LeadPage, readNext: ReadNext, isClear: boolean) {
      const shown = isClear ? clear_columns : columns;
      const write = ({ leads }: LeadPage) => leads.map(lead => writeLead(lead, shown));
      return streamPages(first, readNext, write, writeHead(shown));
    },
  },
} satisfies Record<string, LeadFile>;

/** Chooses the format of a stream by `Accept`; undefined for JSON, which is not a stream. */
export function readExportFormat(c: Context<App>): keyof typeof formats | undefined {
  const type = chooseType(c, ['application/json', 'application/x-ndjson', 'text/csv']);
  return type === 'application/json' ? undefined : type;
}

/** An export says this besides its leads. */
interface Said {
  /** The day in the file's name; that of UTC unless told otherwise. */
  day?: string;
  /** Number of leads, where they were counted. The event of an export in clear names it. */
  count?: number;
  /** Returns the link to the feed after a number, for programs that go on from there. */
  linkFrom?: (seq: number) => string;
}

/**
 * Streams all leads that match, or that were chosen, each once, a page at a time and only as fast as the client reads.
 *
 * Because a page that fails, or that its reader may not have any more, breaks the connection, a part never ends as if it
 * were whole. Because the cursor is taken before the first page, the feed after it holds every change made meanwhile.
 *
 * An export in clear is an event of its own, beside those of its pages.
 */
export async function streamLeads(
  c: Context<App>,
  { type, ending, stream }: LeadFile,
  asked: LeadQuery | { chosen: string[] },
  view: View,
  { day, count, linkFrom }: Said,
): Promise<Response> {
  const { services } = c.var;
  const name = `leads-${day ?? services.now().toISOString().slice(0, 10)}.${ending}`;
  const link = linkFrom?.(await changeNumber(services.db));
  if ('clear' in view) {
    const fields = count === undefined ? ending : `${ending}:${count}`;
    const event: AuditEvent = { action: 'lead.exported', fields, ...(view.purpose && { purpose: view.purpose }) };
    await services.db.atomic([takeNumber(services.db), ...recordEvent(services.db, view.clear, event, services.now())]);
  }
  // Because it reads each lead once, it asks for no known masks, and drops none that a list needs.
  const { db, vault, now } = services;
  const readPage = (after: LeadPage['end']) =>
    'chosen' in asked
      ? listChosen({ db, vault }, asked.chosen, after, view, now())
      : listMatches({ db, vault }, { ...asked, limit: page_limit }, after, view, now());
  const readNext = whileAllowed(c, 'clear' in view ? 'leads:reveal' : 'leads:read', ({ end }: LeadPage) =>
    readPage(end).catch(error => {
      logFailure(c, error);
      throw error;
    }),
  );
  return c.body(stream(await readPage(undefined), readNext, 'clear' in view), 200, {
    'Content-Type': type,
    'Content-Disposition': `attachment; filename="${name}"`,
    'Cache-Control': 'private, no-store',
    ...stream_headers,
    ...(link && { Link: link }),
  });
}

/** Writes a lead as a row of CSV. */
function writeLead(lead: Lead, shown: readonly string[]): string {
  const values = lead as Partial<Record<string, string | null>>;
  return writeRow(shown.map(column => values[column] ?? ''));
}
