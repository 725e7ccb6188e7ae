import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seeded } from '../../bench/judge/random.ts';
import { begin, look, rulesOfGate, verdict } from '../../src/judge/judge.ts';
import { BEGIN_MEAN, meanLogE, playMean } from '../../src/judge/mean-leg.ts';
import type { Game } from '../../src/judge/lane.ts';
import type { Sample } from '../../src/measure/sample.ts';
import { gateSchema } from '../../src/playbook/schema-gate.ts';

type Values = Extract<Sample, { kind: 'values' }>;
const STARTS = { first: 0.75, horizon: 40 };
const FAIL: Game = { side: 'fail', starts: STARTS, cap: null, catastrophe: false };
const PASS: Game = { ...FAIL, side: 'pass' };

interface Limit {
  readonly factor: number;
  readonly plus: number;
  readonly low: number;
  readonly high: number;
}

function logE(limit: Limit, sample: Values, game: Game): number {
  return meanLogE(playMean({ kind: 'mean', ...limit }, BEGIN_MEAN, sample, game, 'below'));
}

/** Every outcome of n pairs drawn from `joint` (chances of [canary, baseline]), with its e-value: the exact expectation. */
function expectation(
  joint: readonly (readonly [number, number, number])[],
  n: number,
  e: (sample: Values) => number,
): number {
  let sum = 0;
  const go = (canary: readonly number[], baseline: readonly number[], chance: number): void => {
    if (canary.length === n) {
      sum += chance * e({ kind: 'values', canary, baseline, paired: true });
      return;
    }
    for (const [c, b, p] of joint) if (p > 0) go([...canary, c], [...baseline, b], chance * p);
  };
  go([], [], 1);
  return sum;
}

test('on its boundary the paired bet is never favourable, relative or absolute, however the two answers depend on each other', () => {
  const random = seeded(71);
  for (let i = 0; i < 60; i++) {
    const [low, high] = i % 3 === 0 ? [1, 5] : [0, 1];
    const relative = i % 2 === 0;
    const b1 = low + (high - low) * random();
    const [w0, w1, w2] = [random(), random(), random()];
    const all = w0 + w1 + w2;
    // Three kinds of inputs: the baseline scores low, in between, or high; the canary answers each by a mean of its own.
    const inputs = (
      [
        [low, w0],
        [b1, w1],
        [high, w2],
      ] as const
    ).map(([b, w]) => ({ b, w: w / all, c: random() }));
    const meanB = inputs.reduce((sum, { b, w }) => sum + b * w, 0);
    const meanC = inputs.reduce((sum, { c, w }) => sum + (low + (high - low) * c) * w, 0);
    const joint = inputs.flatMap(({ b, w, c }) => [[high, b, w * c] as const, [low, b, w * (1 - c)] as const]);
    // The limit goes through this very point: mean_c = factor mean_b + plus.
    const limit = relative
      ? { factor: meanC / meanB, plus: 0, low, high }
      : { factor: 1, plus: meanC - meanB, low, high };
    if (!Number.isFinite(limit.factor) || limit.factor <= 0) continue;
    for (const game of [FAIL, PASS]) {
      const e = expectation(joint, 3, (sample) => Math.exp(logE(limit, sample, game)));
      assert.ok(e <= 1 + 1e-12, `${game.side} ${JSON.stringify({ limit, joint })}: ${e}`);
    }
  }
});

/** Accuracy on the same inputs: a hard input is hard for both. */
function answers(
  random: () => number,
  n: number,
  drop: number,
): { readonly canary: number[]; readonly baseline: number[] } {
  const canary: number[] = [];
  const baseline: number[] = [];
  for (let i = 0; i < n; i++) {
    const hard = random() < 0.3;
    const right = hard ? random() < 0.2 : random() < 0.98;
    baseline.push(right ? 1 : 0);
    // The canary loses some of what the baseline got right, and nothing else changes.
    canary.push(right && random() >= drop / 0.746 ? 1 : 0);
  }
  return { canary, baseline };
}

const THREE_POINTS: Limit = { factor: 1, plus: -0.03, low: 0, high: 1 };

function firstFail(paired: boolean, seed: number, drop: number): number | null {
  const random = seeded(seed);
  let state = BEGIN_MEAN;
  const robust: Game = { ...FAIL, cap: Math.log(100) / 3 };
  for (let look = 1; look <= 60; look++) {
    const { canary, baseline } = answers(random, 25, drop);
    const other = paired ? baseline : answers(random, 25, 0).baseline;
    const sample: Values = { kind: 'values', canary, baseline: other, ...(paired ? { paired: true as const } : {}) };
    state = playMean({ kind: 'mean', ...THREE_POINTS }, state, sample, robust, 'below');
    if (meanLogE(state) >= Math.log(100)) return look;
  }
  return null;
}

test('at the limit at most one release in a hundred fails, however often one looks', () => {
  const runs = 300;
  const failed = Array.from({ length: runs }, (_, i) => firstFail(true, 1000 + i, 0.03)).filter(
    (look) => look !== null,
  );
  assert.ok(failed.length / runs <= 0.01 + 3 * Math.sqrt(0.01 / runs), `${failed.length} of ${runs}`);
});

test('pairs find the same loss with fewer labels', () => {
  const mean = (paired: boolean): number => {
    const looks = Array.from({ length: 60 }, (_, i) => firstFail(paired, 5000 + i, 0.15) ?? 60);
    return looks.reduce((a, b) => a + b, 0) / looks.length;
  };
  const [paired, unpaired] = [mean(true), mean(false)];
  assert.ok(paired < 0.7 * unpaired, `paired ${paired}, unpaired ${unpaired}`);
});

test('one look at a finished evaluation can fail in robust mode', () => {
  const { canary, baseline } = answers(seeded(9), 600, 0.2);
  const sample: Values = { kind: 'values', canary, baseline, paired: true };
  assert.ok(logE(THREE_POINTS, sample, { ...FAIL, cap: Math.log(100) / 3 }) >= Math.log(100));
});

test('the report says that pairs were counted, and whether the limit is a part of the baseline or points', () => {
  const said = (text: string): string => {
    const trigger = { name: 'q', correct: 'ok', 'pair-by': 'id', if: text, then: 'rollback' };
    const rules = rulesOfGate(
      gateSchema.parse({ source: 's', arms: { canary: 'a', baseline: 'b' }, triggers: [trigger] }),
    );
    const { canary, baseline } = answers(seeded(9), 100, 0.2);
    const state = look(rules, begin(rules), {
      t: 1,
      samples: { q: { kind: 'values', canary, baseline, paired: true } },
    });
    return verdict(rules, state).findings[0]?.because ?? '';
  };
  assert.match(said('mean < baseline - 3%'), /3 % of the baseline below it.*n 100 pairs/);
  assert.match(said('mean < baseline - 3pp'), /3 percentage points below the baseline.*n 100 pairs/);
  assert.match(said('rate < baseline - 3pp'), /rate .*3 percentage points below the baseline.*n 100 pairs/);
});
