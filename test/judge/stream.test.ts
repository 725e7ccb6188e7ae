import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeStream, type JudgeBy } from '../../cli/judge.ts';
import { aGate, aTrigger, when } from './fixtures.ts';

interface Said {
  readonly release?: string;
  readonly t?: number;
  readonly verdict?: string;
  readonly final?: boolean;
  readonly error?: string;
  readonly line?: number;
  readonly because?: string;
  readonly metrics?: readonly { readonly name: string; readonly canary: number | null }[];
}

async function judge(lines: readonly (string | object)[], by: JudgeBy = aTrigger()) {
  const said: Said[] = [];
  async function* input() {
    for (const line of lines) yield typeof line === 'string' ? line : JSON.stringify(line);
  }
  const summary = await judgeStream(input(), { by }, (line) => said.push(JSON.parse(line) as Said));
  return { said, summary, finals: said.filter((one) => one.final === true) };
}

const line = (release: string, k: number, bad: number, metric = 'errors') => ({
  release,
  t: 15 * k,
  metric,
  canary: { bad, total: 500 },
  baseline: { bad: 50, total: 10_000 },
});

test('interleaved releases are judged apart, one line a look and one final line each', async () => {
  const lines = Array.from({ length: 50 }, (_, i) => [line('good', i + 1, 2), line('bad', i + 1, 25)]).flat();
  const { said, finals, summary } = await judge(lines);
  assert.deepEqual(summary, { releases: 2, verdicts: { pass: 1, fail: 1 }, errors: 0 });
  const bad = finals.find((one) => one.release === 'bad');
  assert.equal(bad?.verdict, 'fail');
  assert.ok((bad.t ?? 0) <= 60);
  assert.equal(finals.find((one) => one.release === 'good')?.t, 600);
  assert.equal(said.filter((one) => one.release === 'good' && one.final !== true).length, 40);
  assert.equal(
    said.findLastIndex((one) => one.release === 'bad'),
    said.findIndex((one) => one.release === 'bad' && one.final === true),
  );
});

test('an input that ends early is inconclusive, never a pass', async () => {
  const { finals } = await judge(Array.from({ length: 20 }, (_, i) => line('r', i + 1, 0)));
  assert.equal(finals[0]?.verdict, 'inconclusive');
  assert.match(finals[0].because ?? '', /the input ended/);
});

test('a look waits for all its metrics, and a metric that never comes holds the pass', async () => {
  const two = [aTrigger(), aTrigger({ name: 'second' })];
  const both = Array.from({ length: 45 }, (_, i) => [line('r', i + 1, 2), line('r', i + 1, 2, 'second')]).flat();
  assert.equal((await judge(both, two)).finals[0]?.verdict, 'pass');
  const one = Array.from({ length: 120 }, (_, i) => line('r', i + 1, 2));
  const { finals, said } = await judge(one, two);
  assert.equal(finals[0]?.verdict, 'no-data');
  assert.equal(finals.length, 1);
  assert.equal(said.filter((s) => s.final !== true).length, 120);
});

test('histograms, values, sums and gauges are read', async () => {
  const triggers = [
    aTrigger({ name: 'p99', if: when({ kind: 'quantile', q: 0.99 }, '>', { factor: 0, plus: 300 }) }),
    aTrigger({ name: 'drift', if: when({ kind: 'ks' }, '>', { factor: 0, plus: 0.2 }) }),
    aTrigger({ name: 'score', range: [0, 1], if: when({ kind: 'mean' }, '<', { factor: 0, plus: 0.5 }) }),
    aTrigger({ name: 'cost', if: when({ kind: 'value' }, '>', { factor: 0, plus: 1 }) }),
    aTrigger({ name: 'accuracy', if: when({ kind: 'rate' }, '<', { factor: 1, plus: -0.03 }) }),
  ];
  const values = Array.from({ length: 100 }, (_, i) => i);
  const { said, summary } = await judge(
    [1, 2].flatMap((t) => [
      { release: 'r', t, metric: 'p99', canary: { le: [0.1, 0.3, null], counts: [90, 9, 1] } },
      { release: 'r', t, metric: 'drift', canary: { values }, baseline: { values } },
      { release: 'r', t, metric: 'score', canary: { n: 10, sum: 8, squares: 6.5 } },
      { release: 'r', t, metric: 'cost', canary: { value: 0.5 }, baseline: { value: 1 } },
      { release: 'r', t, metric: 'accuracy', canary: { bad: 10, total: 100 }, baseline: { good: 900, total: 1000 } },
    ]),
    triggers,
  );
  assert.equal(summary.errors, 0);
  const metrics = said[1]?.metrics ?? [];
  assert.deepEqual(
    metrics.map(({ name, canary }) => [name, canary]),
    [
      ['p99', 300],
      ['drift', 0],
      ['score', 0.8],
      ['cost', 0.5],
      ['accuracy', 0.9],
    ],
  );
});

test('what cannot be read is an error with its line, and the others go on', async () => {
  const { said, summary } = await judge([
    'not json',
    { release: 'r', t: -1, metric: 'errors' },
    { release: 'r', t: 15, metric: 'other', canary: { bad: 0, total: 1 } },
    line('r', 2, 2),
    line('r', 1, 2),
    line('r', 2, 2),
    '',
    { t: 15, metric: 'errors' },
  ]);
  assert.deepEqual(
    said.filter((one) => one.error !== undefined).map((one) => one.line),
    [1, 2, 3, 5, 6, 8],
  );
  assert.equal(summary.errors, 6);
  assert.equal(summary.releases, 1);
});

test('an arm that is missing, unknown, NaN or negative is never a pass', async () => {
  const arms = [
    '"canary":{"bad":NaN,"total":500},"baseline":{"bad":5,"total":1000}',
    '"canary":{"bad":-1,"total":500},"baseline":{"bad":5,"total":1000}',
    '"canary":null,"baseline":{"bad":5,"total":1000}',
    '"canary":{"bad":0,"total":500}',
    '"canary":{"wrong":0},"baseline":{"bad":5,"total":1000}',
    '"canary":{"bad":"0","total":500},"baseline":{"bad":5,"total":1000}',
    '"canary":{"bad":0,"total":500},"baseline":{"value":1}',
    '"canary":{"bad":0,"total":500},"baseline":7',
  ];
  for (const arm of arms) {
    const lines = Array.from({ length: 130 }, (_, i) => `{"release":"r","t":${15 * (i + 1)},"metric":"errors",${arm}}`);
    const { finals } = await judge(lines);
    assert.ok(['no-data', 'inconclusive', 'error'].includes(finals[0]?.verdict ?? ''), `${arm}: ${finals[0]?.verdict}`);
  }
});

test('the rules of a gate apply, and can be changed', async () => {
  const gate = aGate({ soak: 0 });
  const lines = Array.from({ length: 50 }, (_, i) => line('r', i + 1, 2));
  assert.ok(((await judge(lines, gate)).finals[0]?.t ?? 600) < 600);
  await assert.rejects(judge(lines, []), /no trigger to judge by/);
});

test('the strata of a line are the segments of a trigger that is judged in segments', async () => {
  const parts = (bad: number) => ({ strata: { eu: { bad, total: 500 }, us: { bad: 2, total: 5000 } } });
  const lines = Array.from({ length: 30 }, (_, k) => ({
    release: 'r',
    t: 15 * (k + 1),
    metric: 'errors',
    canary: parts(60),
    baseline: parts(5),
  }));
  const { finals } = await judge(lines, aTrigger({ segments: { by: 'region', 'on-no-data': 'hold' } }));
  assert.equal(finals[0]?.verdict, 'fail');
  assert.match(finals[0].because ?? '', /region eu, the worst of 2/);
});
