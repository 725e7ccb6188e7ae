import { CATASTROPHE_MARGIN, EMPTY_LANE, laneLogE, playLane, type Game, type Lane } from './lane.ts';
import { baselineGuess, klprojIncrement } from './klproj.ts';
import { CATASTROPHE_GRID, FAIL_GRID, FAIL_SHARES, PASS_GRID, rareIncrement, rareStrataIncrement } from './rare.ts';
import { addWindows, NOTHING, type Line, type Window } from './window.ts';

/** Evidence about one limit on a rate. */
export interface RateState {
  readonly kind: 'rate';
  readonly past: Window;
  /** The same for each stratum, where the samples have strata. */
  readonly pastOf?: Readonly<Record<string, Window>>;
  readonly lane: Lane;
}

/** The counts of one stratum in one window. */
export interface StratumWindow {
  readonly name: string;
  readonly window: Window;
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
  const grid = side === 'fail' ? FAIL_GRID : PASS_GRID;
  return isRare(past, line) ? grid.map((g) => rareIncrement(window, line, g)) : klIncrements(past, window, line, side);
}

function klIncrements(past: Window, window: Window, line: Line, side: Game['side']): readonly number[] {
  const grid = side === 'fail' ? FAIL_GRID : PASS_GRID;
  const thetaB = baselineGuess(past);
  const at = line.r * thetaB + line.d;
  if (at >= 1) return grid.map(() => 0);
  return guesses(at, line.r === 0 ? 0 : thetaB, side).map((thetaC) =>
    klprojIncrement(window, line, { thetaC, thetaB }),
  );
}

/** Whether the limit at the baseline rate of the earlier windows is at most 10 %, or not yet known. */
function isRare(past: Window, line: Line): boolean {
  if (line.r > 0 && past.nb === 0) return true;
  const limit = line.r === 0 ? line.d : line.r * ((past.xb + 0.5) / (past.nb + 1)) + line.d;
  return limit <= RARE_BELOW;
}

/**
 * One bet over several strata of the same window: the same bet in each, the log increments added, so that a shifted mix of regions is
 * not taken for a worse release. A stratum with one arm adds nothing. The kernel is one for all, chosen from all earlier windows: bets
 * of two kernels are not the same bet.
 */
export function strataIncrements(
  state: Pick<RateState, 'past' | 'pastOf'>,
  strata: readonly StratumWindow[],
  line: Line,
  side: Game['side'],
): readonly number[] {
  const sums = new Array<number>((side === 'fail' ? FAIL_GRID : PASS_GRID).length).fill(0);
  const rare = isRare(state.past, line);
  for (const { name, window } of strata) {
    const own = state.pastOf === undefined ? undefined : pastIn(state.pastOf, name);
    // A stratum that is seen for the first time is guessed to be like the others.
    const past = rare || own === undefined || (line.r > 0 && own.nb === 0) ? state.past : own;
    const increments = rare ? rateIncrements(NOTHING, window, line, side) : klIncrements(past, window, line, side);
    for (const [i, l] of increments.entries()) sums[i] = (sums[i] ?? 0) + l;
  }
  return sums;
}

function pastIn(pastOf: Readonly<Record<string, Window>>, name: string): Window | undefined {
  return Object.hasOwn(pastOf, name) ? pastOf[name] : undefined;
}

/** Assumed canary rates, strictly between the limit and the end of the scale. */
function guesses(limit: number, thetaB: number, side: Game['side']): readonly number[] {
  if (side === 'fail') return FAIL_DISTANCES.map((distance) => Math.min(limit + distance, (3 * limit + 7) / 10));
  const margin = limit > thetaB ? limit - thetaB : limit / 10;
  return PASS_DISTANCES.map((share) => Math.max(limit - share * margin, limit / 10));
}

/** Adds one window; with strata, their evidence instead of that of the sums. */
export function playRate(
  state: RateState,
  window: Window,
  line: Line,
  game: Game,
  strata: readonly StratumWindow[] | null = null,
): RateState {
  const far = { r: line.r, d: line.d + CATASTROPHE_MARGIN };
  const windows = strata?.map((one) => one.window) ?? [window];
  const sudden = far.d < 0.9 ? CATASTROPHE_GRID.map((g) => rareStrataIncrement(windows, far, g)) : null;
  const increments =
    strata === null
      ? rateIncrements(state.past, window, line, game.side)
      : strataIncrements(state, strata, line, game.side);
  const lane = playLane(state.lane, increments, sudden, game, game.side === 'fail' ? FAIL_SHARES : undefined);
  const past = addWindows(state.past, window);
  if (strata === null) return { ...state, past, lane };
  const added = strata.map(
    ({ name, window: own }) => [name, addWindows(pastIn(state.pastOf ?? {}, name) ?? NOTHING, own)] as const,
  );
  return { kind: 'rate', past, pastOf: { ...state.pastOf, ...Object.fromEntries(added) }, lane };
}

export function rateLogE(state: RateState): number {
  return laneLogE(state.lane);
}
