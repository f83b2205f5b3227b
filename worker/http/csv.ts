/** Writes the first line of a CSV, behind the mark by which a spreadsheet knows UTF-8. */
export function writeHead(columns: readonly string[]): string {
  return `\ufeff${writeRow(columns)}`;
}

/**
 * Writes a row of CSV.
 *
 * @see RFC 4180
 */
export function writeRow(values: readonly string[]): string {
  return `${values.map(writeCell).join(',')}\r\n`;
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
