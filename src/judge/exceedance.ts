import { RollbackError } from '../errors.ts';

/** How many of one histogram window lay above a limit. */
export interface Exceedance {
  /** Certainly above: in buckets that begin at the limit or later. */
  readonly sure: number;
  /** Perhaps above: in buckets that end after the limit. */
  readonly possible: number;
  /** True when the limit is a bucket edge, so that both agree. */
  readonly exact: boolean;
}

/**
 * Counts above `limit` from buckets (not cumulative; the last edge is Infinity). Never interpolates: a failure uses `sure`, a pass
 * uses `possible`. Cost O(buckets).
 */
export function exceedance(counts: readonly number[], edges: readonly number[], limit: number): Exceedance {
  if (counts.length !== edges.length) {
    throw new RollbackError('input-invalid', `a histogram has ${counts.length} counts and ${edges.length} edges`);
  }
  let sure = 0;
  let possible = 0;
  let exact = false;
  let lower = -Infinity;
  for (let i = 0; i < counts.length; i++) {
    const count = counts[i] ?? 0;
    const upper = edges[i] ?? Infinity;
    if (sameEdge(upper, limit)) {
      exact = true;
    } else if (upper > limit) {
      possible += count;
      if (lower >= limit || sameEdge(lower, limit)) sure += count;
    }
    lower = upper;
  }
  return { sure, possible, exact };
}

/** Edges are written in seconds by one side and in milliseconds by the other: equal up to rounding. */
export function sameEdge(a: number, b: number): boolean {
  if (a === b) return true;
  return Number.isFinite(a) && Number.isFinite(b) && Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b));
}
