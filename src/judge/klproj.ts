import { informs, type Line, type Window } from './window.ts';

/** Kullback-Leibler divergence of two coins in nats; p, q in [0, 1], 0 log 0 = 0. */
export function kl(p: number, q: number): number {
  const heads = p === 0 ? 0 : p * Math.log(p / q);
  const tails = p === 1 ? 0 : (1 - p) * Math.log((1 - p) / (1 - q));
  return heads + tails;
}

/**
 * The baseline rate q on the boundary p_c = r q + d that is nearest (in weighted KL) to the rates (thetaC, thetaB): the reverse information
 * projection. Convex in q: Newton's method, held inside a shrinking bracket. `weightC`, `weightB`: counts, or requests per second.
 */
export function projection(args: {
  readonly thetaC: number;
  readonly thetaB: number;
  readonly weightC: number;
  readonly weightB: number;
  readonly line: Line;
}): number {
  const { thetaC, thetaB, weightC, weightB } = args;
  const { r, d } = args.line;
  let low = 0;
  let high = r > 0 ? Math.min(1, (1 - d) / r) : 1;
  let q = Math.min(Math.max(thetaB, low), high);
  for (let step = 0; step < 200; step++) {
    if (q <= low || q >= high) q = (low + high) / 2;
    if (q <= low || q >= high) break;
    // The derivative times q (1 - q) a (1 - a): the same sign, without poles.
    const a = r * q + d;
    const slope = weightC * r * (thetaC - a) * q * (1 - q) + weightB * (thetaB - q) * a * (1 - a);
    if (slope > 0) low = q;
    else high = q;
    const curve =
      weightC * r * ((thetaC - a) * (1 - 2 * q) - r * q * (1 - q)) +
      weightB * ((thetaB - q) * r * (1 - 2 * a) - a * (1 - a));
    const next = q - slope / curve;
    if (Math.abs(next - q) <= 1e-15 * q) return q;
    q = Number.isFinite(next) ? next : low;
  }
  return Math.min(Math.max(q, low), high);
}

/** A concrete guess of both rates, fixed before the window is seen. Both strictly inside (0, 1). */
export interface Guess {
  readonly thetaC: number;
  readonly thetaB: number;
}

/**
 * Log increment of the bet on a concrete guess of both rates, for rates that are not rare (accuracy, shares of a distribution).
 * H0: p_c <= r p_b + d when thetaC is above the line, p_c >= r p_b + d when it is below. Turner, Ly and Grünwald, arXiv 2106.02693.
 * Why it is fair: the log of its expectation is nc log g_c(p_c) + nb log g_b(p_b) with g linear, hence concave; it is 0 at the projection
 * and its derivative there towards any point of the convex null is <= 0, so it is <= 0 on the whole null.
 */
export function klprojIncrement(window: Window, line: Line, guess: Guess): number {
  if (!informs(window, line)) return 0;
  if (line.r === 0) return oneSampleIncrement(window.xc, window.nc, { p0: line.d, p1: guess.thetaC });
  const q = projection({ ...guess, weightC: window.nc, weightB: window.nb, line });
  const canary = oneSampleIncrement(window.xc, window.nc, { p0: line.r * q + line.d, p1: guess.thetaC });
  return canary + oneSampleIncrement(window.xb, window.nb, { p0: q, p1: guess.thetaB });
}

/** The same against a known rate: H0: p <= p0 for p1 > p0, p >= p0 for p1 < p0. Both strictly inside (0, 1). */
export function oneSampleIncrement(x: number, n: number, bet: { readonly p0: number; readonly p1: number }): number {
  const { p0, p1 } = bet;
  const heads = x === 0 ? 0 : x * Math.log(p1 / p0);
  return n - x === 0 ? heads : heads + (n - x) * (Math.log1p(-p1) - Math.log1p(-p0));
}

/** Best guess of the baseline rate from windows before this one (and history); kept away from 0 and 1. */
export function baselineGuess(past: { readonly xb: number; readonly nb: number }): number {
  return Math.min(Math.max((past.xb + 0.5) / (past.nb + 1), 0.005), 0.995);
}
