import type { Events, Stratum } from './sample.ts';

export type StratumCounts = ReadonlyMap<string, Events>;

/** Both arms side by side, in the order of the names: an arm without events in a stratum is null there. */
export function joinStrata(canary: StratumCounts, baseline: StratumCounts | null): readonly Stratum[] {
  const names = new Set([...canary.keys(), ...(baseline?.keys() ?? [])]);
  return Array.from(names)
    .sort()
    .map((name) => ({ name, canary: canary.get(name) ?? null, baseline: baseline?.get(name) ?? null }));
}
