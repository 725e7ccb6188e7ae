/** Sums of numbers that are kept as natural logarithms: an e-value of e^1000000 is an ordinary number here. */

/** Stands for log 0. Finite, so that a state survives JSON. */
export const LOG_ZERO = -1e300;

/** log(exp(a) + exp(b)). */
export function logAdd(a: number, b: number): number {
  const high = Math.max(a, b);
  return high + Math.log1p(Math.exp(Math.min(a, b) - high));
}

/** log of the sum of exp(x) over all x; LOG_ZERO for none. */
export function logSum(logs: readonly number[]): number {
  let high = LOG_ZERO;
  for (const x of logs) if (x > high) high = x;
  let sum = 0;
  for (const x of logs) sum += Math.exp(x - high);
  return sum > 0 ? high + Math.log(sum) : LOG_ZERO;
}

/** log of the mean of exp(x) over all x; LOG_ZERO for none. */
export function logMean(logs: readonly number[]): number {
  return logs.length === 0 ? LOG_ZERO : logSum(logs) - Math.log(logs.length);
}

/** log x, with LOG_ZERO at 0. */
export function safeLog(x: number): number {
  return x > 0 ? Math.log(x) : LOG_ZERO;
}
