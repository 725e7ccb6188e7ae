import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BEGIN_GAUGE, playGauge } from '../../src/judge/gauge-leg.ts';
import { AT_ONCE } from '../../src/judge/mixture.ts';
import { begin, look, rulesOfGate, verdict } from '../../src/judge/judge.ts';
import { sharesOf } from '../../src/judge/shares.ts';
import type { Sample } from '../../src/measure/sample.ts';
import type { Gate } from '../../src/playbook/schema.ts';
import { aGate, aTrigger, events, when } from './fixtures.ts';

function after(gate: Gate, samples: Readonly<Record<string, Sample>>, looks: number) {
  const rules = rulesOfGate(gate);
  let state = begin(rules);
  for (let k = 1; k <= looks; k++) state = look(rules, state, { t: 15 * k, samples });
  return verdict(rules, state);
}

test('a reserved share is exactly that part of the evidence, the rest is divided by weight', () => {
  const triggers = [
    aTrigger({ criticality: 'critical', 'alpha-share': 0.5 }),
    aTrigger({ name: 'a', criticality: 'critical' }),
    aTrigger({ name: 'b' }),
    aTrigger({ name: 'c', criticality: 'info' }),
  ];
  assert.deepEqual(
    sharesOf(triggers).map(({ part }) => part),
    [0.5, 0.375, 0.125, 0],
  );
  assert.deepEqual(
    sharesOf(triggers.slice(1)).map(({ weight }) => weight),
    [3, 1, 0],
  );
  const alone = sharesOf([aTrigger({ criticality: 'critical', 'alpha-share': 0.3 })]);
  assert.equal(alone[0]?.part, 1);
  assert.throws(
    () => sharesOf([...triggers, aTrigger({ name: 'd', 'alpha-share': 0.5 })]),
    /100% together and leave nothing/,
  );
});

test('a critical trigger with a reserved share fails a release sooner than without, whatever many others say', () => {
  const others = Array.from({ length: 12 }, (_, i) => aTrigger({ name: `o${i}` }));
  const quiet = Object.fromEntries(others.map(({ name }) => [name, events(0, 300, 0, 3000)]));
  const samples = { ...quiet, errors: events(9, 300, 15, 3000) };
  const looksToFail = (share: Partial<ReturnType<typeof aTrigger>>): number => {
    const gate = aGate({ triggers: [aTrigger({ criticality: 'critical', ...share }), ...others] });
    for (let looks = 1; looks < 60; looks++) if (after(gate, samples, looks).status === 'fail') return looks;
    return Infinity;
  };
  const [reserved, shared] = [looksToFail({ 'alpha-share': 0.8 }), looksToFail({})];
  assert.ok(reserved < shared && shared < Infinity, `${reserved} and ${shared}`);
});

test('another split of the traffic than configured is inconclusive at once, with both numbers', () => {
  const gate = aGate({ weight: 0.05, triggers: [aTrigger()] });
  const right = after(gate, { errors: events(1, 50, 10, 950) }, 60);
  assert.notEqual(right.status, 'inconclusive', right.because);
  const wrong = after(gate, { errors: events(1, 100, 10, 900) }, 20);
  assert.equal(wrong.status, 'inconclusive');
  assert.match(wrong.because, /the canary got 10 % of the requests \(2000 of 20000, errors\) and weight is 5 %/);
  assert.notEqual(
    after(aGate({ triggers: [aTrigger()] }), { errors: events(1, 100, 10, 900) }, 60).status,
    'inconclusive',
  );
});

test('proven harm is told even where the split is wrong', () => {
  const result = after(aGate({ weight: 0.05 }), { errors: events(60, 100, 10, 900) }, 1);
  assert.equal(result.status, 'fail');
});

test('a gauge with a window of four looks is read at the first look and at the fifth', () => {
  const leg = { kind: 'gauge', factor: 0, plus: 1, every: 4, batch: 1 } as const;
  const game = { side: 'fail', starts: AT_ONCE, cap: null, catastrophe: false } as const;
  let state = BEGIN_GAUGE;
  const taken = Array.from({ length: 6 }, () => {
    state = playGauge(leg, state, { kind: 'gauge', canary: 2, baseline: null }, game, 'above');
    return state.gauge.n;
  });
  assert.deepEqual(taken, [1, 1, 1, 1, 2, 2]);
});

test('a gauge is read once in its own window, and its batches are averaged', () => {
  const gauge = (over: Partial<ReturnType<typeof aTrigger>>) =>
    aGate({
      soak: 15_000,
      triggers: [
        aTrigger({ name: 'g', gauge: 'g', if: when({ kind: 'value' }, '>', { factor: 0, plus: 1 }), ...over }),
      ],
    });
  const firstFail = (gate: Gate): number => {
    const rules = rulesOfGate(gate);
    let state = begin(rules);
    for (let k = 1; k <= 120; k++) {
      const sample: Sample = { kind: 'gauge', canary: 5 + 0.1 * Math.sin(k), baseline: null };
      state = look(rules, state, { t: 15 * k, samples: { g: sample } });
      if (state.failed !== null) return k;
    }
    return Infinity;
  };
  const [every, spaced, batched] = [
    firstFail(gauge({})),
    firstFail(gauge({ window: 60_000 })),
    firstFail(gauge({ batch: 4 })),
  ];
  assert.ok(spaced >= 3 * every && spaced < Infinity, `${every}, ${spaced}`);
  assert.ok(batched >= 3 * every && batched < Infinity, `${every}, ${batched}`);
});
