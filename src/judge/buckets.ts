/** Counts per bucket from counts that are cumulative over buckets; a decrease is clipped to 0. */
export function bucketCounts(cumulative: readonly number[]): number[] {
  let highest = 0;
  return cumulative.map((count) => {
    const added = Math.max(count - highest, 0);
    highest = Math.max(highest, count);
    return added;
  });
}

/**
 * How many values of a histogram lie at or below each of `at` (ascending): the count up to the highest bucket edge that is not above.
 * Exact where `at` are bucket edges.
 */
export function histogramBelow(counts: readonly number[], edges: readonly number[], at: readonly number[]): number[] {
  let sum = 0;
  let i = 0;
  return at.map((edge) => {
    while (i < edges.length && (edges[i] ?? Infinity) <= edge * (1 + Math.sign(edge) * 1e-9)) sum += counts[i++] ?? 0;
    return sum;
  });
}

/** How many values lie at or below each of `at` (ascending). Cost O(values log edges). */
export function valuesBelow(values: readonly number[], at: readonly number[]): number[] {
  const counts = new Array<number>(at.length + 1).fill(0);
  for (const value of values) {
    let low = 0;
    let high = at.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((at[middle] ?? Infinity) >= value) high = middle;
      else low = middle + 1;
    }
    counts[low] = (counts[low] ?? 0) + 1;
  }
  let sum = 0;
  return at.map((_, i) => (sum += counts[i] ?? 0));
}

/** Upper edge of the bucket that holds the q-quantile; the last finite edge where it lies beyond. */
export function quantileEdge(counts: readonly number[], edges: readonly number[], q: number): number | null {
  const all = total(counts);
  if (all === 0) return null;
  let below = 0;
  for (let i = 0; i < edges.length; i++) {
    below += counts[i] ?? 0;
    if (below >= q * all) return edges[i] ?? null;
  }
  return edges.at(-1) ?? null;
}

/** Whether the q-quantile lies beyond the last finite edge, where nobody knows how far. */
export function isBeyondEdges(counts: readonly number[], edges: readonly number[], q: number): boolean {
  const below = total(counts.slice(0, edges.length));
  return below < q * total(counts);
}

export function total(counts: readonly number[]): number {
  let sum = 0;
  for (const count of counts) sum += count;
  return sum;
}
