/** Proportional weights: a share is the weight divided by the sum of all. */
import type { Place } from '../documents.ts';
import { numberAt } from '../documents.ts';
import type { Destination, Placed, Split } from './kind.ts';
import { put } from './kind.ts';

export interface Weighted {
  readonly name: string;
  /** The map that holds the weight. */
  readonly place: Place;
}

/** A split over entries whose weight stands under `key`; an entry without one weighs `absent`. */
export function weightedSplit(
  of: { readonly name: string; readonly list: Place | null; readonly route?: string | null },
  entries: readonly Weighted[],
  { key, absent }: { readonly key: string; readonly absent: number },
): Split {
  const weights = entries.map(({ place }) => numberAt(place, key) ?? absent);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const share = (weight: number): number => (entries.length === 1 ? 1 : total === 0 ? 0 : weight / total);
  return {
    name: of.name,
    route: of.route ?? null,
    within: [...(of.list === null ? [] : [of.list]), ...entries.map(({ place }) => place)],
    keys: [key, 'name', 'destination'],
    destinations: entries.map(({ name }, i): Destination => ({ name, share: share(weights[i] ?? 0) })),
    turnTo: (destination) =>
      entries.flatMap(({ name, place }, i): readonly Placed[] => {
        const weight = weights[i] ?? 0;
        const wanted = name === destination ? stableWeight(place, key, weight, total) : 0;
        return wanted === weight ? [] : [put(place, key, String(wanted))];
      }),
  };
}

/** The one that gets everything takes over the sum, so that percentages stay percentages; without a written weight it may stay so. */
function stableWeight(place: Place, key: string, weight: number, total: number): number {
  if (numberAt(place, key) === null && weight > 0) return weight;
  return total === 0 ? 100 : total;
}

/** A choice that stands behind an alias or a merge key: it is known to exist, and nothing more. */
export function hiddenSplit(name: string, place: Place, keys: readonly string[]): Split {
  return {
    ...{ name, keys },
    within: [place],
    destinations: [],
    turnTo: () => 'it stands behind an alias or a merge key',
  };
}

/** Names that tell the entries apart: the first way of naming that gives every entry a name of its own; null when none does. */
export function uniqueNames(ways: readonly (readonly (string | null)[])[]): readonly string[] | null {
  for (const names of ways) {
    const known = names.filter((name) => name !== null && name !== '');
    if (known.length === names.length && new Set(known).size === known.length)
      return known.filter((name) => name !== null);
  }
  return null;
}
