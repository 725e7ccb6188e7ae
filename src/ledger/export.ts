/** The ledger as tables for people who do not read JSON. */
import { canonicalJson } from './canonical.ts';
import type { Line } from './entry.ts';

type Column = readonly [title: string, value: (line: Line) => string];

const COLUMNS: readonly Column[] = [
  ['seq', (line) => String(line.seq)],
  ['at', (line) => line.at],
  ['kind', (line) => line.kind],
  ['service', (line) => line.service],
  ['environment', (line) => line.environment],
  ['revision', (line) => line.revision ?? ''],
  ['incident', (line) => line.incident ?? ''],
  ['actor', (line) => line.actor],
  ['because', (line) => line.because],
  ['details', (line) => canonicalJson(line.details)],
  ['hash', (line) => line.hash],
];

/** RFC 4180. A cell that a spreadsheet would run as a formula begins with an apostrophe. */
export function toCsv(lines: readonly Line[]): string {
  const rows = [COLUMNS.map(([title]) => title), ...lines.map((line) => COLUMNS.map(([, value]) => value(line)))];
  return rows.map((row) => `${row.map(csvCell).join(',')}\r\n`).join('');
}

/** What spreadsheets take for a formula, full-width signs included, also behind white space. */
const FORMULA = /^[\s\u0000]*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]|^[\t\r\n]/;

function csvCell(value: string): string {
  const safe = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n\t']/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** A Markdown table in which no cell can end its row, open a tag, a link or a code span. */
export function toMarkdown(lines: readonly Line[]): string {
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  const head = row(COLUMNS.map(([title]) => title)) + row(COLUMNS.map(() => '---'));
  return head + lines.map((line) => row(COLUMNS.map(([, value]) => markdownCell(value(line))))).join('');
}

function markdownCell(value: string): string {
  return value
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/[\\`*_{}[\]()#+!|~@-]/g, '\\$&')
    .replace(/[\r\n\t\u2028\u2029\u0085]+/g, ' ');
}
