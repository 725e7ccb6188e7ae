import assert from 'node:assert/strict';
import { it } from 'node:test';
import { HEALTHY, withFaults } from '../../../src/world/services/faults.ts';
import type { Faults } from '../../../src/world/services/faults.ts';
import { seededRandom } from '../../../src/world/services/random.ts';
import { startCounter } from '../../../src/world/services/counts.ts';
import { metricsPage } from '../../../src/world/services/page.ts';
import {
  nextInput,
  parseInput,
  parseOutcome,
  printInput,
  printOutcome,
  serve,
} from '../../../src/world/services/request.ts';
import { choose } from '../../../src/world/services/router.ts';
import { tagOf } from '../../../src/world/services/kinds/workload.ts';

function outcomes(
  faults: Faults,
  n = 20_000,
): { errors: number; slow: number; mean: number; right: number; labelled: number } {
  const random = seededRandom(11);
  const sum = { errors: 0, slow: 0, mean: 0, right: 0, labelled: 0 };
  for (let i = 0; i < n; i += 1) {
    const { status, ms, feature, label } = serve(nextInput(random), faults);
    sum.errors += Number(status === 500) / n;
    sum.slow += Number(ms > 300) / n;
    sum.mean += (feature ?? 0) / n;
    sum.labelled += Number(label !== 'unknown') / n;
    sum.right += Number(label === 'right') / n;
  }
  return sum;
}
const near = (value: number, wanted: number): void =>
  assert.ok(Math.abs(value - wanted) < 0.01, `${value}, not ${wanted}`);

it('each fault shows in what it names', () => {
  const latency = { typicalMs: 5, slowMs: 400, slowShare: 0.1 };
  const seen = outcomes(withFaults({ errorRate: 0.2, latency, drift: 0.5, accuracy: 0.7, labelled: 0.5 }));
  near(seen.errors, 0.2);
  near(seen.slow, 0.1);
  near(seen.mean, 0.5);
  near(seen.labelled, 0.8 * 0.5);
  near(seen.right / seen.labelled, 0.7);
  near(outcomes(HEALTHY).mean, 0);
});

it('what a judge gives follows from what is right, an answer has its price, and an error has neither', () => {
  const random = seededRandom(5);
  const counter = startCounter();
  const faults = withFaults({ errorRate: 0.5, accuracy: 0.6, costUsd: 0.01 });
  for (let i = 0; i < 10_000; i += 1) counter.add(serve(nextInput(random), faults));
  const { total, judged, scoreSum, scoreSquares, priced, costSum } = counter.counts();
  assert.deepEqual([judged, judged], [priced, total - counter.counts().bad]);
  near(scoreSum / judged, 0.6 * 0.9 + 0.4 * 0.2);
  near(scoreSquares / judged, 0.6 * (0.9 ** 2 + 0.2 ** 2 / 12) + 0.4 * (0.2 ** 2 + 0.4 ** 2 / 12));
  near(costSum / priced / 0.01, 1);
  const page = metricsPage([{ labels: { track: 'all' }, counts: counter.counts() }]);
  assert.ok(page.includes(`\nanswer_score_sum{track="all"} ${scoreSum}\nanswer_score_count{track="all"} ${judged}\n`));
  assert.ok(page.includes(`\nanswer_score_squares_total{track="all"} ${scoreSquares}\n`));
  assert.ok(page.includes(`\nanswer_cost_usd_sum{track="all"} ${costSum}\n`));
});

it('an outcome survives the way from the service to the router', () => {
  const random = seededRandom(9);
  for (const faults of [HEALTHY, withFaults({ errorRate: 1 }), withFaults({ labelled: 0 })]) {
    const outcome = serve(nextInput(random), faults);
    assert.deepEqual(parseOutcome(outcome.status, printOutcome(outcome)), outcome);
  }
});

it('an input survives the way over the wire', () => {
  const input = nextInput(seededRandom(3));
  assert.deepEqual(parseInput(printInput(input)), input);
  for (const path of [
    '/predict',
    '/predict?feature=1&draws=1,2,3',
    '/other?feature=1&draws=0,0,0,0',
    '/predict?feature=x&draws=0,0,0,0',
  ])
    assert.equal(parseInput(path), null);
});

it('a route is chosen by its weight, and one without weight never', () => {
  const routes = [
    { url: 'a', weight: 0.8 },
    { url: 'b', weight: 0 },
    { url: 'c', weight: 0.2 },
  ];
  assert.deepEqual(
    [0, 0.79, 0.81, 0.999999999].map((at) => choose(routes, at)?.url),
    ['a', 'a', 'c', 'c'],
  );
  assert.equal(choose([{ url: 'a', weight: 0 }], 0.5), null);
});

it('the tag of an image is found behind ports and digests', () => {
  assert.deepEqual(['r:5000/a/b:1.4.1', 'a', 'r:5000/b', 'a:1@sha256:77'].map(tagOf), [
    '1.4.1',
    'latest',
    'latest',
    'sha256:77',
  ]);
});
