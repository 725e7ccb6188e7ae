/** What both arms showed in one poll window, as counts. Counts may be fractions (effective counts). */
export interface Window {
  /** Bad events and all events of the canary. */
  readonly xc: number;
  readonly nc: number;
  /** Bad events and all events of the baseline; 0 and 0 where there is none. */
  readonly xb: number;
  readonly nb: number;
}

/** The limit on the bad rate of the canary as a function of the baseline's: r * rate + d, with r >= 0 and 0 <= d < 1. */
export interface Line {
  readonly r: number;
  readonly d: number;
}

export const NOTHING: Window = { xc: 0, nc: 0, xb: 0, nb: 0 };

export function addWindows(a: Window, b: Window): Window {
  return { xc: a.xc + b.xc, nc: a.nc + b.nc, xb: a.xb + b.xb, nb: a.nb + b.nb };
}

/** True when the window can say anything about the limit: canary traffic, and baseline traffic where the limit needs it. */
export function informs(window: Window, line: Line): boolean {
  return window.nc > 0 && (line.r === 0 || window.nb > 0);
}
