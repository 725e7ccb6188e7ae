import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expectedSeconds } from '../../src/judge/expected.ts';
import { beginLeg, legLogE, playLeg } from '../../src/judge/leg.ts';
import type { Game } from '../../src/judge/lane.ts';
import { secondsToPromote, type Traffic } from '../../src/judge/limit.ts';
import { AT_ONCE } from '../../src/judge/mixture.ts';
import { planGate, type Flow } from '../../src/judge/plan-gate.ts';
import { applied, proposals } from '../../src/judge/plan-proposals.ts';
import { binomial, poisson, seeded } from '../../src/judge/random.ts';
import type { Line } from '../../src/judge/window.ts';
import { parseCondition } from '../../src/playbook/condition.ts';
import { aGate, aTrigger, events, RATE, when } from './fixtures.ts';

const POLL = 15;

/** Seconds until the real judge's evidence reached `nats`, release by release, sorted. */
function played(traffic: Traffic, line: Line, game: Game, nats: number, releases: number): readonly number[] {
  return Array.from({ length: releases }, (_, release) => {
    const random = seeded(release + 1);
    const leg = { kind: 'rate', line } as const;
    let state = beginLeg(leg);
    for (let k = 1; k <= 1500; k++) {
      const [nc, nb] = [poisson(random, traffic.rc * POLL), poisson(random, traffic.rb * POLL)];
      const sample = events(binomial(random, nc, traffic.pc), nc, binomial(random, nb, traffic.pb), nb);
      state = playLeg(leg, state, sample, game, 'above');
      if (legLogE(state, game.side) >= nats) return k * POLL;
    }
    return Infinity;
  }).toSorted((a, b) => a - b);
}

const starts = { first: 0.75, horizon: 120 };
const alpha = 0.01;
const GRID: readonly (readonly [name: string, Traffic, Line, burstWindows: number | null])[] = [
  ['+1 pp at 5 of 100/s', { pc: 0.015, pb: 0.005, rc: 5, rb: 95 }, { r: 1, d: 0 }, 3],
  ['+5 pp at 5 of 100/s', { pc: 0.055, pb: 0.005, rc: 5, rb: 95 }, { r: 1, d: 0 }, 3],
  ['+1 pp at 50 of 1000/s', { pc: 0.015, pb: 0.005, rc: 50, rb: 950 }, { r: 1, d: 0 }, 3],
  ['+1 pp at half of 100/s', { pc: 0.015, pb: 0.005, rc: 50, rb: 50 }, { r: 1, d: 0 }, 3],
  ['+5 pp at 1 of 100/s', { pc: 0.055, pb: 0.005, rc: 1, rb: 99 }, { r: 1, d: 0 }, 3],
  ['+1 pp with a strong cap', { pc: 0.015, pb: 0.005, rc: 5, rb: 95 }, { r: 1, d: 0 }, 10],
  ['+2 pp beyond a margin', { pc: 0.03, pb: 0.01, rc: 20, rb: 80 }, { r: 1, d: 0.005 }, 3],
  ['a fixed limit', { pc: 0.04, pb: 0, rc: 5, rb: 0 }, { r: 0, d: 0.01 }, 3],
  ['exact mode', { pc: 0.015, pb: 0.005, rc: 5, rb: 95 }, { r: 1, d: 0 }, null],
];

for (const [name, traffic, line, burstWindows] of GRID) {
  test(`${name}: the expected time is within 30 % or two polls of the real judge`, () => {
    const cap = burstWindows === null ? null : Math.log(1 / alpha) / burstWindows;
    const game: Game = { side: 'fail', starts, cap, catastrophe: burstWindows !== null };
    const nats = Math.log(1 / alpha);
    const times = played(traffic, line, game, nats, 60);
    const mean = times.reduce((sum, t) => sum + t, 0) / times.length;
    const told = expectedSeconds(traffic, line, { pollSeconds: POLL, nats, game });
    assert.ok(Math.abs(told - mean) <= Math.max(0.3 * mean, 2 * POLL), `told ${told}, played ${mean}`);
  });
}

test('the time to pass is within 35 % or two polls of the real judge, in the median and at 95 of 100', () => {
  for (const [rc, rb] of [
    [5, 95],
    [50, 50],
    [10, 990],
  ] as const) {
    const harm = { r: 1, d: 0.005 };
    const game: Game = { side: 'pass', starts: AT_ONCE, cap: null, catastrophe: false };
    const times = played({ pc: 0.005, pb: 0.005, rc, rb }, harm, game, Math.log(20), 150);
    const told = secondsToPromote({ pb: 0.005, rc, rb }, harm, { alpha: 0.05, pollSeconds: POLL });
    for (const [share, said] of [
      [0.5, told.median],
      [0.95, told.p95],
    ] as const) {
      const was = times[Math.floor(share * times.length)] ?? Infinity;
      assert.ok(
        Math.abs(said - was) <= Math.max(0.35 * was, 2 * POLL),
        `${rc}/s ${share}: told ${said}, played ${was}`,
      );
    }
  }
});

const flowOf = (canary: number, baseline: number) => (): Flow => ({ canary, baseline, bad: 0.005 });

test('harm inside the limit is never promised, and a pass never comes before the soak', () => {
  const plan = planGate(aGate(), flowOf(500, 9500));
  const [errors] = plan.triggers;
  assert.deepEqual(
    errors?.harms.map(({ meanSeconds }) => Number.isFinite(meanSeconds)),
    [false, true, true],
    '+0.5 pp sits on the limit',
  );
  assert.equal(plan.pass.median, 600);
  assert.equal(plan.fit, 'fits');
});

test('more triggers of the same weight cost log M nats: harm is found later, by less than 60 %', () => {
  const names = ['a', 'b', 'c', 'd'];
  const many = aGate({ triggers: names.map((name) => aTrigger({ name })) });
  const one = planGate(aGate(), flowOf(5, 95)).triggers[0]?.harms[1]?.meanSeconds ?? 0;
  const four = planGate(many, flowOf(5, 95)).triggers[0]?.harms[1]?.meanSeconds ?? 0;
  assert.ok(four > 1.1 * one && four < 1.6 * one, `${one} -> ${four}`);
});

const LATE = [
  ['one trigger', aGate({ deadline: 900_000 }), flowOf(3, 97)],
  ['two triggers', aGate({ triggers: [aTrigger(), aTrigger({ name: 'again' })] }), flowOf(2, 98)],
  ['a fixed limit', aGate({ triggers: [aTrigger({ if: when(RATE, '>', { factor: 0, plus: 0.01 }) })] }), flowOf(2, 98)],
] as const;
for (const [name, gate, flows] of LATE) {
  test(`${name}, too late: every proposal, applied, leaves no warning`, () => {
    assert.notEqual(planGate(gate, flows).fit, 'fits');
    const found = proposals({ gate, flows });
    assert.deepEqual(
      found.map(({ kind }) => kind),
      ['traffic', 'margin', 'deadline'],
    );
    for (const proposal of found) {
      const changed = applied({ gate, flows }, proposal);
      assert.equal(planGate(changed.gate, changed.flows).fit, 'fits', JSON.stringify(proposal));
      if (proposal.kind !== 'margin') continue;
      for (const condition of Object.values(proposal.passWhen)) {
        const read = parseCondition(condition.text);
        assert.deepEqual(read.ok && read.condition.limits, condition.limits, condition.text);
      }
    }
  });
}

test('a gate that fits needs no proposal; one without traffic cannot pass and no longer deadline is proposed in vain', () => {
  assert.deepEqual(proposals({ gate: aGate(), flows: flowOf(500, 9500) }), []);
  const idle = { gate: aGate(), flows: flowOf(0, 0) };
  assert.equal(planGate(idle.gate, idle.flows).fit, 'cannot');
  assert.deepEqual(proposals(idle), []);
});

test('means, gauges and drift are played, and larger harm is not found later', () => {
  const triggers = [
    aTrigger({ name: 'score', if: when({ kind: 'mean' }, '<', { factor: 1, plus: -0.05 }), range: [0, 1] }),
    aTrigger({ name: 'cost', if: when({ kind: 'value' }, '>', { factor: 1, plus: 0.2 }) }),
    aTrigger({ name: 'drift', if: when({ kind: 'ks' }, '>', { factor: 0, plus: 0.15 }) }),
  ];
  for (const trigger of triggers) {
    const [plan] = planGate(aGate({ triggers: [trigger] }), flowOf(5, 45)).triggers;
    assert.ok(plan);
    assert.equal(plan.method, 'simulated');
    const means = plan.harms.map(({ meanSeconds }) => meanSeconds);
    assert.deepEqual(
      means,
      means.toSorted((a, b) => (a === b ? 0 : b - a)),
      trigger.name,
    );
    assert.ok((means.at(-1) ?? Infinity) < 1800 && plan.pass.median < 1800, `${trigger.name} ${JSON.stringify(plan)}`);
  }
});

test('segments divide the traffic: the plan is that of the smallest one that a pass waits for', () => {
  const flow: Flow = { canary: 40, baseline: 400, bad: 0.005 };
  const gate = (segments: NonNullable<ReturnType<typeof aTrigger>['segments']>) =>
    aGate({ triggers: [aTrigger({ segments })] });
  const hold = { by: 'region', 'on-no-data': 'hold' } as const;
  const pooled = planGate(aGate(), () => flow).triggers[0];
  const four = planGate(gate({ ...hold, values: ['a', 'b', 'c', 'd'] }), () => flow).triggers[0];
  const quarter = planGate(aGate(), () => ({ ...flow, canary: 10, baseline: 100 })).triggers[0];
  assert.deepEqual(four?.segments, { count: 4, smallest: 0.25 });
  assert.deepEqual(four.pass, quarter?.pass);
  assert.ok((four.harms[1]?.meanSeconds ?? 0) > (quarter?.harms[1]?.meanSeconds ?? 0), 'and log 4 nats more for harm');
  assert.ok((quarter?.pass.p95 ?? 0) > (pooled?.pass.p95 ?? 0));
  const measured = planGate(gate({ ...hold, 'min-share': 0.05 }), () => ({ ...flow, segments: [0.7, 0.29, 0.01] }));
  assert.deepEqual(measured.triggers[0]?.segments, { count: 3, smallest: 0.29 });
  assert.equal(planGate(gate(hold), () => flow).triggers[0]?.segments, 'unknown');
});
