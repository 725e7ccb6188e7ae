/** How long the rollbacks of this repository took, from its own ledger. */
import type { Entry } from './entry.ts';

export interface PastDurations {
  /** Medians in ms; null: no rollback got that far. */
  readonly openedToMerged: number | null;
  readonly mergedToRecovered: number | null;
  /** Rollbacks that recovered. */
  readonly recovered: number;
}

/** Every service and environment: what takes long is mostly the repository and its cluster. Lines of one incident belong together. */
export function pastDurations(entries: readonly Entry[]): PastDurations {
  const times = new Map<string, Map<string, number>>();
  // A fallback accuses no release, and lasts as long as what it was taken for is ill.
  const aside = new Set(
    entries.flatMap(({ kind, revision, incident }) => (kind === 'requested' && revision === null ? [incident] : [])),
  );
  for (const { id, incident, kind, at } of entries) {
    // Of a way back in two pull requests the first begins it.
    if (
      incident === null ||
      aside.has(incident) ||
      !['opened', 'merged', 'recovered'].includes(kind) ||
      id.includes('/version/')
    )
      continue;
    const of = times.get(incident) ?? new Map<string, number>();
    times.set(incident, of.set(kind, Date.parse(at)));
  }
  const between = (from: string, to: string): number[] =>
    [...times.values()].flatMap((of) => {
      const [a, b] = [of.get(from), of.get(to)];
      return a === undefined || b === undefined || b < a ? [] : [b - a];
    });
  const recovered = between('merged', 'recovered');
  return {
    openedToMerged: median(between('opened', 'merged')),
    mergedToRecovered: median(recovered),
    recovered: recovered.length,
  };
}

/** The middle value, or the mean of the two in the middle; null of nothing. */
function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return low === undefined || high === undefined ? null : (low + high) / 2;
}
