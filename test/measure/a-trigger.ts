import type { Condition } from '../../src/playbook/condition.ts';
import type { Trigger } from '../../src/playbook/schema.ts';
import type { Reading, Series } from '../../src/measure/reading.ts';

/** `rate > factor * baseline + plus`. */
export function aCondition(overrides: Partial<Condition> & { factor?: number; plus?: number } = {}): Condition {
  const { factor = 1, plus = 0, ...rest } = overrides;
  return {
    text: 'rate > baseline',
    statistic: { kind: 'rate' },
    op: '>',
    limits: [{ factor, plus }],
    join: 'all',
    ...rest,
  };
}

export function aTrigger(overrides: Partial<Trigger> = {}): Trigger {
  return {
    name: 'errors',
    if: aCondition(),
    then: 'rollback',
    criticality: 'normal',
    'min-samples': 0,
    'max-age': 120_000,
    'on-no-data': 'hold',
    'dry-run': false,
    ...overrides,
  };
}

/** Counter series from `{ pod: value }`, all sampled at `at`. */
export function series(values: Readonly<Record<string, number>>, at: number): readonly Series[] {
  return Object.entries(values).map(([id, value]) => ({ id, value, at }));
}

type Pods = Readonly<Record<string, number>>;

/** Counters of both arms at second `t`. `null` hits and totals: the arm matched no series. */
export function counters(
  t: number,
  canary: { readonly hits: Pods; readonly total: Pods } | null,
  baseline: { readonly hits: Pods; readonly total: Pods } | null = null,
): Reading {
  const at = t * 1000;
  const arm = (pods: { readonly hits: Pods; readonly total: Pods } | null): Reading['canary'] =>
    pods === null
      ? { kind: 'missing', reason: 'no-series', detail: 'nothing matched' }
      : { kind: 'counters', hits: series(pods.hits, at), total: series(pods.total, at) };
  return { at, canary: arm(canary), baseline: arm(baseline) };
}

/** The same with no baseline in the question at all. */
export function alone(t: number, hits: Pods, total: Pods): Reading {
  return { ...counters(t, { hits, total }), baseline: null };
}
