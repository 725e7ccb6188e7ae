import { logGamma } from '../../src/judge/log-gamma.ts';

/** A stream of uniform numbers in [0, 1) that is the same for the same seed (mulberry32). */
export type Random = () => number;

export function seeded(seed: number): Random {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Binomial(n, p), exact: inversion outward from the mode. Cost O(sqrt(n p)). */
export function binomial(random: Random, n: number, p: number): number {
  if (n <= 0 || p <= 0) return 0;
  if (p >= 1) return n;
  const mode = Math.min(n, Math.floor((n + 1) * p));
  const odds = p / (1 - p);
  const log =
    logGamma(n + 1) - logGamma(mode + 1) - logGamma(n - mode + 1) + mode * Math.log(p) + (n - mode) * Math.log1p(-p);
  const peak = Math.exp(log);
  let u = random() - peak;
  if (u < 0) return mode;
  let [low, high, pLow, pHigh] = [mode, mode, peak, peak];
  while (low > 0 || high < n) {
    if (high < n) {
      pHigh *= ((n - high) / (high + 1)) * odds;
      high++;
      u -= pHigh;
      if (u < 0) return high;
    }
    if (low > 0) {
      pLow *= low / ((n - low + 1) * odds);
      low--;
      u -= pLow;
      if (u < 0) return low;
    }
    if (pHigh < 1e-18 && pLow < 1e-18) break;
  }
  return mode;
}

/** Poisson(mean) by inversion for small means, else as a sum of halves. */
export function poisson(random: Random, mean: number): number {
  if (mean > 30) return poisson(random, mean / 2) + poisson(random, mean / 2);
  let u = random();
  let p = Math.exp(-mean);
  let k = 0;
  while (u >= p && k < 1000) {
    u -= p;
    k++;
    p *= mean / k;
  }
  return k;
}

/** Standard normal (Box and Muller). */
export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
