import { parse } from 'csv-parse/sync';
import type { ReferenceSample } from '../measure/reference.ts';

/** A file is read whole, and values are kept in memory. */
export const REFERENCE_LIMITS = { characters: 8_000_000, values: 500_000, fewest: 100 } as const;

/** The sample, or everything that is wrong with the file, each as the end of a sentence that begins with its name. */
export type ReadReference =
  | { readonly kind: 'read'; readonly reference: ReferenceSample }
  | { readonly kind: 'faults'; readonly faults: readonly string[] };

/**
 * A reference sample from the text of a .csv (with a header row) or .json file: a list of numbers, `{"values": [...]}`, a histogram
 * `{"le": [..., "+Inf"], "counts": [...]}` (counts per bucket), or, with `column`, a key that holds one of these, or rows that have it.
 */
export function readReference(text: string, file: string, column: string | null): ReadReference {
  if (text.length > REFERENCE_LIMITS.characters)
    return faults(
      `has ${text.length} characters, more than ${REFERENCE_LIMITS.characters}: keep fewer values, or buckets`,
    );
  return file.toLowerCase().endsWith('.csv') ? fromCsv(text, column) : fromJson(text, column);
}

function fromCsv(text: string, column: string | null): ReadReference {
  let rows: readonly (readonly string[])[];
  try {
    rows = parse(text, { bom: true, skip_empty_lines: true, trim: true, relax_column_count: true });
  } catch (error) {
    return faults(`is not CSV: ${error instanceof Error ? error.message.slice(0, 200) : 'unreadable'}`);
  }
  const [header = [], ...body] = rows;
  if (header.length > 0 && header.every((cell) => Number.isFinite(numberOf(cell))))
    return faults('has no header row: write the name of each column in the first line');
  const at = column === null ? (header.length === 1 ? 0 : -1) : header.indexOf(column);
  if (at < 0) {
    const names = header.slice(0, 20).join(', ') || 'none';
    return faults(
      column === null
        ? `has ${header.length} columns (${names}): name one in 'column:'`
        : `has no column '${column}'; it has ${names}`,
    );
  }
  return fromValues(
    body.map((row) => row[at] ?? ''),
    (i) => `line ${i + 2}`,
  );
}

function fromJson(text: string, column: string | null): ReadReference {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return faults(`is not JSON: ${error instanceof Error ? error.message.slice(0, 200) : 'unreadable'}`);
  }
  if (column !== null) {
    if (Array.isArray(value)) value = value.map((row: unknown) => keyOf(row, column));
    else {
      const found = keyOf(value, column);
      if (found === undefined) return faults(`has no key '${column}'; it has ${keysOf(value)}`);
      value = found;
    }
  }
  if (Array.isArray(value)) return fromValues(value, (i) => `number ${i + 1}`);
  const [values, le, counts] = [keyOf(value, 'values'), keyOf(value, 'le'), keyOf(value, 'counts')];
  if (Array.isArray(values)) return fromValues(values, (i) => `number ${i + 1}`);
  if (Array.isArray(le) && Array.isArray(counts)) return fromBuckets(le, counts);
  return faults(
    `holds no list of numbers, no 'values' and no 'le' with 'counts'${column === null ? `; it has ${keysOf(value)}: name one in 'column:'` : ` under '${column}'`}`,
  );
}

function fromValues(cells: readonly unknown[], place: (i: number) => string): ReadReference {
  const numbers = cells.map(numberOf);
  const bad = numbers.flatMap((x, i) => (Number.isFinite(x) ? [] : [i]));
  const found: string[] = [];
  if (bad.length > 0) {
    const shown = bad.slice(0, 3).map((i) => `${place(i)} is ${JSON.stringify(cells[i] ?? null).slice(0, 40)}`);
    found.push(`has ${bad.length} entries that are not numbers: ${shown.join(', ')}; leave such rows out`);
  }
  found.push(...sizeFaults(numbers.length - bad.length, 'values'));
  if (numbers.length > REFERENCE_LIMITS.values)
    found.push(`has ${numbers.length} values, more than ${REFERENCE_LIMITS.values}: keep a random part, or buckets`);
  if (found.length > 0) return { kind: 'faults', faults: found };
  return { kind: 'read', reference: { kind: 'values', sorted: Array.from(Float64Array.from(numbers).sort()) } };
}

function fromBuckets(le: readonly unknown[], cells: readonly unknown[]): ReadReference {
  const edges = le.map((edge, i) =>
    i === le.length - 1 && (edge === '+Inf' || edge === null) ? Infinity : numberOf(edge),
  );
  const counts = cells.map(numberOf);
  const found: string[] = [];
  if (edges.length !== counts.length) found.push(`has ${edges.length} edges in 'le' and ${counts.length} 'counts'`);
  if (edges.at(-1) !== Infinity)
    found.push(`ends 'le' with ${JSON.stringify(le.at(-1) ?? null)}: the last edge must be "+Inf"`);
  const drop = edges.findIndex((edge, i) => i > 0 && !(edge > (edges[i - 1] ?? -Infinity)));
  if (drop > 0)
    found.push(`has edges that do not ascend: ${JSON.stringify(le[drop])} after ${JSON.stringify(le[drop - 1])}`);
  const bad = counts.findIndex((count) => !Number.isFinite(count) || count < 0);
  if (bad >= 0) found.push(`has the count ${JSON.stringify(cells[bad] ?? null).slice(0, 40)} at number ${bad + 1}`);
  else
    found.push(
      ...sizeFaults(
        counts.reduce((sum, x) => sum + x, 0),
        'counted values',
      ),
    );
  if (found.length > 0) return { kind: 'faults', faults: found };
  return { kind: 'read', reference: { kind: 'histogram', edges, counts } };
}

function sizeFaults(size: number, what: string): readonly string[] {
  return size >= REFERENCE_LIMITS.fewest
    ? []
    : [`has ${size} ${what}, and fewer than ${REFERENCE_LIMITS.fewest} say nothing about a distribution`];
}

/** NaN for everything that is no plain number; text such as "12" is one, an empty cell is not. */
function numberOf(cell: unknown): number {
  if (typeof cell === 'number') return cell;
  return typeof cell === 'string' && cell.trim() !== '' ? Number(cell) : NaN;
}

function keyOf(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return new Map<string, unknown>(Object.entries(value)).get(key);
}

function keysOf(value: unknown): string {
  const keys = typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : [];
  return keys.length === 0 ? 'none' : keys.slice(0, 20).join(', ');
}

function faults(fault: string): ReadReference {
  return { kind: 'faults', faults: [fault] };
}
