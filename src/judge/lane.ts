import { logAdd } from './log-space.ts';
import { EMPTY, logE, play, type Mixture, type Starts } from './mixture.ts';

/** How the evidence of one side of a question is played. */
export interface Game {
  /** fail: bet that the canary is worse than the limit; pass: bet that it is better than the harm limit. */
  readonly side: 'fail' | 'pass';
  readonly starts: Starts;
  /** Most nats that one window may say; null: exact mode. */
  readonly cap: number | null;
  /** Whether an uncapped lane with a limit 20 points higher runs beside the capped one. */
  readonly catastrophe: boolean;
  /** Seconds since the gate began, at this look. */
  readonly now?: number;
}

/** A capped mixture, and beside it the catastrophic one, for which a burst of half the requests is a verdict at once. */
export interface Lane {
  readonly main: Mixture;
  readonly catastrophe: Mixture | null;
}

export const EMPTY_LANE: Lane = { main: EMPTY, catastrophe: null };
/** Distance of the catastrophic limit from the limit. */
export const CATASTROPHE_MARGIN = 0.2;
/** Part of the money on the catastrophic lane. */
const SUDDEN = 0.1;
const SHARE = Math.log(SUDDEN);
const REST = Math.log1p(-SUDDEN);

/**
 * Most nats of one window, so that `windows` of them alone are just not a proof, however bad they are, even as the first of the release:
 * there (1 - SUDDEN) first exp(windows cap) plus the little that was not invested yet is all the wealth there can be.
 */
export function capOf(falseAlarm: number, windows: number, first: number): number {
  return Math.log((0.99 * (1 / falseAlarm - 0.5)) / ((1 - SUDDEN) * first)) / windows;
}

/**
 * Plays one window on both lanes. `sudden`: increments of the catastrophic lane, null where the limit leaves no room for one;
 * `shares`: how the main lane spreads its money, left out: evenly.
 */
export function playLane(
  lane: Lane,
  increments: readonly number[],
  sudden: readonly number[] | null,
  game: Game,
  shares?: readonly number[],
): Lane {
  const main = play(lane.main, increments, {
    starts: game.starts,
    cap: game.cap,
    ...(shares === undefined ? {} : { shares }),
  });
  if (!game.catastrophe || sudden === null) return { main, catastrophe: null };
  return { main, catastrophe: play(lane.catastrophe ?? EMPTY, sudden, { starts: game.starts }) };
}

/** Log of the mean of both lanes by their money, or log E where there is one lane. */
export function laneLogE(lane: Lane): number {
  return bothLanes(logE(lane.main), lane.catastrophe === null ? null : logE(lane.catastrophe));
}

/** The same from log E of each lane; `sudden` null: there is no second one. */
export function bothLanes(main: number, sudden: number | null): number {
  return sudden === null ? main : logAdd(REST + main, SHARE + sudden);
}
