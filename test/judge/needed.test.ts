import assert from 'node:assert/strict';
import { test } from 'node:test';
import { begin, look, rulesOfGate, verdict, type Rules, type State } from '../../src/judge/judge.ts';
import { neededToDecide } from '../../src/judge/needed.ts';
import type { Sample } from '../../src/measure/sample.ts';
import { aGate, aTrigger, events, RATE, when } from './fixtures.ts';

function after(
  rules: Rules,
  samples: Readonly<Record<string, Sample>>,
  looks: number,
  from: State = begin(rules),
): State {
  let state = from;
  for (let k = 0; k < looks; k++) state = look(rules, state, { t: state.t + rules.pollSeconds, samples });
  return state;
}

const HARMLESS = events(0.4, 75, 7, 1425);
const trigger = aTrigger({
  if: when(RATE, '>', { factor: 1, plus: 0 }),
  'pass-when': when(RATE, '<', { factor: 1, plus: 0.01 }),
});

for (const [mode, over] of [
  ['robust', {}],
  ['exact', { robust: false }],
  ['horizon', { robust: false, spending: 'horizon' }],
] as const) {
  test(`${mode}: the extra bad events that are told flip the verdict, one less does not`, () => {
    const rules = rulesOfGate(aGate({ triggers: [trigger], ...over }));
    const state = after(rules, { errors: HARMLESS }, 12);
    const needs = neededToDecide(rules, state).triggers[0]?.toFail;
    assert.ok(needs && needs.extra > 0 && needs.looks >= 1);
    assert.equal(needs.seconds, 15 * needs.looks);
    const with_ = (extra: number) =>
      verdict(rules, after(rules, { errors: events(0.4 + extra / needs.looks, 75, 7, 1425) }, needs.looks, state))
        .status;
    assert.equal(with_(needs.extra), 'fail');
    assert.notEqual(with_(needs.extra - 1), 'fail');
    if (mode === 'robust') assert.ok(needs.looks > 1, 'one window alone is no proof, short of a catastrophe');
  });
}

test('the seconds that are told make the gate pass, one look less does not', () => {
  const rules = rulesOfGate(aGate({ triggers: [trigger], soak: 60_000 }));
  const state = after(rules, { errors: HARMLESS }, 6);
  const { toPassSeconds, triggers } = neededToDecide(rules, state);
  assert.ok(toPassSeconds !== null && toPassSeconds > 0);
  assert.equal(triggers[0]?.toPassSeconds, toPassSeconds);
  const looks = toPassSeconds / 15;
  assert.equal(verdict(rules, after(rules, { errors: HARMLESS }, looks, state)).status, 'pass');
  assert.equal(verdict(rules, after(rules, { errors: HARMLESS }, looks - 1, state)).status, 'continue');
});

test('a proof that is there needs nothing more; the soak is still waited for', () => {
  const rules = rulesOfGate(aGate({ triggers: [trigger] }));
  const needs = neededToDecide(rules, after(rules, { errors: events(0, 7500, 0, 142_500) }, 3));
  assert.equal(needs.triggers[0]?.toPassSeconds, 0);
  assert.equal(needs.toPassSeconds, 600 - 45);
});

test('good events that are missing, slow requests and strata count as bad ones', () => {
  const good = aTrigger({ name: 'good', good: 'ok', total: 'all', if: when(RATE, '<', { factor: 1, plus: -0.03 }) });
  const slow = aTrigger({ name: 'slow', if: when({ kind: 'quantile', q: 0.99 }, '>', { factor: 0, plus: 300 }) });
  const samples: Readonly<Record<string, Sample>> = {
    good: {
      ...events(90, 100, 900, 1000),
      strata: [{ name: 'eu', canary: { hits: 90, total: 100 }, baseline: { hits: 900, total: 1000 } }],
    } as Sample,
    slow: { kind: 'histogram', edges: [0.1, 0.3, Infinity], canary: [90, 10, 0], baseline: [900, 100, 0] },
  };
  const rules = rulesOfGate(aGate({ triggers: [good, slow], robust: false }));
  const state = after(rules, samples, 4);
  const needs = neededToDecide(rules, state);
  for (const one of needs.triggers) assert.ok((one.toFail?.extra ?? 0) > 0, one.trigger);
  const bad = needs.triggers[1]?.toFail;
  assert.ok(bad);
  const each = bad.extra / bad.looks;
  const slower: Sample = {
    kind: 'histogram',
    edges: [0.1, 0.3, Infinity],
    canary: [90 - 0.9 * each, 10 - 0.1 * each, each],
    baseline: [900, 100, 0],
  };
  assert.equal(verdict(rules, after(rules, { ...samples, slow: slower }, bad.looks, state)).status, 'fail');
});

test('after a decision, without data and for metrics whose windows are not known nothing is promised', () => {
  const rules = rulesOfGate(aGate({ triggers: [trigger] }));
  const failed = neededToDecide(rules, after(rules, { errors: events(60, 75, 7, 1425) }, 8));
  assert.deepEqual(failed, {
    toPassSeconds: null,
    triggers: [{ trigger: 'errors', toFail: null, toPassSeconds: null }],
  });
  assert.equal(neededToDecide(rules, begin(rules)).toPassSeconds, null);
  const gauge = rulesOfGate(
    aGate({ triggers: [aTrigger({ if: when({ kind: 'value' }, '>', { factor: 1, plus: 1 }) })] }),
  );
  const state = after(gauge, { errors: { kind: 'gauge', canary: 1, baseline: 1 } }, 5);
  assert.deepEqual(neededToDecide(gauge, state).triggers[0], { trigger: 'errors', toFail: null, toPassSeconds: null });
});
