/** How fast: one line a task, with its time in ms and the time allowed. */
import { ksDistance } from '../../src/judge/ks.ts';
import { begin, look, rulesOfGate, verdict } from '../../src/judge/judge.ts';
import type { Gate, Trigger } from '../../src/playbook/schema.ts';
import { normal, seeded } from './random.ts';

export interface Timing {
  readonly task: string;
  readonly ms: number;
  readonly allowedMs: number;
}

export function timings(): readonly Timing[] {
  return [
    millionValues(),
    manyBuckets('p99 > 300ms', { factor: 0, plus: 300 }),
    manyBuckets('p99 > baseline + 20%', { factor: 1.2, plus: 0 }),
  ];
}

function millionValues(): Timing {
  const random = seeded(1);
  const x = Float64Array.from({ length: 1_000_000 }, () => normal(random));
  const y = Float64Array.from({ length: 1_000_000 }, () => normal(random));
  const start = performance.now();
  ksDistance(x, y);
  return { task: 'KS distance of two samples of 1,000,000 values', ms: performance.now() - start, allowedMs: 1000 };
}

function manyBuckets(text: string, limit: { readonly factor: number; readonly plus: number }): Timing {
  const trigger: Trigger = {
    name: 'latency',
    histogram: 'latency_seconds',
    if: { text, statistic: { kind: 'quantile', q: 0.99 }, op: '>', limits: [limit], join: 'all' },
    then: 'rollback',
    criticality: 'normal',
    'min-samples': 0,
    'max-age': 120_000,
    'on-no-data': 'hold',
    'dry-run': false,
  };
  const gate: Gate = {
    source: 'bench',
    arms: { canary: 'canary', baseline: 'baseline' },
    triggers: [trigger],
    poll: 15_000,
    'warm-up': 0,
    soak: 600_000,
    deadline: 3_600_000,
    'false-alarm': 0.01,
    'false-pass': 0.05,
    robust: true,
  };
  const rules = rulesOfGate(gate);
  const random = seeded(2);
  const edges = Array.from({ length: 10_000 }, (_, i) => (i === 9999 ? Infinity : (i + 1) / 10_000));
  const counts = () => edges.map(() => Math.floor(random() * 3));
  const [canary, baseline] = [counts(), counts()];
  let state = begin(rules);
  const start = performance.now();
  for (let k = 1; k <= 200; k++) {
    state = look(rules, state, { t: 15 * k, samples: { latency: { kind: 'histogram', edges, canary, baseline } } });
    verdict(rules, state);
  }
  return { task: `${text}: 10,000 buckets at 200 polls`, ms: performance.now() - start, allowedMs: 1000 };
}
