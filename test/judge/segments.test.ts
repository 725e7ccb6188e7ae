import assert from 'node:assert/strict';
import { test } from 'node:test';
import { binomial, poisson, seeded, type Random } from '../../bench/judge/random.ts';
import { begin, look, rulesOfGate, verdict, type Rules, type State } from '../../src/judge/judge.ts';
import { legLogE } from '../../src/judge/leg.ts';
import type { Sample } from '../../src/measure/sample.ts';
import type { Gate, Trigger } from '../../src/playbook/schema.ts';
import { aGate, aTrigger, events, when } from './fixtures.ts';

type Segments = NonNullable<Trigger['segments']>;
type Parts = Readonly<Record<string, Sample>>;

function rulesWith(segments: Partial<Segments> = {}, trigger: Partial<Trigger> = {}, gate: Partial<Gate> = {}): Rules {
  const asked = aTrigger({ segments: { by: 'region', 'on-no-data': 'hold', ...segments }, ...trigger });
  return rulesOfGate(aGate({ triggers: [asked], soak: 60_000, ...gate }));
}

/** The sample of everything is the sum of its parts. */
function whole(parts: Parts): Sample {
  const sum = (arm: 'canary' | 'baseline', key: 'hits' | 'total') =>
    Object.values(parts).reduce((all, one) => all + (one.kind === 'events' ? (one[arm]?.[key] ?? 0) : 0), 0);
  return events(sum('canary', 'hits'), sum('canary', 'total'), sum('baseline', 'hits'), sum('baseline', 'total'));
}

function played(rules: Rules, looks: readonly Parts[]): State {
  let state = begin(rules);
  for (const [k, parts] of looks.entries())
    state = look(rules, state, { t: 15 * (k + 1), samples: { errors: whole(parts) }, segments: { errors: parts } });
  return state;
}

const good = events(2, 400, 20, 4000);
const bad = events(40, 400, 20, 4000);
const nothing: Sample = { kind: 'missing', reason: 'no-series', detail: 'no series with region="ap"' };
const times = (n: number, parts: Parts): readonly Parts[] => Array.from({ length: n }, () => parts);

test('the worst segment decides, where the sum of all would have passed', () => {
  const parts = { eu: events(30, 300, 3, 3000), us: events(10, 9000, 100, 90_000) };
  const state = played(rulesWith(), times(12, parts));
  const now = verdict(rulesWith(), state);
  assert.equal(now.status, 'fail');
  const [finding] = now.findings;
  assert.equal(finding?.segments?.worst, 'eu');
  assert.equal(finding.canary, 0.1);
  assert.equal(finding.baseline, 0.001);
  assert.match(finding.because, /rate 0\.1 > limit 0\.006 \(baseline 0\.001\).*; region eu, the worst of 2/);
  const pooled = rulesOfGate(aGate({ triggers: [aTrigger()], soak: 60_000 }));
  assert.notEqual(verdict(pooled, played(pooled, times(12, parts))).status, 'fail', 'pooled it is hidden');
});

test('a pass needs the proof of every segment', () => {
  const rules = rulesWith();
  const fine = { eu: good, us: good };
  assert.equal(verdict(rules, played(rules, times(60, fine))).status, 'pass');
  const scarce = { eu: good, us: events(0, 3, 0, 30) };
  const now = verdict(rules, played(rules, times(60, scarce)));
  assert.equal(now.status, 'continue');
  assert.equal(now.findings[0]?.segments?.worst, 'us', 'the one that is proven least');
});

test('a segment without data holds up the pass and is named, or is only named where the playbook says so', () => {
  const parts = { eu: good, us: good, ap: nothing };
  const held = rulesWith({ values: ['eu', 'us', 'ap'] }, {}, { deadline: 900_000 });
  const now = verdict(held, played(held, times(60, parts)));
  assert.equal(now.status, 'no-data');
  assert.match(now.findings[0]?.because ?? '', /not enough data, so not passed: ap \(no series with region="ap"\)/);
  const telling = rulesWith({ values: ['eu', 'us', 'ap'], 'on-no-data': 'tell' });
  const passed = verdict(telling, played(telling, times(60, parts)));
  assert.equal(passed.status, 'pass');
  assert.match(passed.findings[0]?.because ?? '', /not proven, only watched for harm: ap \(no series/);
});

test('no segment measured is never a pass', () => {
  for (const onNoData of ['hold', 'tell'] as const) {
    const rules = rulesWith({ values: ['eu', 'us'], 'on-no-data': onNoData });
    const state = played(rules, times(60, { eu: nothing, us: nothing, other: good }));
    assert.notEqual(verdict(rules, state).status, 'pass', onNoData);
  }
});

test('a small segment does not hold up the pass, and can still fail the release', () => {
  const rules = rulesWith({ 'min-share': 0.05 });
  const quiet = verdict(rules, played(rules, times(60, { eu: good, tiny: events(0, 3, 0, 30) })));
  assert.equal(quiet.status, 'pass');
  assert.match(quiet.findings[0]?.because ?? '', /tiny \(0\.744 % of the traffic, less than 5 %\)/);
  const broken = verdict(rules, played(rules, times(20, { eu: good, tiny: events(20, 30, 0, 30) })));
  assert.equal(broken.status, 'fail');
  assert.equal(broken.findings[0]?.segments?.worst, 'tiny');
});

test('fewer events than min-samples in a segment prove nothing there', () => {
  const rules = rulesWith({}, { 'min-samples': 5000 });
  const now = verdict(rules, played(rules, times(20, { eu: good, us: events(20, 40, 0, 400) })));
  assert.equal(now.status, 'continue');
  assert.match(now.findings[0]?.because ?? '', /us \(800 of 5000 events\)/);
});

test('a trigger in segments whose look has none has no data', () => {
  const rules = rulesWith({}, {}, { deadline: 900_000 });
  let state = begin(rules);
  for (let k = 1; k <= 60; k++) state = look(rules, state, { t: 15 * k, samples: { errors: good } });
  assert.equal(verdict(rules, state).status, 'no-data');
});

test('quantiles are judged in segments too', () => {
  const slow = { kind: 'quantile', q: 0.95 } as const;
  const trigger = aTrigger({
    histogram: 'h',
    unit: 's',
    if: when(slow, '>', { factor: 0, plus: 300 }),
    segments: { by: 'region', 'on-no-data': 'hold' },
  });
  const rules = rulesOfGate(aGate({ triggers: [trigger], soak: 60_000 }));
  const latency = (late: number): Sample => ({
    kind: 'histogram',
    edges: [0.3, Infinity],
    canary: [1000 - late, late],
    baseline: null,
  });
  let state = begin(rules);
  for (let k = 1; k <= 10; k++)
    state = look(rules, state, {
      t: 15 * k,
      samples: { errors: latency(60) },
      segments: { errors: { eu: latency(200), us: latency(5) } },
    });
  const now = verdict(rules, state);
  assert.equal(now.status, 'fail');
  assert.equal(now.findings[0]?.segments?.worst, 'eu');
});

test('the state of segments survives JSON, to the bit', () => {
  const rules = rulesWith();
  const half = played(rules, times(5, { eu: good, us: bad }));
  const again = structuredClone(half);
  const next = { t: 90, samples: { errors: whole({ eu: good }) }, segments: { errors: { eu: good } } };
  assert.deepEqual(verdict(rules, look(rules, again, next)), verdict(rules, look(rules, half, next)));
});

test('a segment that comes later gets a part of what is left, fixed before its first window', () => {
  const rules = rulesWith();
  const state = played(rules, [
    { eu: good, us: good },
    { eu: good, us: good, ap: good },
    { eu: good, us: good, ap: bad },
  ]);
  const weights = Object.entries(state.triggers[0]?.segments ?? {}).map(
    ([name, { weight }]) => `${name} ${weight.toFixed(4)}`,
  );
  assert.deepEqual(weights, ['eu 0.3333', 'us 0.3333', 'ap 0.1667']);
});

/** Every segment exactly at the limit, sizes 100 : 10 : 1 : 1 and a late comer: the hardest case that is still acceptable. */
function atTheLimit(random: Random, k: number): Parts {
  const sizes = { eu: 50, us: 5, ap: 0.5, sa: 0.5, ...(k > 10 ? { late: 2 } : {}) };
  return Object.fromEntries(
    Object.entries(sizes).map(([name, rps], i) => {
      const p = 0.004 * (i + 1);
      const [nc, nb] = [poisson(random, rps * 15), poisson(random, rps * 15 * 9)];
      return [name, events(binomial(random, nc, p + 0.005), nc, binomial(random, nb, p), nb)];
    }),
  );
}

test('false alarms over segments of unequal size stay within what is promised', () => {
  const releases = 250;
  const alpha = 0.05;
  const rules = rulesWith({}, {}, { 'false-alarm': alpha, robust: false });
  let alarms = 0;
  let single = 0;
  for (let release = 0; release < releases; release++) {
    const random = seeded(1000 + release);
    let state = begin(rules);
    let crossed = false;
    for (let k = 1; k <= 30 && state.failed === null; k++) {
      const parts = atTheLimit(random, k);
      state = look(rules, state, { t: 15 * k, samples: { errors: whole(parts) }, segments: { errors: parts } });
      crossed ||= highest(state) >= Math.log(1 / alpha);
    }
    if (state.failed !== null) alarms += 1;
    if (crossed) single += 1;
  }
  const noise = 3 * Math.sqrt((alpha * (1 - alpha)) / releases);
  assert.ok(alarms / releases <= alpha + noise, `${alarms} of ${releases}`);
  assert.ok(single > alarms, 'each segment at the whole alpha would alarm more often');
});

/** The most evidence that any one segment has by itself. */
function highest(state: State): number {
  const legs = Object.values(state.triggers[0]?.segments ?? {}).flatMap((one) => one.state.fail);
  return Math.max(...legs.map((leg) => legLogE(leg, 'fail')));
}
