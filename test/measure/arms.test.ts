import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readArms } from '../../src/measure/arms.ts';
import type { Parts } from '../../src/measure/arms.ts';
import { metricOf, needsBaseline } from '../../src/measure/metric.ts';
import type { Found } from '../../src/measure/point.ts';
import { aCondition, aTrigger } from './a-trigger.ts';

type Raw = readonly [Record<string, string>, number];

const found = (...points: readonly Raw[]): Found => ({
  kind: 'points',
  points: points.map(([labels, value]) => ({ labels, value, at: 1000 })),
});
const parts = (entries: Record<string, Found>): Parts => new Map(Object.entries(entries));
const told = (arm: ReturnType<typeof readArms>['canary'] | null): string =>
  arm?.kind === 'missing' ? `${arm.reason}: ${arm.detail}` : String(arm?.kind);

describe('an absent counter of hits', () => {
  const own = metricOf(aTrigger({ bad: 'errors_total', total: 'requests_total' }));
  const total = found([{ __name__: 'requests_total' }, 9]);

  it('is zero when the other arm has it', () => {
    const other = parts({ hits: found([{ __name__: 'errors_total' }, 1]), total });
    const { canary, baseline } = readArms(own, parts({ hits: found(), total }), other);
    assert.deepEqual(canary, { kind: 'counters', hits: [], total: [{ id: 'requests_total{}', value: 9, at: 1000 }] });
    assert.equal(baseline?.kind, 'counters');
  });

  it('is unknown when no arm has it', () => {
    for (const other of [null, parts({ hits: found(), total })])
      assert.match(told(readArms(own, parts({ hits: found(), total }), other).canary), /^no-series: errors_total/);
  });

  it('of the same metric is zero when its labels exist', () => {
    const same = metricOf(aTrigger({ bad: 'requests_total{code=~"5..",region!="eu"}', total: 'requests_total' }));
    const labelled = found([{ __name__: 'requests_total', code: '200' }, 9]);
    assert.equal(readArms(same, parts({ hits: found(), total: labelled }), null).canary.kind, 'counters');
    assert.match(
      told(readArms(same, parts({ hits: found(), total }), null).canary),
      /no series of requests_total has the label code/,
    );
  });
});

describe('failures and successes without a total', () => {
  const metric = metricOf(aTrigger({ bad: 'failure_total', good: 'success_total' }));

  it('are together all events', () => {
    const own = parts({
      hits: found([{ __name__: 'failure_total' }, 2]),
      total: found([{ __name__: 'success_total' }, 8]),
    });
    const failed = { id: 'failure_total{}', value: 2, at: 1000 };
    assert.deepEqual(readArms(metric, own, null).canary, {
      kind: 'counters',
      hits: [failed],
      total: [{ id: 'success_total{}', value: 8, at: 1000 }, failed],
    });
  });

  it('are unknown while no arm counts failures', () => {
    const own = parts({ hits: found(), total: found([{ __name__: 'success_total' }, 8]) });
    assert.match(told(readArms(metric, own, own).canary), /^no-series: failure_total/);
  });
});

describe('a histogram', () => {
  const metric = metricOf(aTrigger({ histogram: 'lat{route="/"}' }));
  const arm = (...buckets: readonly Raw[]): string =>
    told(readArms(metric, parts({ bucket: found(...buckets) }), null).canary);

  it('asks for its buckets and keeps the labels of the question', () => {
    assert.deepEqual(metric.kind === 'buckets' && metric.bucket, {
      metric: 'lat_bucket',
      matchers: [{ name: 'route', op: '=', value: '/' }],
    });
  });

  it('without +Inf, without le, or with an edge twice is refused', () => {
    assert.match(arm([{ le: '0.1' }, 1]), /^invalid: .*no le="\+Inf"/);
    assert.match(arm([{ quantile: '0.9' }, 1]), /^wrong-type: .*no readable le/);
    assert.match(arm([{ le: '1' }, 1], [{ le: '1.0' }, 1], [{ le: '+Inf' }, 2]), /^invalid: .*a bucket twice/);
  });
});

describe('moments', () => {
  const metric = metricOf(aTrigger({ sum: 'score_sum', squares: 'score_squares', count: 'score_count' }));
  const part = (name: string, value: number, pod = 'a'): Found => found([{ __name__: name, pod }, value]);

  it('of one pod are joined over the three metrics', () => {
    const own = parts({ sum: part('score_sum', 5), squares: part('score_squares', 4), count: part('score_count', 7) });
    assert.deepEqual(readArms(metric, own, null).canary, {
      kind: 'moments',
      series: [{ id: '{pod="a"}', n: 7, sum: 5, sumOfSquares: 4, at: 1000 }],
    });
  });

  it('with a sum of another pod are refused', () => {
    const own = parts({
      sum: part('score_sum', 5, 'b'),
      squares: part('score_squares', 4),
      count: part('score_count', 7),
    });
    assert.match(told(readArms(metric, own, null).canary), /^no-series: score_sum has no series \{pod="a"\}/);
  });
});

it('several pods of a gauge are their mean, as old as the oldest', () => {
  const metric = metricOf(aTrigger({ gauge: 'acc' }));
  const gauge: Found = {
    kind: 'points',
    points: [
      { labels: { pod: 'a' }, value: 0.8, at: 1000 },
      { labels: { pod: 'b' }, value: 0.9, at: 500 },
    ],
  };
  const { canary } = readArms(metric, parts({ gauge }), null);
  assert.ok(canary.kind === 'gauge' && Math.abs(canary.value - 0.85) < 1e-12 && canary.at === 500);
});

it('only a relative limit and a distance need the baseline', () => {
  const fixed = aCondition({ factor: 0, plus: 0.1 });
  assert.equal(needsBaseline(aTrigger({ if: fixed })), false);
  assert.equal(needsBaseline(aTrigger({ if: fixed, 'pass-when': aCondition({ op: '<' }) })), true);
  assert.equal(needsBaseline(aTrigger({ if: { ...fixed, statistic: { kind: 'ks' } } })), true);
});
