/**
 * Running lists of single values (an evaluation's scores, late labels): every row counts once, however often the list is read.
 * Rows whose partner has not come yet wait; nothing is thrown away and nothing is counted twice.
 */
import type { Criterion, Trigger } from '../playbook/schema.ts';
import { missing } from './arms.ts';
import type { ArmReading, Row, RowsReading } from './reading.ts';
import type { Missing, Sample } from './sample.ts';
import { shuffled } from './shuffle.ts';

/** Most rows of one arm that are remembered. More is a stream: count it with running totals instead. */
export const MOST_ROWS = 100_000;

/** What one look adds: a sample or why there is none, and what each arm keeps for the next look. */
export interface RowsTaken {
  readonly sample: Sample;
  readonly canary: ArmReading;
  readonly baseline: ArmReading | null;
}

type Arm = 'canary' | 'baseline';

/** An arm after this look: the rows that wait, and how many of them are new. */
interface Queue {
  readonly reading: RowsReading;
  readonly waiting: readonly Row[];
  readonly fresh: number;
}

interface Arms {
  readonly canary: Queue;
  readonly baseline: Queue | null;
}

/**
 * The rows of both arms that this look may use. `before` are the kept readings, null at the first look: rows that are there already count,
 * because an evaluation often ends before the gate begins. Throws nothing; a list that contradicts itself is 'invalid'.
 */
export function takeRows(
  trigger: Trigger | Criterion,
  before: { readonly canary: ArmReading; readonly baseline: ArmReading | null } | null,
  now: { readonly canary: RowsReading; readonly baseline: RowsReading | null },
  required: boolean,
): RowsTaken | Missing {
  const canary = queueOf('canary', before?.canary ?? null, now.canary);
  if ('reason' in canary) return canary;
  const baseline = now.baseline === null ? null : queueOf('baseline', before?.baseline ?? null, now.baseline);
  if (baseline !== null && 'reason' in baseline) return baseline;
  const first = accountOf(before?.canary) === null || accountOf(before?.baseline) === null;
  if (trigger['pair-by'] !== undefined) return pairs({ canary, baseline });
  if (trigger.if.statistic.kind === 'ks') return portions({ canary, baseline: required ? baseline : null }, first);
  return required ? sideBySide(trigger, { canary, baseline }, first) : everything(trigger, { canary, baseline });
}

/** Only inputs that both arms have answered; the others wait for their partner. */
function pairs({ canary, baseline }: Arms): RowsTaken {
  const partners = new Map((baseline?.waiting ?? []).map((row) => [row.id, row.value]));
  const matched = canary.waiting.filter((row) => partners.has(row.id));
  if (matched.length === 0) return idle({ canary, baseline }, pairsWaited({ canary, baseline }));
  const used = new Set(matched.map((row) => row.id));
  const ordered = shuffled(matched, 'pairs');
  const rest = (queue: Queue) => keep(queue, (row) => !used.has(row.id));
  return {
    sample: {
      kind: 'values',
      canary: ordered.map((row) => row.value),
      baseline: ordered.map((row) => partners.get(row.id) ?? NaN),
      paired: true,
    },
    canary: rest(canary),
    baseline: baseline === null ? null : rest(baseline),
  };
}

/** A fixed limit needs no baseline; its rows are told where they are there. */
function everything(trigger: Trigger | Criterion, { canary, baseline }: Arms): RowsTaken {
  if (canary.waiting.length === 0) return idle({ canary, baseline }, 'no new row of the canary');
  return {
    sample: sampleOf(trigger, canary.waiting, baseline === null ? null : baseline.waiting),
    canary: keep(canary, () => false),
    baseline: baseline === null ? null : keep(baseline, () => false),
  };
}

/**
 * As many rows of the baseline as of the canary, or a multiple where the baseline is a live stream that grows faster. What an evaluation wrote
 * before the first look is used one to one: it does not come again, and later rows of the canary need something to be compared with.
 * How many are used depends on counts only, never on values.
 */
function sideBySide(trigger: Trigger | Criterion, { canary, baseline }: Arms, first: boolean): RowsTaken {
  const others = baseline?.waiting ?? [];
  const nc = Math.min(canary.waiting.length, others.length);
  if (nc === 0) return idle({ canary, baseline }, waited({ canary, baseline }));
  const times = first ? 1 : Math.max(1, Math.floor((baseline?.fresh ?? 0) / canary.waiting.length));
  const nb = Math.min(nc * times, others.length);
  const [c, b] = [canary.waiting.slice(0, nc), others.slice(0, nb)];
  return {
    sample: sampleOf(trigger, c, b),
    canary: keep(canary, (_, i) => i >= nc),
    baseline: baseline === null ? null : keep(baseline, (_, i) => i >= nb),
  };
}

/** Baseline rows from which the judge chooses where to compare distributions; it does not bet on them. */
const TRAINING_ROWS = 100;
/** Least rows of one portion. */
const PORTION_ROWS = 50;

/**
 * A finished list is handed over in portions: first what the edges are chosen from, then a quarter of what waits at each look.
 * Whole, it would be one window, spent on choosing the edges or held down by the cap on what one window may say.
 */
function portions({ canary, baseline }: Arms, first: boolean): RowsTaken {
  const portion = (rows: readonly Row[]) => Math.min(rows.length, Math.max(PORTION_ROWS, Math.ceil(rows.length / 4)));
  const values = (rows: readonly Row[]) => rows.map((row) => row.value);
  if (baseline === null) {
    const n = portion(canary.waiting);
    if (n === 0) return idle({ canary, baseline }, 'no new row of the canary');
    const sample = { kind: 'values', canary: values(canary.waiting.slice(0, n)), baseline: null } as const;
    return { sample, canary: keep(canary, (_, i) => i >= n), baseline };
  }
  const nc = first ? 0 : portion(canary.waiting);
  const nb = first ? Math.min(baseline.waiting.length, TRAINING_ROWS) : portion(baseline.waiting);
  if (nb === 0 || (!first && nc === 0)) return idle({ canary, baseline }, waited({ canary, baseline }));
  const [c, b] = [canary.waiting.slice(0, nc), baseline.waiting.slice(0, nb)];
  return {
    sample: { kind: 'values', canary: values(c), baseline: values(b) },
    canary: keep(canary, (_, i) => i >= nc),
    baseline: keep(baseline, (_, i) => i >= nb),
  };
}

/** Right and wrong answers are events where a rate is asked; all else are values. */
function sampleOf(trigger: Trigger | Criterion, canary: readonly Row[], baseline: readonly Row[] | null): Sample {
  const values = (rows: readonly Row[]) => rows.map((row) => row.value);
  if (trigger.if.statistic.kind !== 'rate')
    return { kind: 'values', canary: values(canary), baseline: baseline === null ? null : values(baseline) };
  const events = (rows: readonly Row[]) => ({ hits: rows.reduce((sum, r) => sum + r.value, 0), total: rows.length });
  return {
    kind: 'events',
    canary: events(canary),
    baseline: baseline === null || baseline.length === 0 ? null : events(baseline),
  };
}

function idle({ canary, baseline }: Arms, detail: string): RowsTaken {
  const nobody = canary.reading.rows.length === 0 && canary.waiting.length === 0;
  return {
    sample: missing(nobody ? 'no-traffic' : 'unchanged', nobody ? 'canary: no row yet' : detail),
    canary: keep(canary, () => true),
    baseline: baseline === null ? null : keep(baseline, () => true),
  };
}

function waited({ canary, baseline }: Arms): string {
  return `no new row to compare: ${canary.waiting.length} of the canary and ${baseline?.waiting.length ?? 0} of the baseline wait`;
}

function pairsWaited({ canary, baseline }: Arms): string {
  const [own, other] = [canary.waiting[0], baseline?.waiting[0]];
  const example =
    own === undefined || other === undefined ? '' : `, such as '${brief(own.id)}' and '${brief(other.id)}'`;
  return `no new input that both arms have: ${canary.waiting.length} of the canary and ${baseline?.waiting.length ?? 0} of the baseline wait for their partner${example}`;
}

function brief(id: string): string {
  return id.length > 40 ? `${id.slice(0, 40)}...` : id;
}

function keep({ reading, waiting }: Queue, stays: (row: Row, index: number) => boolean): RowsReading {
  return { ...reading, rows: waiting.filter(stays) };
}

/** What waits after the list was read again. New rows are put in an order that cannot depend on their values: lists come sorted, too. */
function queueOf(arm: Arm, before: ArmReading | null, now: RowsReading): Queue | Missing {
  const { rows, ids } = now;
  if (rows.length > MOST_ROWS) return tooMany(arm, rows.length);
  if (before !== null && before.kind !== 'missing' && before.kind !== 'values')
    return missing('wrong-type', `${arm}: values after ${before.kind}`);
  const old = accountOf(before);
  const seen = old?.seen ?? { count: 0, digest: 0, ids: [] };
  const fresh = ids === 'position' ? appended(arm, rows, seen) : unseen(arm, rows, seen.ids);
  if ('reason' in fresh) return fresh;
  const known = ids === 'position' ? [] : [...seen.ids, ...fresh.map((row) => row.id)];
  if (known.length > MOST_ROWS) return tooMany(arm, known.length);
  const reading: RowsReading = { ...now, seen: { count: rows.length, digest: digestOf(rows), ids: known } };
  return { reading, waiting: [...(old?.rows ?? []), ...shuffled(fresh, arm)], fresh: fresh.length };
}

/** A kept reading without an account is one that was read while the other arm was missing: nothing of it was used. */
function accountOf(before: ArmReading | null | undefined): RowsReading | null {
  return before?.kind === 'values' && before.seen !== undefined ? before : null;
}

function tooMany(arm: Arm, count: number): Missing {
  return missing(
    'invalid',
    `${arm}: ${count} rows, more than ${MOST_ROWS}; let the source give running totals instead of single rows`,
  );
}

function unseen(arm: Arm, rows: readonly Row[], seen: readonly string[]): readonly Row[] | Missing {
  const known = new Set(seen);
  const here = new Set<string>();
  for (const { id } of rows) {
    if (here.has(id)) return missing('invalid', `${arm}: the id '${brief(id)}' is in the list twice`);
    here.add(id);
  }
  return rows.filter((row) => !known.has(row.id));
}

/** Rows without ids are told apart by their place, so the beginning of the list must stay as it was. */
function appended(
  arm: Arm,
  rows: readonly Row[],
  seen: { readonly count: number; readonly digest: number },
): readonly Row[] | Missing {
  const same = rows.length >= seen.count && digestOf(rows.slice(0, seen.count)) === seen.digest;
  if (same) return rows.slice(seen.count);
  return missing(
    'invalid',
    `${arm}: the ${seen.count} rows read before are no longer the first of the ${rows.length} rows; append to the list, or give each row an id with 'pair-by:' or 'id:'`,
  );
}

/** Fingerprint of the values in order; 0 for none. */
function digestOf(rows: readonly Row[]): number {
  let digest = 0;
  const bits = new DataView(new ArrayBuffer(8));
  for (const { value } of rows) {
    bits.setFloat64(0, value);
    digest = Math.imul(digest ^ bits.getInt32(0), 0x01000193);
    digest = Math.imul(digest ^ bits.getInt32(4), 0x01000193) ^ (digest >>> 15);
  }
  return digest;
}
