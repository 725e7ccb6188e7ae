import { missing } from './arms.ts';
import type { ArmReading } from './reading.ts';
import type { Missing } from './sample.ts';

/** The arm as it was read, or `missing` when one of its numbers cannot be what it claims. Never repaired, never 0. */
export function sound(arm: ArmReading): ArmReading {
  switch (arm.kind) {
    case 'missing':
      return arm;
    case 'counters':
      return first([...arm.hits, ...arm.total].map((s) => counter(s.id, s.value))) ?? arm;
    case 'buckets':
      return (
        first(arm.series.flatMap((s) => s.cumulative.map((c) => counter(s.id, c)))) ??
        first(arm.series.map(rising)) ??
        arm
      );
    case 'moments':
      return (
        first(arm.series.flatMap((s) => [counter(s.id, s.n), finite(s.id, s.sum), counter(s.id, s.sumOfSquares)])) ??
        arm
      );
    case 'gauge':
      return finite('the gauge', arm.value) ?? arm;
    case 'values':
      return first(arm.rows.map((row) => finite(`the value of row '${row.id.slice(0, 40)}'`, row.value))) ?? arm;
  }
}

/** Epoch ms of the newest sample of the arm, null when there is none. */
export function newest(arm: ArmReading): number | null {
  switch (arm.kind) {
    case 'missing':
      return null;
    case 'counters':
      return latest(arm.total);
    case 'buckets':
    case 'moments':
      return latest(arm.series);
    case 'gauge':
    case 'values':
      return arm.at;
  }
}

function latest(series: readonly { readonly at: number; readonly gone?: true }[]): number | null {
  const stamps = series.filter((s) => s.gone === undefined).map((s) => s.at);
  return stamps.length === 0 ? null : stamps.reduce((a, b) => Math.max(a, b));
}

function first(faults: readonly (Missing | null)[]): Missing | null {
  return faults.find((f) => f !== null) ?? null;
}

function finite(place: string, value: number): Missing | null {
  return Number.isFinite(value) ? null : missing('not-a-number', `${place} is ${value}`);
}

function counter(place: string, value: number): Missing | null {
  return (
    finite(place, value) ?? (value < 0 ? missing('invalid', `${place} is ${value}; a counter is never negative`) : null)
  );
}

function rising(s: {
  readonly id: string;
  readonly edges: readonly number[];
  readonly cumulative: readonly number[];
}): Missing | null {
  const all = s.cumulative.at(-1) ?? 0;
  const at = s.cumulative.findIndex((c, i) => c < (s.cumulative[i - 1] ?? 0) - all * 1e-9);
  if (at < 0) return null;
  return missing(
    'invalid',
    `${s.id}: ${s.cumulative[at] ?? 0} at le=${s.edges[at] ?? 0}, below ${s.cumulative[at - 1] ?? 0}`,
  );
}
