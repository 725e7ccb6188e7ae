import { CATASTROPHE_MARGIN, EMPTY_LANE, laneLogE, playLane, type Game, type Lane } from './lane.ts';
import { baselineGuess, klprojIncrement } from './klproj.ts';
import { CATASTROPHE_GRID, FAIL_GRID, PASS_GRID, rareIncrement } from './rare.ts';
import { addWindows, NOTHING, type Line, type Window } from './window.ts';

/** Evidence about one limit on a rate. */
export interface RateState {
  readonly kind: 'rate';
  readonly past: Window;
  readonly lane: Lane;
}

export const BEGIN_RATE: RateState = { kind: 'rate', past: NOTHING, lane: EMPTY_LANE };

/** Limits above this are not rare: bets on concrete rates are stronger there. */
const RARE_BELOW = 0.1;
/** Distances of the assumed canary rate above the limit; as many as FAIL_GRID has ratios, so that bets keep their place. */
const FAIL_DISTANCES = [0.015, 0.03, 0.06, 0.12, 0.25, 0.5] as const;
/** Below the harm limit, in units of the distance between the baseline and that limit (or of the limit itself without a baseline). */
const PASS_DISTANCES = [1 / 3, 2 / 3, 1, 4 / 3, 2] as const;

/**
 * The log increments of one window. The kernel is chosen before the window is seen: `rare` while the limit at the baseline rate of the
 * earlier windows is at most 10 % (and in the first window), bets on concrete rates (`klproj`) above. Both are valid at every rate.
 */
export function rateIncrements(past: Window, window: Window, line: Line, side: Game['side']): readonly number[] {
  const known = line.r === 0 || past.nb > 0;
  const thetaB = baselineGuess(past);
  const limit = line.r === 0 ? line.d : line.r * ((past.xb + 0.5) / (past.nb + 1)) + line.d;
  const grid = side === 'fail' ? FAIL_GRID : PASS_GRID;
  if (!known || limit <= RARE_BELOW) return grid.map((g) => rareIncrement(window, line, g));
  const at = line.r * thetaB + line.d;
  if (at >= 1) return grid.map(() => 0);
  return guesses(at, line.r === 0 ? 0 : thetaB, side).map((thetaC) =>
    klprojIncrement(window, line, { thetaC, thetaB }),
  );
}

/** Assumed canary rates, strictly between the limit and the end of the scale. */
function guesses(limit: number, thetaB: number, side: Game['side']): readonly number[] {
  if (side === 'fail') return FAIL_DISTANCES.map((distance) => Math.min(limit + distance, (3 * limit + 7) / 10));
  const margin = limit > thetaB ? limit - thetaB : limit / 10;
  return PASS_DISTANCES.map((share) => Math.max(limit - share * margin, limit / 10));
}

/** Adds one window. */
export function playRate(state: RateState, window: Window, line: Line, game: Game): RateState {
  const far = { r: line.r, d: line.d + CATASTROPHE_MARGIN };
  const sudden = far.d < 0.9 ? CATASTROPHE_GRID.map((g) => rareIncrement(window, far, g)) : null;
  const lane = playLane(state.lane, rateIncrements(state.past, window, line, game.side), sudden, game);
  return { kind: 'rate', past: addWindows(state.past, window), lane };
}

export function rateLogE(state: RateState): number {
  return laneLogE(state.lane);
}
