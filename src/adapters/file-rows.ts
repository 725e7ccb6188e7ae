import { parse } from 'csv-parse/sync';
import { missing } from '../measure/arms.ts';
import type { Missing } from '../measure/sample.ts';

/** The rows of a JSON Lines or CSV file. The last line may still be being written: without its end it is left for the next look. */
export function parseRows(
  text: string,
  format: 'jsonl' | 'csv',
  place: string,
): { readonly kind: 'document'; readonly document: readonly unknown[] } | Missing {
  return format === 'jsonl' ? jsonLines(text, place) : csv(text, place);
}

function jsonLines(text: string, place: string): ReturnType<typeof parseRows> {
  const lines = text.split('\n');
  const rows: unknown[] = [];
  for (const [i, line] of lines.entries()) {
    if (line.trim() === '') continue;
    try {
      rows.push(JSON.parse(line));
    } catch {
      // Only a line without its end may be half of one.
      if (i < lines.length - 1) return missing('query-error', `${place}, line ${i + 1}: is not JSON`);
    }
  }
  return { kind: 'document', document: rows };
}

function csv(text: string, place: string): ReturnType<typeof parseRows> {
  const whole = /[\r\n]$/.test(text) ? text : text.slice(0, text.lastIndexOf('\n') + 1);
  try {
    const rows: unknown = parse(whole, { columns: uniqueHeader, skip_empty_lines: true, trim: true });
    return { kind: 'document', document: rows as readonly unknown[] };
  } catch (error) {
    const why = error instanceof Error ? error.message.split('\n')[0] : '';
    return missing('query-error', `${place} is not CSV with a header line: ${(why ?? '').slice(0, 200)}`);
  }
}

function uniqueHeader(names: readonly string[]): string[] {
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new Error(`the column '${twice}' is there twice`);
  return [...names];
}
