import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { prometheusSource } from '../../src/adapters/prometheus.ts';
import type { Reading } from '../../src/measure/reading.ts';
import type { Sample } from '../../src/measure/sample.ts';
import { between } from '../../src/measure/window.ts';
import type { Trigger } from '../../src/playbook/schema.ts';
import type { MetricSource } from '../../src/ports.ts';
import { startPrometheus } from '../../src/world/prometheus/prometheus.ts';
import type { PrometheusWorld } from '../../src/world/prometheus/prometheus.ts';
import type { Counts } from '../../src/world/services/counts.ts';
import { LATENCY_EDGES } from '../../src/world/services/counts.ts';
import { withFaults } from '../../src/world/services/faults.ts';
import { startFleet } from '../../src/world/services/fleet.ts';
import type { Fleet } from '../../src/world/services/fleet.ts';
import { sendLoad } from '../../src/world/services/load.ts';
import { aCondition, aTrigger } from '../measure/a-trigger.ts';
import { aRollout } from '../world/services/a-rollout.ts';

const quick = { typicalMs: 0.5, slowMs: 320, slowShare: 0.01 };
const behaviours = {
  '1.4.1': withFaults({ errorRate: 0.01, latency: quick }),
  '2.0.0': withFaults({ errorRate: 0.2, drift: 0.5, accuracy: 0.7, latency: quick }),
};
const triggers: readonly Trigger[] = [
  aTrigger({ name: 'errors', bad: 'http_requests_total{code=~"5.."}', total: 'http_requests_total' }),
  aTrigger({ name: 'accuracy', good: 'predictions_correct_total', total: 'predictions_labelled_total' }),
  aTrigger({ name: 'latency', histogram: 'http_request_duration_seconds' }),
  aTrigger({ name: 'drift', histogram: 'feature_value', if: aCondition({ statistic: { kind: 'ks' } }) }),
];
const arms = { canary: 'track="canary"', baseline: 'track="stable"' };

const probe = await startPrometheus({ targets: [], scrapeMs: 250 });
const skip = probe === null ? 'prometheus is not installed' : false;

describe('a real Prometheus', { skip }, () => {
  let fleet: Fleet;
  let source: MetricSource;
  const server = (): PrometheusWorld => {
    assert.ok(probe);
    return probe;
  };
  before(async () => {
    fleet = await startFleet({ behaviours, seed: 3 });
    for (const tag of ['1.4.1', '2.0.0']) await fleet.applyManifest(aRollout(tag, 40));
    await server().setTargets([{ url: `${fleet.url}/metrics/fleet` }]);
    source = prometheusSource({ url: server().url, auth: {}, timeoutMs: 10_000 });
  });
  after(async () => {
    await fleet.close();
    await probe?.stop();
  });

  const look = async (): Promise<ReadonlyMap<string, Reading>> => {
    await server().scraped();
    return source.look(
      triggers.map((trigger) => ({ trigger, arms, since: 0 })),
      null,
    );
  };
  const truth = (): Readonly<Record<'canary' | 'baseline', Counts>> => {
    const [canary, baseline] = [fleet.counts('canary'), fleet.counts('stable')];
    assert.ok(canary && baseline);
    return { canary, baseline };
  };

  it('gives windows that equal the services’ own counts, to the event', async () => {
    await sendLoad({ url: fleet.url, count: 200, seed: 1 });
    const [firstLook, firstTruth] = [await look(), truth()];
    await sendLoad({ url: fleet.url, count: 1500, seed: 2 });
    const [secondLook, secondTruth] = [await look(), truth()];
    const window = (name: string): Sample => {
      const trigger = triggers.find((t) => t.name === name);
      const now = secondLook.get(name);
      assert.ok(trigger && now);
      return between(trigger, firstLook.get(name) ?? null, now).sample;
    };
    const grown = (of: (c: Counts) => number, arm: 'canary' | 'baseline'): number =>
      of(secondTruth[arm]) - of(firstTruth[arm]);
    const events = (hits: (c: Counts) => number, total: (c: Counts) => number): Sample => ({
      kind: 'events',
      canary: { hits: grown(hits, 'canary'), total: grown(total, 'canary') },
      baseline: { hits: grown(hits, 'baseline'), total: grown(total, 'baseline') },
    });
    assert.deepEqual(
      window('errors'),
      events(
        (c) => c.bad,
        (c) => c.total,
      ),
    );
    assert.deepEqual(
      window('accuracy'),
      events(
        (c) => c.correct,
        (c) => c.labelled,
      ),
    );
    const buckets = (of: (c: Counts) => readonly number[], arm: 'canary' | 'baseline'): readonly number[] =>
      of(secondTruth[arm]).map((n, i) => n - (of(firstTruth[arm])[i] ?? 0));
    assert.deepEqual(window('latency'), {
      kind: 'histogram',
      edges: [...LATENCY_EDGES],
      canary: buckets((c) => c.latency, 'canary'),
      baseline: buckets((c) => c.latency, 'baseline'),
    });
    const drift = window('drift');
    assert.deepEqual(
      drift.kind === 'histogram' && drift.canary,
      buckets((c) => c.features, 'canary'),
    );
    assert.ok(grown((c) => c.bad, 'canary') > 0, 'the canary really failed');
  });

  it('repeats the answer of an earlier instant', async () => {
    const now = (await look()).get('errors');
    assert.ok(now);
    await sendLoad({ url: fleet.url, count: 50, seed: 4 });
    await server().scraped();
    const trigger = triggers[0] ?? assert.fail();
    const again = (await source.look([{ trigger, arms, since: 0 }], now.at)).get('errors');
    assert.deepEqual(again, now);
  });

  it('says in its own words what is wrong with a question', async () => {
    const asked = [
      aTrigger({ name: 'typo', bad: 'http_erors_total', total: 'http_requests_total' }),
      aTrigger({ name: 'label', bad: 'http_requests_total{status=~"5.."}', total: 'http_requests_total' }),
      aTrigger({ name: 'regex', bad: 'http_requests_total{code=~"5(."}', total: 'http_requests_total' }),
    ];
    const readings = await source.look(
      asked.map((trigger) => ({ trigger, arms, since: 0 })),
      null,
    );
    const told = asked.map(({ name }) => {
      const canary = readings.get(name)?.canary;
      return canary?.kind === 'missing' ? `${canary.reason}: ${canary.detail}` : 'a number';
    });
    assert.match(told[0] ?? '', /^no-series: .*in any arm: check the name/);
    assert.match(told[1] ?? '', /^no-series: .*has the label status/);
    assert.match(told[2] ?? '', /^query-error: .*bad_data/);
  });

  it('forgets the canary when it is gone, and that is no window', async () => {
    const start = (await look()).get('errors');
    await fleet.applyManifest(aRollout('1.4.1', 40));
    await sendLoad({ url: fleet.url, count: 50, seed: 5 });
    const now = (await look()).get('errors');
    const trigger = triggers[0] ?? assert.fail();
    assert.ok(start && now);
    const { sample, keep } = between(trigger, start, now);
    assert.equal(sample.kind === 'missing' && sample.reason, 'one-arm');
    assert.deepEqual(keep, start);
  });
});
