import assert from 'node:assert/strict';
import { test } from 'node:test';
import { binomial, poisson, seeded } from '../../bench/judge/random.ts';
import { begin, look, rulesOfGate, verdict, type State } from '../../src/judge/judge.ts';
import type { Game } from '../../src/judge/lane.ts';
import { BEGIN_RATE, playRate, rateLogE, strataIncrements, type StratumWindow } from '../../src/judge/rate-leg.ts';
import type { Sample, Stratum } from '../../src/measure/sample.ts';
import { aGate, aTrigger } from './fixtures.ts';

const LINE = { r: 1, d: 0.005 };
const GAME: Game = { side: 'fail', starts: { first: 0.75, horizon: 60 }, cap: null, catastrophe: false };

function sampleOf(strata: readonly Stratum[]): Sample {
  const sum = (arm: 'canary' | 'baseline') => ({
    hits: strata.reduce((all, one) => all + (one[arm]?.hits ?? 0), 0),
    total: strata.reduce((all, one) => all + (one[arm]?.total ?? 0), 0),
  });
  return { kind: 'events', canary: sum('canary'), baseline: sum('baseline'), strata };
}

function stratum(name: string, [xc, nc, xb, nb]: readonly [number, number, number, number]): Stratum {
  const arm = (hits: number, total: number) => (total === 0 ? null : { hits, total });
  return { name, canary: arm(xc, nc), baseline: arm(xb, nb) };
}

const GATE = aGate({ triggers: [aTrigger({ strata: 'region' })], poll: 15_000, soak: 60_000 });

function judged(samples: readonly Sample[]): ReturnType<typeof verdict> {
  const rules = rulesOfGate(GATE);
  let state = begin(rules);
  for (const [k, sample] of samples.entries())
    state = look(rules, state, { t: 15 * (k + 1), samples: { errors: sample } });
  return verdict(rules, state);
}

test('one stratum alone is the same as no strata, to the same bit', () => {
  const random = seeded(1);
  let [plain, kept] = [BEGIN_RATE, BEGIN_RATE];
  for (let k = 0; k < 40; k++) {
    const window = { xc: binomial(random, 80, 0.2), nc: 80, xb: binomial(random, 900, 0.15), nb: 900 };
    plain = playRate(plain, window, LINE, GAME);
    kept = playRate(kept, window, LINE, GAME, [{ name: 'eu', window }]);
    assert.equal(rateLogE(kept), rateLogE(plain));
  }
});

test('a stratum that is cut in two of the same split of traffic changes nothing', () => {
  const half = { xc: 3, nc: 50, xb: 4, nb: 500 };
  const both = { xc: 6, nc: 100, xb: 8, nb: 1000 };
  const cut = strataIncrements(
    BEGIN_RATE,
    [
      { name: 'a', window: half },
      { name: 'b', window: half },
    ],
    LINE,
    'fail',
  );
  const whole = strataIncrements(BEGIN_RATE, [{ name: 'a', window: both }], LINE, 'fail');
  for (const [i, l] of cut.entries()) assert.ok(Math.abs(l - (whole[i] ?? 0)) < 1e-9);
});

test('the order of strata changes nothing, and a stratum with one arm adds nothing', () => {
  const strata: StratumWindow[] = [
    { name: 'eu', window: { xc: 3, nc: 60, xb: 5, nb: 700 } },
    { name: 'us', window: { xc: 0, nc: 10, xb: 9, nb: 300 } },
  ];
  const increments = strataIncrements(BEGIN_RATE, strata, LINE, 'fail');
  const turned = strataIncrements(BEGIN_RATE, strata.toReversed(), LINE, 'fail');
  for (const [i, l] of increments.entries()) assert.ok(Math.abs(l - (turned[i] ?? 0)) < 1e-12);
  const more = [...strata, { name: 'new', window: { xc: 50, nc: 50, xb: 0, nb: 0 } }];
  assert.deepEqual(strataIncrements(BEGIN_RATE, more, LINE, 'fail'), increments);
});

test('the bet over several strata is never favourable where every stratum is at its limit', () => {
  const random = seeded(2);
  const chance = (n: number, x: number, p: number): number => {
    let c = p ** x * (1 - p) ** (n - x);
    for (let i = 1; i <= x; i++) c *= (n - x + i) / i;
    return c;
  };
  for (let i = 0; i < 40; i++) {
    const fails = i % 2 === 0;
    const line = { r: 0.5 + random(), d: 0.2 * random() };
    const shapes = [1, 2].map(() => ({
      nc: 1 + Math.floor(3 * random()),
      nb: 1 + Math.floor(3 * random()),
      pb: 0.4 * random(),
    }));
    // Earlier windows of each stratum are anything.
    const past = (scale: number) => ({ xc: 0, nc: 0, xb: 100 * random() * scale, nb: 100 });
    const pastOf = { s0: past(1), s1: past(1) };
    const state = { past: past(i % 4 < 2 ? 0.05 : 1), pastOf };
    const sums = strataIncrements(state, [], line, fails ? 'fail' : 'pass').map(() => 0);
    const walk = (at: number, windows: readonly StratumWindow[], probability: number): void => {
      const shape = shapes[at];
      if (shape === undefined) {
        for (const [bet, l] of strataIncrements(state, windows, line, fails ? 'fail' : 'pass').entries())
          sums[bet] = (sums[bet] ?? 0) + probability * Math.exp(l);
        return;
      }
      const pc = Math.min(1, line.r * shape.pb + line.d);
      for (let xc = 0; xc <= shape.nc; xc++)
        for (let xb = 0; xb <= shape.nb; xb++)
          walk(
            at + 1,
            [...windows, { name: `s${at}`, window: { xc, nc: shape.nc, xb, nb: shape.nb } }],
            probability * chance(shape.nc, xc, pc) * chance(shape.nb, xb, shape.pb),
          );
    };
    walk(0, [], 1);
    for (const e of sums) assert.ok(e <= 1 + 1e-12, `${JSON.stringify({ line, shapes, state })}: ${e}`);
  }
});

test('a shifted mix of regions is no harm within strata, and would be harm without them', () => {
  // Error rates 0.2 % and 4 % in both arms; the canary gets mostly the worse region.
  const strata = [stratum('eu', [0.4, 200, 40, 20_000]), stratum('us', [32, 800, 20, 500])];
  const samples = Array.from({ length: 40 }, () => sampleOf(strata));
  assert.equal(judged(samples).status, 'pass');
  const rules = rulesOfGate(aGate({ soak: 60_000 }));
  let state = begin(rules);
  for (const [k, sample] of samples.entries())
    state = look(rules, state, { t: 15 * (k + 1), samples: { errors: sample } });
  assert.equal(verdict(rules, state).status, 'fail');
});

test('at the boundary in every stratum, at most 1 of 100 releases fails', () => {
  const random = seeded(5);
  const rules = rulesOfGate(GATE);
  const releases = 60;
  let failed = 0;
  for (let release = 0; release < releases; release++) {
    let state = begin(rules);
    for (let k = 0; k < 40 && state.failed === null; k++) {
      const strata = (
        [
          ['eu', 0.004, 40],
          ['us', 0.05, 10 + 5 * (k % 7)],
        ] as const
      ).map(([name, pb, rate]) => {
        const [nc, nb] = [poisson(random, rate), poisson(random, 12 * rate)];
        return stratum(name, [binomial(random, nc, pb + 0.005), nc, binomial(random, nb, pb), nb]);
      });
      state = look(rules, state, { t: 15 * (k + 1), samples: { errors: sampleOf(strata) } });
    }
    if (state.failed !== null) failed++;
  }
  assert.ok(failed <= releases * (0.01 + 3 * Math.sqrt(0.01 / releases)), `${failed} of ${releases}`);
});

test('the worst stratum is named with both numbers, and so are those that only one arm serves', () => {
  const bad = sampleOf([
    stratum('eu', [1, 200, 5, 2000]),
    stratum('us', [30, 200, 10, 2000]),
    stratum('jp', [0, 50, 0, 0]),
  ]);
  const result = judged(Array.from({ length: 8 }, () => bad));
  assert.equal(result.status, 'fail');
  assert.match(
    result.because,
    /worst of 3 strata: us with 0\.15 against 0\.005; served by one arm only, so not compared: jp/,
  );
  assert.equal(result.findings[0]?.strata?.worst?.name, 'us');
});

test('strata that are asked for and not there, or contradict themselves, are never a pass', () => {
  const good = stratum('eu', [1, 1000, 10, 10_000]);
  const broken: readonly Sample[] = [
    { kind: 'events', canary: { hits: 1, total: 1000 }, baseline: { hits: 10, total: 10_000 } },
    sampleOf([good, good]),
    { ...sampleOf([good]), strata: [good, stratum('us', [5, 3, 0, 10])] } as Sample,
    sampleOf([stratum('eu', [1, 1000, 0, 0]), stratum('us', [0, 0, 10, 10_000])]),
  ];
  for (const sample of broken) {
    const { status, findings } = judged(Array.from({ length: 120 }, () => sample));
    assert.ok(
      ['inconclusive', 'no-data', 'error'].includes(status),
      `${status}: ${JSON.stringify(findings[0]?.missing)}`,
    );
  }
});

test('a state with strata survives JSON to the same bit', () => {
  const rules = rulesOfGate(GATE);
  let [kept, stored]: [State, State] = [begin(rules), begin(rules)];
  const random = seeded(9);
  for (let k = 1; k <= 20; k++) {
    const sample = sampleOf([
      stratum('eu', [binomial(random, 50, 0.02), 50, binomial(random, 500, 0.02), 500]),
      stratum('__proto__', [binomial(random, 50, 0.2), 50, binomial(random, 500, 0.2), 500]),
    ]);
    kept = look(rules, kept, { t: 15 * k, samples: { errors: sample } });
    stored = look(rules, JSON.parse(JSON.stringify(stored)) as State, { t: 15 * k, samples: { errors: sample } });
  }
  assert.equal(JSON.stringify(stored), JSON.stringify(kept));
  assert.deepEqual(verdict(rules, stored), verdict(rules, kept));
});
