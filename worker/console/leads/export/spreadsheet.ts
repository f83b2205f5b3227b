import { writeXlsxStream } from 'hucre/xlsx';
import type { LeadPage } from '../../../../db/leads/read.ts';
import { followPages } from '../../../http/stream.ts';
import type { LeadFile } from '../../../leads/export.ts';
import type { Reader } from '../../reader.ts';
import { listColumns, writeRows } from './sheet.ts';

/** Makes the spreadsheet for people. Its cells hold texts, in which nothing is a formula and no phone is a number. */
export function spreadsheetFor(reader: Reader): LeadFile {
  return {
    type: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    ending: 'xlsx',
    stream(first, readNext, isClear) {
      const columns = listColumns(reader, isClear);
      const heads = columns.map(({ head, width }) => ({ header: head, width }));
      const rows = readRows(followPages(first, readNext), page => writeRows(columns, page));
      return writeXlsxStream(rows, { name: reader.text.nav.leads, columns: heads, freezePane: { rows: 1 } });
    },
  };
}

async function* readRows(pages: AsyncIterable<LeadPage>, write: (page: LeadPage) => string[][]) {
  for await (const page of pages) for (const row of write(page)) yield row.map(text => (text ? writeCell(text) : null));
}

/**
 * Writes a text as a cell shows it. Because XML has no place for U+FFFE and U+FFFF, and no program opens a file with
 * one, others stand for them. Because `_x0041_` means a character in a cell, its underscore is written so.
 */
function writeCell(text: string): string {
  return text.replace(/[\ufffe\uffff]/g, '\ufffd').replace(/_(?=x[0-9a-f]{4}_)/gi, '_x005F_');
}
