/** Places that `lastgood init` left to a person. */
import { doubt } from './doubt.ts';
import type { Doubt } from './doubt.ts';
import type { Path } from './path.ts';

/** One warning for each value that still says DECIDE. */
export function undecided(data: unknown, at: Path = []): readonly Doubt[] {
  if (typeof data === 'string')
    return /(^|[^A-Za-z])DECIDE([^A-Za-z]|$)/.test(data)
      ? [doubt(at, 'value', 'is still to be decided', 'write your own; until then nothing is measured here')]
      : [];
  if (Array.isArray(data)) return data.flatMap((item: unknown, i) => undecided(item, [...at, i]));
  if (data === null || typeof data !== 'object') return [];
  return Object.entries(data).flatMap(([key, value]) => undecided(value, [...at, key]));
}
