/** One arm out of one JSON document: the paths of a trigger become counters, sums, a gauge, a histogram or rows. */
import type { Criterion, Trigger } from '../playbook/schema.ts';
import { missing } from './arms.ts';
import { listAt, numberAt, numeric, pick, shown } from './document.ts';
import { wrongWay } from './p-value.ts';
import type { ArmReading, BucketSeries, Row } from './reading.ts';
import type { Missing } from './sample.ts';

/** How a source's documents are to be read. */
export interface DocumentRules {
  /** span: the numbers count what happened in the asked time. running: totals of a process that may begin anew. */
  readonly counts: 'span' | 'running';
  /** Path to the list of rows; null: the document is the list. */
  readonly rows: string | null;
  /** Path in each row to its id, where rows have one and the trigger does not pair. */
  readonly id: string | null;
  /** Path in each row to the arm it belongs to; null: all rows are this arm's. */
  readonly armColumn: string | null;
}

/** A document, and which arm it is read for. */
export interface ArmDocument {
  readonly document: unknown;
  readonly arm: string;
  /** Epoch ms at which it was written. */
  readonly at: number;
}

/** What the document says about one arm, or why it says nothing. Never throws. */
export function documentArm(
  trigger: Trigger | Criterion,
  { document, arm, at }: ArmDocument,
  rules: DocumentRules,
): ArmReading {
  const { bad, good, total, sum, squares, count, histogram, gauge, score, correct } = trigger;
  const restarts = rules.counts === 'span' ? ({ restarts: false } as const) : {};
  const hits = bad ?? good;
  if (hits !== undefined && total !== undefined) {
    const found = numbers(document, { hits, total });
    if ('reason' in found) return found;
    return {
      kind: 'counters',
      hits: [{ id: 'hits', value: found.hits, at, ...restarts }],
      total: [{ id: 'total', value: found.total, at, ...restarts }],
    };
  }
  if (sum !== undefined && squares !== undefined && count !== undefined) {
    const found = numbers(document, { sum, squares, count });
    if ('reason' in found) return found;
    const moments = { id: 'scores', n: found.count, sum: found.sum, sumOfSquares: found.squares };
    return { kind: 'moments', series: [{ ...moments, at, ...restarts }] };
  }
  if (histogram !== undefined) {
    const buckets = bucketsAt(document, histogram);
    return 'reason' in buckets
      ? buckets
      : { kind: 'buckets', series: [{ id: 'histogram', ...buckets, at, ...restarts }] };
  }
  if (gauge !== undefined) {
    const found = numberAt(document, gauge);
    if (found.kind === 'missing') return found;
    return wrongWay(found, trigger.if.op, gauge) ?? { kind: 'gauge', value: found.number, at };
  }
  const value = score ?? correct;
  if (value !== undefined) return rowsArm(trigger, { document, arm, at }, { ...rules, value });
  return missing(
    'wrong-type',
    `trigger '${trigger.name}' names nothing that a document holds: give bad (or good) with total, sum with squares and count, histogram, gauge, score or correct`,
  );
}

function numbers<K extends string>(document: unknown, paths: Readonly<Record<K, string>>): Record<K, number> | Missing {
  const found: Partial<Record<K, number>> = {};
  for (const key of Object.keys(paths) as K[]) {
    const picked = numberAt(document, paths[key]);
    if (picked.kind === 'missing') return picked;
    found[key] = picked.number;
  }
  return found as Record<K, number>;
}

/** `{ le: [0.1, 0.5, "+Inf"], counts: [8, 3, 1] }`; `cumulative` instead of `counts` where each number includes the buckets before it. */
function bucketsAt(document: unknown, path: string): Pick<BucketSeries, 'edges' | 'cumulative'> | Missing {
  const picked = pick(document, path);
  if (picked.kind === 'missing') return picked;
  const value = picked.value;
  const own = typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
  const sums = own['cumulative'] ?? own['counts'];
  const edges = listOf(own['le'], (each) =>
    each === null || each === '+Inf' || each === 'inf' ? Infinity : numeric(each),
  );
  const counts = listOf(sums, numeric);
  if (edges === null || counts === null || own['cumulative'] === own['counts'])
    return missing(
      'wrong-type',
      `path '${path}' is ${shown(value)}; a histogram is {"le": [0.1, 0.5, "+Inf"], "counts": [8, 3, 1]}`,
    );
  if (edges.length !== counts.length || edges.length === 0)
    return missing('invalid', `path '${path}' has ${edges.length} edges and ${counts.length} counts`);
  if (edges.at(-1) !== Infinity) return missing('invalid', `path '${path}' does not end with the edge "+Inf" or null`);
  if (edges.some((edge, i) => i > 0 && !(edge > (edges[i - 1] ?? Infinity))))
    return missing('invalid', `path '${path}': the edges do not ascend`);
  if (own['cumulative'] !== undefined) return { edges, cumulative: counts };
  const negative = counts.find((c) => c < 0);
  if (negative !== undefined) return missing('invalid', `path '${path}' has a bucket with ${negative}`);
  let all = 0;
  return { edges, cumulative: counts.map((c) => (all += c)) };
}

function listOf(value: unknown, read: (each: unknown) => number | null): readonly number[] | null {
  if (!Array.isArray(value)) return null;
  const numbers = value.map(read);
  return numbers.some((each) => each === null) ? null : numbers.filter((each) => each !== null);
}

/** The rows of this arm. A row without its value, id or arm is refused by its place: a list with holes is no sample. */
function rowsArm(
  trigger: Trigger | Criterion,
  { document, arm, at }: ArmDocument,
  rules: DocumentRules & { readonly value: string },
): ArmReading {
  const list = listAt(document, rules.rows ?? '$');
  if ('reason' in list) return list;
  const idPath = trigger['pair-by'] ?? rules.id;
  const found: Row[] = [];
  for (const [i, row] of list.entries()) {
    const place = `row ${i + 1} of ${list.length}`;
    if (rules.armColumn !== null) {
      const whose = pick(row, rules.armColumn);
      if (whose.kind === 'missing') return missing(whose.reason, `${place}: ${whose.detail}`);
      if (String(whose.value) !== arm) continue;
    }
    const value = trigger.correct === undefined ? numberAt(row, rules.value) : answerAt(row, rules.value);
    if (value.kind === 'missing') return missing(value.reason, `${place}: ${value.detail}`);
    const id = idPath === null ? String(i) : idAt(row, idPath);
    if (typeof id !== 'string') return missing(id.reason, `${place}: ${id.detail}`);
    found.push({ id, value: value.number });
  }
  if (found.length === 0 && list.length > 0)
    return missing(
      'no-series',
      `none of the ${list.length} rows belongs to the arm '${arm}' (${rules.armColumn ?? ''})`,
    );
  return { kind: 'values', ids: idPath === null ? 'position' : 'given', rows: found, at };
}

/** Right or wrong, as 1 or 0. Anything between is a score. */
function answerAt(row: unknown, path: string): { readonly kind: 'answer'; readonly number: number } | Missing {
  const picked = pick(row, path);
  if (picked.kind === 'missing') return picked;
  const word = typeof picked.value === 'string' ? picked.value.trim().toLowerCase() : picked.value;
  if (word === true || word === 1 || word === '1' || word === 'true' || word === '1.0')
    return { kind: 'answer', number: 1 };
  if (word === false || word === 0 || word === '0' || word === 'false' || word === '0.0')
    return { kind: 'answer', number: 0 };
  if (word === null || word === '') return missing('no-series', `path '${path}' is empty`);
  return missing('wrong-type', `path '${path}' is ${shown(picked.value)}, not 0, 1, true or false`);
}

function idAt(row: unknown, path: string): string | Missing {
  const picked = pick(row, path);
  if (picked.kind === 'missing') return picked;
  const { value } = picked;
  if ((typeof value === 'string' && value !== '') || typeof value === 'number') return String(value);
  return missing('wrong-type', `path '${path}' is ${shown(value)}, not an id`);
}
