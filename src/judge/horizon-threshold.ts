/**
 * A threshold that spends all of alpha over a planned number of looks. Ville's bound of 1/alpha holds for ever and whatever happens, and is
 * therefore too high for a gate that ends: about half of alpha stays unspent. Here the same mixture of bets is compared with what it would
 * have shown in `PATHS` releases without any difference, given the very numbers of bad events that were seen.
 *
 * Why it is valid: at the edge of H0 (p_c = r p_b, rare and independent events) a bad event of window j belongs to the canary with
 * probability r nc / (r nc + nb), whatever the rates are; so given the totals the course of the evidence is known and can be played. A path
 * that has crossed is dead, so that the shares crossed add up; at most alpha (k / H)^power of all paths may have crossed by look k.
 * The release ranks among the paths as one more of them: what it may cross are places among PATHS + 1 (Barnard's Monte Carlo test), which
 * holds for any number of paths; more of them only spend more evenly.
 * Without replacement (rates that are not rare) the split varies less than the binomial, so the threshold errs on the safe side.
 * Needs independent events: a burst on one pod is no chance split. Same numbers in, same threshold out: the seed is made of the totals.
 */
import { horizonFloor, type HorizonPlan } from './horizon-plan.ts';
import { startWeight } from './mixture.ts';
import { rareIncrement } from './rare.ts';
import type { Window } from './window.ts';

/**
 * Log of the threshold at the last of these windows: evidence above it fails the release. Infinity where nothing may be spent yet.
 * Cost O(paths * bets) for each window that the call before did not have: about a millisecond a look, a tenth of a second after a restart.
 */
export function horizonThreshold(windows: readonly Window[], plan: HorizonPlan): number {
  const run = resumed(windows, plan) ?? {
    plan,
    crowd: newCrowd(plan),
    seen: [],
    seed: 0x9e3779b9,
    threshold: Infinity,
  };
  latest = null;
  for (const window of windows.slice(run.seen.length)) {
    for (const part of [window.xc + window.xb, window.nc, window.nb]) run.seed = mixed(run.seed, part);
    run.seen.push(window);
    advance(run.crowd, window, { plan, k: run.seen.length, seed: run.seed });
    run.threshold = cut(run.crowd, run.seen.length, plan);
  }
  latest = run;
  return run.threshold;
}

interface Run {
  readonly plan: HorizonPlan;
  readonly crowd: Crowd;
  readonly seen: Window[];
  seed: number;
  threshold: number;
}

/** The paths of the latest call, so that the next look adds one window to them instead of all. The answer does not depend on it. */
let latest: Run | null = null;

function resumed(windows: readonly Window[], plan: HorizonPlan): Run | null {
  const run = latest;
  if (run === null || run.seen.length > windows.length) return null;
  if (run.plan !== plan && JSON.stringify(run.plan) !== JSON.stringify(plan)) return null;
  return run.seen.every((window, i) => window === windows[i]) ? run : null;
}

interface Crowd {
  /** Wealth of each bet, path after path; the first `alive` of them still run. */
  readonly wealth: Float64Array;
  readonly evidence: Float64Array;
  cash: number;
  alive: number;
  /** Places among PATHS + 1 that have been given away. */
  spent: number;
}

function newCrowd({ paths, bets }: HorizonPlan): Crowd {
  return {
    wealth: new Float64Array(paths * bets.grid.length),
    evidence: new Float64Array(paths),
    cash: 1,
    alive: paths,
    spent: 0,
  };
}

/** One window for every path: its bad events are split anew, and every bet is settled. */
function advance(
  crowd: Crowd,
  window: Window,
  at: { readonly plan: HorizonPlan; readonly k: number; readonly seed: number },
): void {
  const { bets, ratio, starts } = at.plan;
  const { wealth, evidence, alive } = crowd;
  const size = bets.grid.length;
  const invested = startWeight(starts, at.k);
  crowd.cash = Math.max(crowd.cash - invested, 0);
  const added = bets.shares.map((share) => share * invested);
  const draw = splits(window, ratio);
  const factors = Float64Array.from({ length: draw.values * size }, (_, j) => {
    const xc = draw.lowest + Math.floor(j / size);
    const total = window.xc + window.xb;
    const one = { ...window, xc, xb: total - xc };
    return Math.exp(rareIncrement(one, { r: ratio, d: 0 }, bets.grid[j % size] ?? 1));
  });
  let random = at.seed;
  for (let path = 0, base = 0; path < alive; path++, base += size) {
    // mulberry32, written out: this runs millions of times.
    random = (random + 0x6d2b79f5) | 0;
    let mix = Math.imul(random ^ (random >>> 15), 1 | random);
    mix = (mix + Math.imul(mix ^ (mix >>> 7), 61 | mix)) ^ mix;
    const u = ((mix ^ (mix >>> 14)) >>> 0) / 4294967296;
    let value = draw.guide[(u * GUIDES) | 0] ?? 0;
    while (u >= (draw.below[value] ?? 1) && value < draw.values - 1) value++;
    let sum = crowd.cash;
    for (let bet = 0, from = value * size; bet < size; bet++, from++) {
      const now = ((wealth[base + bet] ?? 0) + (added[bet] ?? 0)) * (factors[from] ?? 1);
      wealth[base + bet] = now;
      sum += now;
    }
    evidence[path] = sum;
  }
}

const GUIDES = 1024;

/** Binomial(bad events, canary's share) as a table: for a uniform u the first value whose `below` exceeds u. */
function splits(window: Window, ratio: number) {
  const total = Math.round(window.xc + window.xb);
  const odds = window.nb > 0 ? (ratio * window.nc) / window.nb : 0;
  const p = odds / (1 + odds);
  const mode = Math.min(total, Math.floor((total + 1) * p));
  const weights = [1];
  let lowest = mode;
  for (let x = mode, w = 1; x < total && w > 1e-15; x++) weights.push((w *= ((total - x) / (x + 1)) * odds));
  for (let x = mode, w = 1; x > 0 && w > 1e-15; x--, lowest--) weights.unshift((w *= x / ((total - x + 1) * odds)));
  const all = weights.reduce((sum, w) => sum + w, 0);
  let sum = 0;
  const below = Float64Array.from(weights, (w) => (sum += w) / all);
  const guide = new Int32Array(GUIDES);
  for (let slot = 0, value = 0; slot < GUIDES; slot++) {
    while (value < below.length - 1 && (below[value] ?? 1) <= slot / GUIDES) value++;
    guide[slot] = value;
  }
  return { lowest, values: weights.length, below, guide };
}

/**
 * Log threshold at look k; the paths beyond it end here. Beyond the room-th highest path lie, of all PATHS and the release together, `room`:
 * that much is spent. Without room nothing can cross, since beyond the highest path would still be one place, for the release.
 */
function cut(crowd: Crowd, k: number, plan: HorizonPlan): number {
  const share = plan.alpha * Math.min(1, k / plan.looks) ** plan.power;
  const room = Math.floor(share * (plan.paths + 1) + 1e-9) - crowd.spent;
  if (room < 1) return Infinity;
  const floor = Math.exp(horizonFloor(plan.alpha));
  const rank = highest(crowd, room);
  const threshold = Math.max(rank, floor);
  const { above, tied } = beyond(crowd, threshold);
  // At the floor the threshold is fixed, and the paths beyond it are the share. Else the release's own place counts too.
  crowd.spent += rank < floor ? above : above + 1;
  end(crowd, threshold, above + tied <= room);
  return Math.log(threshold);
}

function beyond({ evidence, alive }: Crowd, threshold: number): { readonly above: number; readonly tied: number } {
  let [above, tied] = [0, 0];
  for (let path = 0; path < alive; path++) {
    const value = evidence[path] ?? 0;
    if (value > threshold) above++;
    else if (value === threshold) tied++;
  }
  return { above, tied };
}

/** Paths beyond the threshold end; those on it only where there are no more of them than places. */
function end(crowd: Crowd, threshold: number, withTied: boolean): void {
  const { wealth, evidence } = crowd;
  const size = wealth.length / evidence.length;
  for (let path = crowd.alive - 1; path >= 0; path--) {
    const value = evidence[path] ?? 0;
    if (!(value > threshold || (withTied && value === threshold))) continue;
    const last = --crowd.alive;
    evidence[path] = evidence[last] ?? 0;
    wealth.copyWithin(path * size, last * size, (last + 1) * size);
  }
}

/** The rank-th largest evidence of the paths that still run. */
function highest({ evidence, alive }: Crowd, rank: number): number {
  const top = new Float64Array(Math.min(rank, alive)).fill(-Infinity);
  for (let path = 0; path < alive; path++) {
    const value = evidence[path] ?? 0;
    if (value <= (top[0] ?? Infinity)) continue;
    // `top` ascends: the new value pushes out the smallest.
    let at = 1;
    while (at < top.length && (top[at] ?? Infinity) < value) {
      top[at - 1] = top[at] ?? 0;
      at++;
    }
    top[at - 1] = value;
  }
  return top[0] ?? 0;
}

/** 32 bits that depend on every bit of both. */
function mixed(seed: number, value: number): number {
  let h = Math.imul(seed ^ Math.floor(value * 16) ^ Math.floor(value / 268_435_456), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
