/** One task in this process: `node bench/judge/speed-task.ts NAME` prints `{ ms, cpuMs, mb }`. */
import { ksDistance } from '../../src/judge/ks.ts';
import { begin, look, rulesOfGate, verdict } from '../../src/judge/judge.ts';
import type { Condition, Limit, Statistic } from '../../src/playbook/condition.ts';
import type { Gate, Trigger } from '../../src/playbook/schema.ts';
import { normal, seeded } from './random.ts';

export const TASKS = ['ks', 'limit-buckets', 'baseline-buckets', 'drift-buckets'] as const;
export type TaskName = (typeof TASKS)[number];

const P99: Statistic = { kind: 'quantile', q: 0.99 };

/** What is timed, after its input was made. */
const PREPARED: Readonly<Record<TaskName, () => () => void>> = {
  ks: () => {
    const random = seeded(1);
    const x = Float64Array.from({ length: 1_000_000 }, () => normal(random));
    const y = Float64Array.from({ length: 1_000_000 }, () => normal(random));
    return () => void ksDistance(x, y);
  },
  'limit-buckets': () => polls(P99, { factor: 0, plus: 300 }),
  'baseline-buckets': () => polls(P99, { factor: 1.2, plus: 0 }),
  'drift-buckets': () => polls({ kind: 'ks' }, { factor: 0, plus: 0.15 }),
};

function polls(statistic: Statistic, limit: Limit): () => void {
  const asked: Condition = { text: '', statistic, op: '>', limits: [limit], join: 'all' };
  const trigger: Trigger = {
    name: 'latency',
    histogram: 'latency_seconds',
    if: asked,
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
  return () => {
    let state = begin(rules);
    for (let k = 1; k <= 200; k++) {
      state = look(rules, state, { t: 15 * k, samples: { latency: { kind: 'histogram', edges, canary, baseline } } });
      verdict(rules, state);
    }
  };
}

function isTask(name: string | undefined): name is TaskName {
  return TASKS.some((one) => one === name);
}

const name = process.argv[2];
if (import.meta.main && isTask(name)) {
  const work = PREPARED[name]();
  const before = process.resourceUsage().maxRSS;
  const [start, busy] = [performance.now(), process.cpuUsage()];
  work();
  const ms = performance.now() - start;
  const spent = process.cpuUsage(busy);
  const cpuMs = (spent.user + spent.system) / 1000;
  process.stdout.write(JSON.stringify({ ms, cpuMs, mb: (process.resourceUsage().maxRSS - before) / 1024 }));
}
