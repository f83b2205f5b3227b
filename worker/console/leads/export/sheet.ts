import type { LeadPage } from '../../../../db/leads/read.ts';
import { writeHead, writeRow } from '../../../http/csv.ts';
import { streamPages } from '../../../http/stream.ts';
import { writeZone } from '../../../http/times.ts';
import type { LeadFile } from '../../../leads/export.ts';
import { writeLocal } from '../../incidents/local-time.ts';
import { writePhone } from '../../phones.ts';
import type { Reader } from '../../reader.ts';
import { isOpen, type OpenLead } from '../rows.ts';

/** Leads in one file for people, at most. A sheet ends after 1,048,576 rows, and nobody reads so many. */
export const most_rows = 100_000;

interface Column {
  head: string;
  /** Its width in a spreadsheet, in characters. */
  width: number;
  write(lead: OpenLead): string;
}

/**
 * Makes the columns of a file for people, in the reader's words and time zone. Every cell is a text: times are
 * `2026-11-23 12:00`, and phones are spelled as people dial them. Notes stand in a file in clear alone.
 */
export function listColumns(reader: Reader, isClear: boolean): Column[] {
  const { text, locale, time_zone, now } = reader;
  const { lead, fields } = text;
  const zone = (head: string) => `${head} (${writeZone(locale, time_zone, now)})`;
  const time = (at: string) => writeLocal(new Date(at), time_zone).replace('T', ' ');
  return [
    { head: zone(lead.received), width: 24, write: ({ received_at }) => time(received_at) },
    { head: fields.name!, width: 16, write: ({ name }) => name },
    { head: fields.company!, width: 32, write: ({ company }) => company },
    { head: fields.phone!, width: 20, write: ({ phone }) => writePhone(phone, text.extension) },
    { head: fields.email!, width: 30, write: ({ email }) => email },
    { head: lead.from, width: 14, write: ({ form }) => text.forms[form] ?? form },
    { head: fields.status!, width: 12, write: ({ status }) => text.statuses[status] ?? status },
    { head: fields.assigned_to!, width: 16, write: ({ assigned_to }) => assigned_to ?? '' },
    { head: fields.follow_up_on!, width: 12, write: ({ follow_up_on }) => follow_up_on ?? '' },
    {
      head: fields.closed_reason!,
      width: 16,
      write: ({ closed_reason: why }) => text.closed_reasons[why ?? ''] ?? why ?? '',
    },
    ...(isClear ? [{ head: fields.note!, width: 40, write: ({ note }: OpenLead) => note ?? '' }] : []),
    { head: zone(lead.changed), width: 24, write: ({ changed_at }) => time(changed_at) },
    { head: lead.policy, width: 14, write: ({ policy_version }) => policy_version },
    { head: text.audit.lead, width: 38, write: ({ id }) => id },
  ];
}

/** Writes leads as rows of cells. */
export function writeRows(columns: Column[], { leads }: LeadPage): string[][] {
  return leads.filter(isOpen).map(lead => columns.map(({ write }) => write(lead)));
}

/** Makes the CSV for people. */
export function csvFor(reader: Reader): LeadFile {
  return {
    type: 'text/csv; charset=utf-8',
    ending: 'csv',
    stream(first, readNext, isClear) {
      const columns = listColumns(reader, isClear);
      const write = (page: LeadPage) => writeRows(columns, page).map(writeRow);
      return streamPages(first, readNext, write, writeHead(columns.map(({ head }) => head)));
    },
  };
}
