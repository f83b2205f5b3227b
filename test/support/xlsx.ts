import { strFromU8, unzipSync } from 'fflate';

/** A cell of a sheet, as the file has it: where it stands, of which type it is, and its text. */
interface Cell {
  at: string;
  type: string;
  text: string;
}

/**
 * Reads the first sheet of a spreadsheet, with a reader that shares nothing with what writes it.
 *
 * @throws Where the archive is broken, a part is missing, or anything but cells of text stands in a row.
 */
export function readSheet(bytes: Uint8Array): Cell[][] {
  const parts = unzipSync(bytes);
  const read = (path: string) => {
    if (!parts[path]) throw new Error(`${path} is missing`);
    return strFromU8(parts[path]);
  };
  if (!read('[Content_Types].xml').includes('/xl/worksheets/sheet1.xml')) throw new Error('the sheet has no type');
  if (!read('xl/_rels/workbook.xml.rels').includes('worksheets/sheet1.xml'))
    throw new Error('the sheet has no relation');
  if (!read('xl/workbook.xml').includes('<sheet ')) throw new Error('the workbook has no sheet');
  const [, data] = /<sheetData>(.*)<\/sheetData><\/worksheet>$/s.exec(read('xl/worksheets/sheet1.xml')) ?? [];
  if (data === undefined) throw new Error('the sheet has no data');
  return splitAll(data, /<row r="\d+">(.*?)<\/row>/gs).map(row =>
    placeCells(splitAll(row, /(<c .*?<\/c>)/gs).map(readCell)),
  );
}

/** Puts cells where they stand, as far as column Z; a gap is an empty cell. */
function placeCells(cells: Cell[]): Cell[] {
  const last = cells.at(-1)!.at.charCodeAt(0) - 'A'.charCodeAt(0);
  return Array.from({ length: last + 1 }, (_, place) => {
    const letter = String.fromCharCode('A'.charCodeAt(0) + place);
    return cells.find(({ at }) => at.replace(/\d+$/, '') === letter) ?? { at: '', type: '', text: '' };
  });
}

const cell = /^<c r="([A-Z]+\d+)" t="(\w+)"><is><t(?: xml:space="preserve")?>([^<]*)<\/t><\/is><\/c>$/;

function readCell(xml: string): Cell {
  const [, at, type, text] = cell.exec(xml) ?? [];
  if (!at || !type || text === undefined) throw new Error(`no cell of text: ${xml}`);
  if (/[\ufffe\uffff]|[^\P{Cc}\t\n]/u.test(text)) throw new Error(`no XML: ${JSON.stringify(text)}`);
  return { at, type, text: readText(text) };
}

/** Returns what a text of XML means in a cell. */
function readText(xml: string): string {
  const entities: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
  const text = xml.replace(/&(\w+);/g, (_, name: string) => {
    if (!entities[name]) throw new Error(`no entity: ${name}`);
    return entities[name];
  });
  return text.replace(/_x([0-9A-F]{4})_/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}

/** Splits a text into the matches of which it must consist wholly. */
function splitAll(text: string, part: RegExp): string[] {
  const found = [...text.matchAll(part)];
  if (found.map(([whole]) => whole).join('') !== text)
    throw new Error(`something else stands in ${text.slice(0, 300)}`);
  return found.map(([, inner]) => inner!);
}
