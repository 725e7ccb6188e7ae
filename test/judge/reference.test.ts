import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seeded, type Random } from '../../bench/judge/random.ts';
import { driftIncrements, noDriftIncrements } from '../../src/judge/drift.ts';
import { begin, look, rulesOfGate, verdict, type State } from '../../src/judge/judge.ts';
import type { ReferenceSample } from '../../src/measure/reference.ts';
import type { Sample } from '../../src/measure/sample.ts';
import { aGate, aTrigger, when } from './fixtures.ts';

const EDGES = [
  0.05,
  0.1,
  0.15,
  0.2,
  0.25,
  0.3,
  0.35,
  0.4,
  0.45,
  0.5,
  0.55,
  0.6,
  0.65,
  0.7,
  0.75,
  0.8,
  0.85,
  0.9,
  0.95,
  Infinity,
];

function aDrift(exact: boolean, kappa = 0.15) {
  const trigger = aTrigger({
    name: 'amount',
    histogram: 'amount',
    reference: { file: 'amount.csv', exact },
    if: when({ kind: 'ks' }, '>', { factor: 0, plus: kappa }),
  });
  return aGate({ triggers: [trigger], arms: { canary: 'c' }, soak: 60_000, robust: false });
}

function values(random: Random, count: number): ReferenceSample {
  return { kind: 'values', sorted: Array.from({ length: count }, random).sort((a, b) => a - b) };
}

function live(random: Random, count: number): Sample {
  return { kind: 'values', canary: Array.from({ length: count }, random), baseline: null };
}

function binned(sample: Sample): Sample {
  if (sample.kind !== 'values') return sample;
  const canary = EDGES.map(() => 0);
  for (const value of sample.canary) {
    const at = EDGES.findIndex((edge) => value <= edge);
    canary[at] = (canary[at] ?? 0) + 1;
  }
  return { kind: 'histogram', edges: EDGES, canary, baseline: null };
}

function judged(gate: ReturnType<typeof aGate>, reference: ReferenceSample, next: (k: number) => Sample, looks = 60) {
  const rules = rulesOfGate(gate, new Map([['amount', reference]]));
  let state = begin(rules);
  for (let k = 1; k <= looks; k++) {
    state = look(rules, state, { t: 15 * k, samples: { amount: next(k) } });
    if (verdict(rules, state).status !== 'continue') break;
  }
  return verdict(rules, state);
}

test('a canary like its reference passes, one far from it fails, from values and from buckets, without any baseline', () => {
  for (const shape of [(sample: Sample) => sample, binned]) {
    const random = seeded(3);
    const reference = values(random, 20_000);
    const same = judged(aDrift(false), reference, () => shape(live(random, 400)));
    assert.equal(same.status, 'pass', same.because);
    const drifted = judged(aDrift(false), reference, () => shape(live(() => random() ** 2, 100)));
    assert.equal(drifted.status, 'fail', drifted.because);
    assert.match(
      drifted.because,
      /KS distance 0\.\d+ > limit 0\.15.*PSI .* above its noise .* 20000 values of the reference/,
    );
  }
});

test('a reference in buckets of its own is compared at the shared edges, and one without any is no data with its cure', () => {
  const random = seeded(4);
  const known = { kind: 'histogram', edges: EDGES, counts: EDGES.map(() => 1000) } as const;
  assert.equal(judged(aDrift(false), known, () => binned(live(random, 400))).status, 'pass');
  const strange = { kind: 'histogram', edges: [7, 8, Infinity], counts: [1000, 1000, 1000] } as const;
  const result = judged(aDrift(false), strange, () => binned(live(random, 400)), 130);
  assert.equal(result.status, 'no-data');
  assert.match(result.because, /none is shared: make the reference from the same buckets, or from raw values/);
});

test('buckets that change while the gate runs are not compared with the old ones', () => {
  const random = seeded(5);
  const other: Sample = { kind: 'histogram', edges: [0.5, Infinity], canary: [50, 50], baseline: null };
  const result = judged(aDrift(false), values(random, 20_000), (k) => (k < 3 ? binned(live(random, 40)) : other), 130);
  assert.notEqual(result.status, 'pass');
  assert.match(JSON.stringify(result.findings[0]?.missing), /the buckets changed: no edge at/);
});

test('a gate whose reference was not read is refused, not compared with the live baseline', () => {
  assert.throws(() => rulesOfGate(aDrift(false)), /its reference amount\.csv was not read/);
});

test('a larger reference sample needs less allowance, and an exact one none', () => {
  const random = seeded(6);
  const pads = [values(random, 500), values(random, 50_000)].map((reference) => padOf(aDrift(false), reference));
  assert.ok((pads[0] ?? 0) > 9 * (pads[1] ?? 1), JSON.stringify(pads));
  assert.equal(padOf(aDrift(true), values(random, 500)), 0);
});

test('the noise of a reference sample is taken off both sides: harm lies further away, and so does harmlessness', () => {
  const [edges, below] = [[1], [0.5]];
  const window = { n: 100, below: [70] };
  const at = (kappa: number, pad: number) => ({ edges, below, kappa, pad });
  const close = (a: readonly number[], b: readonly number[]) =>
    a.forEach((x, i) => assert.ok(Math.abs(x - (b[i] ?? NaN)) < 1e-9, `${x} and ${b[i] ?? NaN}`));
  close(driftIncrements(at(0.15, 0.05), window), driftIncrements(at(0.2, 0), window));
  close(noDriftIncrements(at(0.15, 0.05), window), noDriftIncrements(at(0.1, 0), window));
});

test('a fifth of the false alarms, and as much of the false passes, is left to the noise of the reference', () => {
  const leg = (gate: ReturnType<typeof aGate>) =>
    rulesOfGate(gate, new Map(gate.triggers.map(({ name }) => [name, values(seeded(6), 500)]))).triggers[0]?.question
      .fail.legs[0];
  const alone = leg(aDrift(false));
  assert.ok(alone?.kind === 'drift-reference');
  assert.deepEqual(alone.discount, { fail: Math.log1p(-0.2), pass: Math.log1p(-0.04) });
  assert.equal(alone.pad, Math.sqrt(Math.log(2 / 0.002) / 1000));
  const [one] = aDrift(false).triggers;
  assert.ok(one !== undefined);
  const shared = leg({ ...aDrift(false), triggers: [one, { ...one, name: 'other' }] });
  assert.ok(shared?.kind === 'drift-reference');
  assert.equal(shared.pad, Math.sqrt(Math.log(2 / 0.001) / 1000), 'half of the false alarms are its own');
});

function padOf(gate: ReturnType<typeof aGate>, reference: ReferenceSample): number {
  const leg = rulesOfGate(gate, new Map([['amount', reference]])).triggers[0]?.question.fail.legs[0];
  return leg?.kind === 'drift-reference' ? leg.pad : NaN;
}

test('with a huge live baseline, the live comparison agrees with the exact reference', () => {
  const shift = (random: Random) => () => Math.min(1, random() ** 1.8);
  const whole = Array.from({ length: 20_000 }, (_, i) => (i + 0.5) / 20_000);
  const one = seeded(7);
  const fixed = judged(aDrift(true), { kind: 'values', sorted: whole }, () => live(shift(one), 60));
  const two = seeded(7);
  const trigger = aTrigger({
    name: 'amount',
    histogram: 'amount',
    if: when({ kind: 'ks' }, '>', { factor: 0, plus: 0.15 }),
  });
  const rules = rulesOfGate(aGate({ triggers: [trigger], robust: false }));
  let state = begin(rules);
  // The first baseline values only choose the edges.
  state = look(rules, state, { t: 1, samples: { amount: { kind: 'values', canary: [0.5], baseline: whole } } });
  for (let k = 1; k <= 60 && state.failed === null; k++) {
    const { canary } = live(shift(two), 60) as Extract<Sample, { kind: 'values' }>;
    state = look(rules, state, { t: 15 * k, samples: { amount: { kind: 'values', canary, baseline: whole } } });
  }
  assert.equal(fixed.status, 'fail');
  assert.ok(
    state.failed !== null && Math.abs(state.failed.t - fixed.elapsedSeconds) <= 60,
    JSON.stringify(state.failed),
  );
});

test('with a fresh reference sample for each release, drift of exactly kappa fails at most 1 release of 100', () => {
  const random = seeded(8);
  const releases = 30;
  let failed = 0;
  // A uniform canary with a share of 0.15 moved from the low half to the high half: KS exactly 0.15 at 0.5.
  const moved = (): number => {
    const x = random();
    return x < 0.5 && random() < 0.3 ? x + 0.5 : x;
  };
  for (let release = 0; release < releases; release++)
    if (judged(aDrift(false), values(random, 400), () => live(moved, 300), 12).status === 'fail') failed++;
  assert.ok(failed <= releases * (0.01 + 3 * Math.sqrt(0.01 / releases)), `${failed} of ${releases}`);
});

test('values that are not finite and empty windows are never a pass', () => {
  const reference = values(seeded(9), 5000);
  for (const canary of [[NaN, 0.5], [Infinity], []]) {
    const result = judged(aDrift(false), reference, () => ({ kind: 'values', canary, baseline: null }), 130);
    assert.ok(['no-data', 'inconclusive'].includes(result.status), result.status);
  }
});

test('a state with a reference survives JSON to the same bit', () => {
  const random = seeded(10);
  const rules = rulesOfGate(aDrift(false), new Map([['amount', values(random, 2000)]]));
  let [kept, stored]: [State, State] = [begin(rules), begin(rules)];
  for (let k = 1; k <= 10; k++) {
    const samples = { amount: binned(live(random, 50)) };
    kept = look(rules, kept, { t: 15 * k, samples });
    stored = look(rules, JSON.parse(JSON.stringify(stored)) as State, { t: 15 * k, samples });
  }
  assert.deepEqual(verdict(rules, stored), verdict(rules, kept));
});
