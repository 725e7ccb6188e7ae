/** Evidence about the mean of scores in a known interval: an LLM judge's score, a quality in [0, 1], a paired difference. */

/** Bets as shares of the largest safe bet. */
export const BET_GRID = [0.02, 0.05, 0.1, 0.2, 0.4, 0.8] as const;
/** Bets of the empirical Bernstein process; inside (0, 1). */
export const BERNSTEIN_GRID = [0.05, 0.1, 0.2, 0.4, 0.7] as const;

/** H0: the mean of what comes, given what came, is at most `mu0`; values lie in [low, high] and low < mu0. */
export interface MeanNull {
  readonly mu0: number;
  readonly low: number;
}

/**
 * Log increments of betting on single values, one per bet in `grid`: sum of log(1 + c / (mu0 - low) (z - mu0)).
 * Waudby-Smith and Ramdas, arXiv 2010.09686. Values must come in the order of service, or any order that does not depend on them.
 * A null that no distribution can violate in our favour (mu0 <= low) gives 0.
 */
export function bettingIncrements(
  values: readonly number[],
  { mu0, low }: MeanNull,
  grid: readonly number[] = BET_GRID,
): readonly number[] {
  if (!(mu0 > low)) return grid.map(() => 0);
  return grid.map((c) => {
    const bet = c / (mu0 - low);
    let sum = 0;
    for (const z of values) sum += Math.log1p(bet * (z - mu0));
    return sum;
  });
}

/** Count, sum and sum of squares of values in [0, 1]. */
export interface Sums {
  readonly n: number;
  readonly sum: number;
  readonly sumOfSquares: number;
}

/** -log(1 - lambda) - lambda: the price of the variance. */
function price(lambda: number): number {
  return -Math.log1p(-lambda) - lambda;
}

/** Squared distance of all values from a centre that was fixed before they were seen. */
function spread({ n, sum, sumOfSquares }: Sums, centre: number): number {
  return Math.max(0, sumOfSquares - 2 * centre * sum + n * centre * centre);
}

/**
 * Log increments of the empirical Bernstein process where only sums are known (Howard et al. 2021). H0: mean <= mu0, values in [0, 1].
 * `centre` is any guess of the mean from earlier windows; a wrong one costs power, never validity.
 */
export function bernsteinIncrements(
  sums: Sums,
  args: { readonly mu0: number; readonly centre: number },
  grid: readonly number[] = BERNSTEIN_GRID,
): readonly number[] {
  return grid.map((lambda) => lambda * (sums.sum - sums.n * args.mu0) - price(lambda) * spread(sums, args.centre));
}

/**
 * The same for two arms. H0: mean_c <= factor * mean_b + plus, factor > 0. The bet on the baseline is chosen so that the unknown means
 * cancel: lambda_b n_b = lambda_c factor n_c; then the product of both processes is at most 1 in expectation on the whole null.
 */
export function bernsteinPairIncrements(
  arms: { readonly canary: Sums; readonly baseline: Sums },
  args: { readonly factor: number; readonly plus: number; readonly centreC: number; readonly centreB: number },
  grid: readonly number[] = BERNSTEIN_GRID,
): readonly number[] {
  const { canary, baseline } = arms;
  if (canary.n <= 0 || baseline.n <= 0) return grid.map(() => 0);
  const ratio = (args.factor * canary.n) / baseline.n;
  return grid.map((wish) => {
    const forC = Math.min(wish, 0.9 / ratio);
    const forB = forC * ratio;
    const gain = forC * (canary.sum - canary.n * args.plus) - forB * baseline.sum;
    return gain - price(forC) * spread(canary, args.centreC) - price(forB) * spread(baseline, args.centreB);
  });
}

/**
 * Differences canary score - factor * (mean of the next floor(n_b / n_c) unused baseline scores), in order of service.
 * With fewer baseline than canary scores, only as many differences as there are baseline scores.
 */
export function unpairedDifferences(canary: readonly number[], baseline: readonly number[], factor: number): number[] {
  const block = Math.max(1, Math.floor(baseline.length / Math.max(1, canary.length)));
  const count = Math.min(canary.length, Math.floor(baseline.length / block));
  return Array.from({ length: count }, (_, i) => {
    let sum = 0;
    for (let j = i * block; j < (i + 1) * block; j++) sum += baseline[j] ?? 0;
    return (canary[i] ?? 0) - (factor * sum) / block;
  });
}
