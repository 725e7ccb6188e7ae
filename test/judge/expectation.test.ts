import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seeded, type Random } from '../../bench/judge/random.ts';
import { driftIncrements, noDriftIncrements, type Reference } from '../../src/judge/drift.ts';
import { klprojIncrement, oneSampleIncrement } from '../../src/judge/klproj.ts';
import { CATASTROPHE_GRID, FAIL_GRID, PASS_GRID, rareIncrement } from '../../src/judge/rare.ts';
import { rateIncrements } from '../../src/judge/rate-leg.ts';
import type { Line, Window } from '../../src/judge/window.ts';

const LIMIT = 1 + 1e-12;

function choose(n: number, x: number): number {
  let c = 1;
  for (let i = 1; i <= x; i++) c *= (n - x + i) / i;
  return c;
}

function chance(n: number, x: number, p: number): number {
  return choose(n, x) * p ** x * (1 - p) ** (n - x);
}

/** Exact expectation of the e-value over every outcome of both arms. */
function expectation(
  shape: { nc: number; nb: number; pc: number; pb: number },
  log: (window: Window) => number,
): number {
  let sum = 0;
  for (let xc = 0; xc <= shape.nc; xc++) {
    for (let xb = 0; xb <= shape.nb; xb++) {
      const window = { xc, nc: shape.nc, xb, nb: shape.nb };
      sum += chance(shape.nc, xc, shape.pc) * chance(shape.nb, xb, shape.pb) * Math.exp(log(window));
    }
  }
  return sum;
}

/** A random limit and a point on its boundary, or inside the null by `slack` (on the side of `toward`). */
function boundary(random: Random, toward: -1 | 0 | 1) {
  const line: Line = { r: random() < 0.2 ? 0 : 0.5 + random(), d: random() < 0.3 ? 0.0001 : random() * 0.3 };
  const pb = random() * Math.min(1, (1 - line.d) / Math.max(line.r, 1e-9)) * 0.95;
  const edge = line.r * pb + line.d;
  const pc = toward === 0 ? edge : toward < 0 ? edge * random() : edge + (1 - edge) * random();
  const shape = { nc: 1 + Math.floor(random() * 8), nb: 1 + Math.floor(random() * 12), pc, pb };
  return { line, shape };
}

test('the bet on rare events is never favourable on its null, at any rate', () => {
  const random = seeded(11);
  for (let i = 0; i < 150; i++) {
    const worse = boundary(random, i % 3 === 0 ? -1 : 0);
    for (const g of [...FAIL_GRID, ...CATASTROPHE_GRID]) {
      const e = expectation(worse.shape, (window) => rareIncrement(window, worse.line, g));
      assert.ok(e <= LIMIT, `fail g ${g} ${JSON.stringify(worse)}: ${e}`);
    }
    const better = boundary(random, i % 3 === 0 ? 1 : 0);
    for (const g of PASS_GRID) {
      const e = expectation(better.shape, (window) => rareIncrement(window, better.line, g));
      assert.ok(e <= LIMIT, `pass g ${g} ${JSON.stringify(better)}: ${e}`);
    }
  }
});

test('the bet on concrete rates is never favourable on its null', () => {
  const random = seeded(12);
  for (let i = 0; i < 300; i++) {
    const fails = i % 2 === 0;
    const { line, shape } = boundary(random, i % 3 === 0 ? (fails ? -1 : 1) : 0);
    const thetaB = 0.005 + random() * 0.6 * (1 - line.d) * (line.r > 1 ? 1 / line.r : 1);
    const limit = line.r * thetaB + line.d;
    const thetaC = fails ? limit + (1 - limit) * (0.05 + 0.9 * random()) : limit * (0.05 + 0.9 * random());
    const e = expectation(shape, (window) => klprojIncrement(window, line, { thetaC, thetaB }));
    assert.ok(e <= LIMIT, `${JSON.stringify({ line, shape, thetaC, thetaB })}: ${e}`);
  }
});

test('whatever the earlier windows were, the bets of the next window are never favourable on their null', () => {
  const random = seeded(13);
  for (let i = 0; i < 200; i++) {
    const side = i % 2 === 0 ? 'fail' : 'pass';
    const { line, shape } = boundary(random, i % 3 === 0 ? (side === 'fail' ? -1 : 1) : 0);
    const nb = Math.floor(random() * 1000);
    const past = { xc: 0, nc: 0, xb: Math.floor(random() ** 3 * nb), nb };
    const bets = rateIncrements(past, { xc: 0, nc: 1, xb: 0, nb: 1 }, line, side).length;
    for (let bet = 0; bet < bets; bet++) {
      const e = expectation(shape, (window) => rateIncrements(past, window, line, side)[bet] ?? NaN);
      assert.ok(e <= LIMIT, `${side} bet ${bet} ${JSON.stringify({ line, shape, past })}: ${e}`);
    }
  }
});

test('the bet against a known rate is exactly fair at that rate and never favourable beyond it', () => {
  const random = seeded(14);
  for (let i = 0; i < 300; i++) {
    const p0 = 0.01 + 0.98 * random();
    const up = random() < 0.5;
    const p1 = up ? p0 + (1 - p0) * 0.99 * random() : p0 * (0.01 + 0.98 * random());
    const p = i % 2 === 0 ? p0 : up ? p0 * random() : p0 + (1 - p0) * random();
    const n = 1 + Math.floor(random() * 15);
    let e = 0;
    for (let x = 0; x <= n; x++) e += chance(n, x, p) * Math.exp(oneSampleIncrement(x, n, { p0, p1 }));
    assert.ok(e <= LIMIT, `${JSON.stringify({ p0, p1, p, n })}: ${e}`);
    if (p === p0) assert.ok(Math.abs(e - 1) < 1e-11);
  }
});

test('the drift bets are never favourable for a distribution at the allowed distance, nor the proofs beyond it', () => {
  const random = seeded(15);
  for (let i = 0; i < 60; i++) {
    const kappa = 0.05 + 0.2 * random();
    const below = [0.2, 0.4, 0.6, 0.8].map((share) => share + 0.1 * (random() - 0.5));
    const reference: Reference = { edges: [1, 2, 3, 4], below, kappa, pad: 0 };
    // Live distribution: all edges moved by the same distance, within and at kappa.
    const sign = random() < 0.5 ? -1 : 1;
    const moved = (distance: number) => below.map((share) => Math.min(1, Math.max(0, share + sign * distance)));
    const n = 4;
    const increments = (counts: readonly number[]) => driftIncrements(reference, { n, below: counts });
    const near = moved(kappa * (i % 2 === 0 ? 1 : random()));
    const sums = increments(near).map(() => 0);
    for (const { counts, probability } of outcomes(near, n)) {
      for (const [bet, l] of increments(counts).entries()) sums[bet] = (sums[bet] ?? 0) + probability * Math.exp(l);
    }
    for (const e of sums) assert.ok(e <= LIMIT, `drift ${JSON.stringify({ reference, near })}: ${e}`);
    // At a true distance of kappa or more, the proof's weakest group is never favourable: some group's null holds.
    const live = moved(kappa * (1 + random()));
    if (Math.max(...live.map((share, j) => Math.abs(share - (below[j] ?? 0)))) < kappa) continue;
    const groups = noDriftIncrements(reference, { n, below: live.map(() => 0) }).length / 3;
    let least = 0;
    for (const { counts, probability } of outcomes(live, n)) {
      const logs = noDriftIncrements(reference, { n, below: counts });
      let minimum = Infinity;
      for (let g = 0; g < groups; g++) {
        const mean = [0, 1, 2].reduce((sum, k) => sum + Math.exp(logs[3 * g + k] ?? 0), 0) / 3;
        minimum = Math.min(minimum, mean);
      }
      least += probability * minimum;
    }
    assert.ok(least <= LIMIT, `no drift ${JSON.stringify({ reference, live })}: ${least}`);
  }
});

/** Every vector of counts at or below each edge for n independent values, with its probability. */
function outcomes(shares: readonly number[], n: number): { counts: number[]; probability: number }[] {
  const cells = [...shares, 1].map((share, j) => share - (j === 0 ? 0 : (shares[j - 1] ?? 0)));
  const all: { counts: number[]; probability: number }[] = [];
  const walk = (cell: number, left: number, counts: number[], probability: number): void => {
    if (probability === 0) return;
    if (cell === shares.length) {
      all.push({ counts, probability: probability * (cells[cell] ?? 0) ** left });
      return;
    }
    for (let x = 0; x <= left; x++) {
      const next = [...counts, (counts.at(-1) ?? 0) + x];
      walk(cell + 1, left - x, next, probability * choose(left, x) * (cells[cell] ?? 0) ** x);
    }
  };
  walk(0, n, [], 1);
  return all;
}
