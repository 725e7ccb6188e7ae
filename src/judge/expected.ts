import { infoRate, type Traffic } from './limit.ts';
import { bothLanes, CATASTROPHE_MARGIN, type Game } from './lane.ts';
import { logSum } from './log-space.ts';
import { CATASTROPHE_GRID, FAIL_SHARES, rareIncrement } from './rare.ts';
import { rateIncrements } from './rate-leg.ts';
import type { Line, Window } from './window.ts';

/** How the fail side is played and what it must reach, for planning. */
export interface Plan {
  readonly pollSeconds: number;
  /** Nats that this trigger alone must reach. */
  readonly nats: number;
  readonly game: Pick<Game, 'starts' | 'cap' | 'catastrophe'>;
}

/**
 * Mean seconds in which the judge finds a canary at these rates. Wald: the evidence grows by its expected increment in every window until
 * it reaches `nats`; what the cap takes off each window is averaged over the windows that may come. Late starts are left out: they only
 * shorten it by a little. Cost about 300 windows. Within 30 % or two polls of simulations with the real judge.
 */
export function expectedSeconds(traffic: Traffic, line: Line, plan: Plan): number {
  if (infoRate(traffic, line) === 0 || traffic.pc <= line.r * traffic.pb + line.d) return Infinity;
  const { pollSeconds, game } = plan;
  const cap = game.cap ?? Infinity;
  const past = windowOf(traffic, 100 * pollSeconds, 100 * pollSeconds * traffic.rc * traffic.pc, 0);
  const main = meanIncrements(traffic, pollSeconds, (window) =>
    rateIncrements(past, window, line, 'fail').map((l) => Math.min(l, cap)),
  );
  const far = { r: line.r, d: line.d + CATASTROPHE_MARGIN };
  const sudden =
    game.catastrophe && far.d < 0.9
      ? meanIncrements(traffic, pollSeconds, (window) => CATASTROPHE_GRID.map((g) => rareIncrement(window, far, g)))
      : null;
  const { first } = game.starts;
  const lane = (increments: readonly number[], windows: number, shares: readonly number[]) =>
    logSum([
      ...increments.map((l, i) => Math.log(first * (shares[i] ?? 0)) + windows * l),
      Math.log1p(-Math.min(first, 1 - 1e-9)),
    ]);
  const reached = (windows: number): number =>
    bothLanes(lane(main, windows, FAIL_SHARES), sudden === null ? null : lane(sudden, windows, SUDDEN_SHARES));
  const windows = leastWindows(reached, plan.nats);
  // A look is needed to see it: a part of a window is a whole one.
  return windows === Infinity ? Infinity : Math.max(windows + 0.5, Math.ceil(windows)) * pollSeconds;
}

const SUDDEN_SHARES = CATASTROPHE_GRID.map(() => 1 / CATASTROPHE_GRID.length);
const MOST_WINDOWS = 1e7;

/** The windows, as a real number, after which the expected course reaches the threshold. */
function leastWindows(reached: (windows: number) => number, nats: number): number {
  let high = 1;
  while (reached(high) < nats) {
    high *= 2;
    if (high > MOST_WINDOWS) return Infinity;
  }
  let low = high / 2 < 1 ? 0 : high / 2;
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2;
    if (reached(middle) < nats) low = middle;
    else high = middle;
  }
  return high;
}

/** Means over the windows that may come: Poisson bad events of the canary, the baseline's at three points of its spread. */
function meanIncrements(
  traffic: Traffic,
  seconds: number,
  increments: (window: Window) => readonly number[],
): readonly number[] {
  let sums: number[] = [];
  for (const [xc, pC] of spread(traffic.rc * seconds * traffic.pc, traffic.pc))
    for (const [z, pB] of THREE_POINTS) {
      const found = increments(windowOf(traffic, seconds, xc, z));
      sums = found.map((l, i) => (sums[i] ?? 0) + pC * pB * l);
    }
  return sums;
}

/** Gauss-Hermite: standard deviations and their weights. */
const THREE_POINTS = [
  [-Math.sqrt(3), 1 / 6],
  [0, 2 / 3],
  [Math.sqrt(3), 1 / 6],
] as const;

function windowOf({ rc, rb, pb }: Traffic, seconds: number, xc: number, z: number): Window {
  const [nc, nb] = [rc * seconds, rb * seconds];
  const mean = nb * pb;
  const xb = Math.min(nb, Math.max(0, mean + z * Math.sqrt(mean * (1 - pb))));
  return { xc: Math.min(xc, nc), nc, xb, nb };
}

/** Counts and their probabilities: Poisson where they are few, else points of the normal. */
function spread(mean: number, share: number): readonly (readonly [number, number])[] {
  if (mean > 60) {
    const sd = Math.sqrt(mean * (1 - share));
    const points = Array.from({ length: 41 }, (_, i) => -4 + i / 5);
    const weights = points.map((z) => Math.exp(-0.5 * z * z));
    const all = weights.reduce((sum, w) => sum + w, 0);
    return points.map((z, i) => [mean + z * sd, (weights[i] ?? 0) / all] as const);
  }
  const found: [number, number][] = [];
  let p = Math.exp(-mean);
  for (let x = 0; x <= mean + 8 * Math.sqrt(mean) + 8; x++) {
    found.push([x, p]);
    p *= mean / (x + 1);
  }
  return found;
}
