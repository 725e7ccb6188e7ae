import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runGate } from '../../src/control/gate.ts';
import type { Reading } from '../../src/measure/reading.ts';
import { gateSchema } from '../../src/playbook/schema-gate.ts';
import type { Clock, MetricSource, Query } from '../../src/ports.ts';

const START = 1_700_000_000_000;
const BEGAN = START - 86_400_000;

function aClock(): Clock {
  let now = START;
  return {
    now: () => now,
    wait: async (ms) => {
      now += ms;
    },
  };
}

/** One arm with history: each day has its own error rate, and counters rise by 100 a second. */
function aSource(clock: Clock, rates: { readonly now: number; readonly then: number }, remembers = true) {
  const asked: { readonly at: number | null; readonly queries: readonly Query[] }[] = [];
  const source: MetricSource = {
    remembers,
    async look(queries, at) {
      asked.push({ at, queries });
      const moment = at ?? clock.now();
      const [began, rate] = moment < START ? [BEGAN, rates.then] : [START, rates.now];
      const total = Math.round((moment - began) / 10) + 5;
      const point = (value: number) => [{ id: 'pod', value, at: moment }];
      const reading: Reading = {
        at: moment,
        canary: { kind: 'counters', hits: point(Math.round(total * rate)), total: point(total) },
        baseline: null,
      };
      return new Map(queries.map(({ trigger }) => [trigger.name, reading]));
    },
  };
  return { source, asked };
}

const gate = gateSchema.parse({
  source: 'main',
  arms: { canary: 'track="canary"' },
  baseline: 'last-good',
  triggers: [{ name: 'errors', bad: 'bad', total: 'all', if: 'rate > baseline + 0.5pp', then: 'rollback' }],
});

async function run(rates: { now: number; then: number }, began: number | null, remembers = true) {
  const clock = aClock();
  const { source, asked } = aSource(clock, rates, remembers);
  const { verdict } = await runGate({ gate, sources: new Map([['main', source]]), clock, baselineSince: began });
  return { verdict, asked };
}

test('the canary is compared with its own series at the same minutes of the last good gate', async () => {
  assert.equal((await run({ now: 0.01, then: 0.01 }, BEGAN)).verdict.status, 'pass');
  const { verdict, asked } = await run({ now: 0.05, then: 0.01 }, BEGAN);
  assert.equal(verdict.status, 'fail');
  assert.match(verdict.because, /rate 0\.05.* > limit 0\.015.* \(baseline 0\.01/);
  const [first, past] = asked;
  assert.equal(first?.at, null);
  assert.equal(past?.at, BEGAN + gate['warm-up']);
  assert.equal(past.queries[0]?.since, BEGAN + gate['warm-up']);
  assert.equal(past.queries[0].arms.canary, 'track="canary"');
});

test('without a known beginning, or from a source without history, nothing is compared and nothing passes', async () => {
  for (const [began, remembers, words] of [
    [null, true, /not known when the gate of the last good release began/],
    [BEGAN, false, /no history/],
    [START + 3_600_000, true, /would lie in the future/],
  ] as const) {
    const { verdict } = await run({ now: 0, then: 0 }, began, remembers);
    assert.equal(verdict.status, 'no-data', verdict.because);
    assert.match(verdict.because, words);
    assert.match(verdict.because, /one-arm/);
  }
});
