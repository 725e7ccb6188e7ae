import { logGamma } from './log-gamma.ts';

/**
 * Log Bayes factor against "each request goes to the canary with probability `weight`": an e-value at every look, from the totals so far
 * (Lindon and Malek, arXiv 2011.03567). Above log 1000 the split is not what was configured: mirroring, sticky sessions, retries.
 * `concentration` says how near to the configured weight the alternative sits.
 */
export function splitLogE(
  counts: { readonly nc: number; readonly nb: number },
  weight: number,
  concentration: number = 100,
): number {
  const { nc, nb } = counts;
  const a = concentration * weight;
  const b = concentration * (1 - weight);
  if (!(a > 0) || !(b > 0)) return 0;
  const marginal = logBeta(a + nc, b + nb) - logBeta(a, b);
  return marginal - nc * Math.log(weight) - nb * Math.log1p(-weight);
}

/** E >= 1000. */
export const SPLIT_LIMIT = Math.log(1000);

function logBeta(a: number, b: number): number {
  return logGamma(a) + logGamma(b) - logGamma(a + b);
}
