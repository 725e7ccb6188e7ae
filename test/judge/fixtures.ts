import type { Condition, Limit, Statistic } from '../../src/playbook/condition.ts';
import type { Gate, Trigger } from '../../src/playbook/schema.ts';
import type { Sample } from '../../src/measure/sample.ts';

/** Builders with overrides; they do not depend on the parser. */
export function when(statistic: Statistic, op: '>' | '<', ...limits: readonly Limit[]): Condition {
  return { text: `${statistic.kind} ${op} ...`, statistic, op, limits, join: 'all' };
}

export const RATE: Statistic = { kind: 'rate' };

export function aTrigger(over: Partial<Trigger> = {}): Trigger {
  return {
    name: 'errors',
    bad: 'errors_total',
    total: 'requests_total',
    if: when(RATE, '>', { factor: 1, plus: 0.005 }),
    then: 'rollback',
    criticality: 'normal',
    'min-samples': 0,
    'max-age': 120_000,
    'on-no-data': 'hold',
    'dry-run': false,
    ...over,
  };
}

export function aGate(over: Partial<Gate> = {}): Gate {
  return {
    source: 'prometheus',
    arms: { canary: 'track="canary"', baseline: 'track="stable"' },
    triggers: [aTrigger()],
    poll: 15_000,
    'warm-up': 60_000,
    soak: 600_000,
    deadline: 1_800_000,
    'false-alarm': 0.01,
    'false-pass': 0.05,
    robust: true,
    ...over,
  };
}

export function events(xc: number, nc: number, xb?: number, nb?: number): Sample {
  return {
    kind: 'events',
    canary: { hits: xc, total: nc },
    baseline: xb === undefined || nb === undefined ? null : { hits: xb, total: nb },
  };
}
