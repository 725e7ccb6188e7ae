import { logGamma } from './log-gamma.ts';

/** A stream of uniform numbers in [0, 1) that is the same for the same seed (sfc32; neighbouring seeds share nothing). */
export type Random = () => number;

export function seeded(seed: number): Random {
  let [a, b, c, counter] = [0x9e3779b9 ^ seed, 0x243f6a88, 0xb7e15162, 1];
  const next = () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 4294967296;
  };
  for (let i = 0; i < 20; i++) next();
  return next;
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

/** Poisson(mean), exact: inversion upward from 0 for small means, else outward from the mode. Cost O(sqrt(mean)). */
export function poisson(random: Random, mean: number): number {
  if (mean > 30) return poissonFromMode(random, mean);
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

function poissonFromMode(random: Random, mean: number): number {
  const mode = Math.floor(mean);
  const peak = Math.exp(mode * Math.log(mean) - mean - logGamma(mode + 1));
  let u = random() - peak;
  if (u < 0) return mode;
  let [low, high, pLow, pHigh] = [mode, mode, peak, peak];
  while (pHigh > 1e-18 || pLow > 1e-18) {
    high++;
    pHigh *= mean / high;
    u -= pHigh;
    if (u < 0) return high;
    if (low === 0) continue;
    pLow *= low / mean;
    low--;
    u -= pLow;
    if (u < 0) return low;
  }
  return mode;
}

/** Standard normal (Box and Muller). */
export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
