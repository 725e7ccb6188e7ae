/** Tiers before anything is checked: which one applies, and its numbers in the sentences that name them. */
import { doubt } from './doubt.ts';
import type { Doubt } from './doubt.ts';
import { isMapping, type Mapping } from './mapping.ts';
import { didYouMean } from './nearest.ts';
import type { Path } from './path.ts';

export interface Tier {
  readonly name: string;
  readonly limits: Readonly<Record<string, string>>;
  /** Its other keys, as written. */
  readonly keys: Mapping;
}

type FoundTier =
  | { readonly kind: 'tier'; readonly tier: Tier }
  | { readonly kind: 'none' }
  | { readonly kind: 'unknown'; readonly faults: readonly Doubt[] };

/** The first of `wanted` that is written decides: an environment before its service. */
export function tierOf(tiers: unknown, wanted: readonly { readonly name: unknown; readonly at: Path }[]): FoundTier {
  const chosen = wanted.find(({ name }) => name !== undefined);
  if (chosen === undefined || typeof chosen.name !== 'string') return { kind: 'none' };
  const known = isMapping(tiers) ? tiers : {};
  const found = Object.hasOwn(known, chosen.name) ? known[chosen.name] : undefined;
  if (found === undefined) {
    const names = Object.keys(known);
    const cure = names.length === 0 ? "add it under 'tiers:' at the top of the file" : didYouMean(chosen.name, names);
    return { kind: 'unknown', faults: [doubt(chosen.at, 'value', 'is not one of the tiers', cure)] };
  }
  if (!isMapping(found)) return { kind: 'none' };
  const { limits, ...keys } = found;
  return { kind: 'tier', tier: { name: chosen.name, limits: limitsOf(limits), keys } };
}

/** What succeeds is the rest of what fails, so one number serves both ways of counting. */
function limitsOf(written: unknown): Readonly<Record<string, string>> {
  const limits = Object.fromEntries(
    Object.entries(isMapping(written) ? written : {}).map(([name, value]) => [name, String(value)]),
  );
  const share = /^([0-9.]+)%$/.exec(limits['error-rate'] ?? '')?.[1];
  const rest = share === undefined ? {} : { 'success-rate': `${Number((100 - Number(share)).toPrecision(12))}%` };
  return { ...rest, ...limits };
}

const REFERENCE = /\btier\.([A-Za-z0-9][A-Za-z0-9_-]*)/g;

/** The limits that a sentence takes from its tier. */
export function limitsIn(text: string): readonly string[] {
  return Array.from(text.matchAll(REFERENCE), ([, name]) => name ?? '');
}

/** `p95 > tier.p95` -> `p95 > 300ms [critical.p95]`: the number, and where it comes from. */
export function resolveTier(
  text: string,
  tier: Tier | null,
): { readonly text: string } | { readonly message: string; readonly cure: string } {
  const names = limitsIn(text);
  if (names.length === 0) return { text };
  if (tier === null)
    return { message: 'takes a limit from a tier, and none applies here', cure: "add 'tier:' to the environment" };
  const lacking = names.find((name) => !Object.hasOwn(tier.limits, name));
  if (lacking !== undefined)
    return {
      message: `takes '${lacking}' from the tier ${tier.name}, which has no such limit`,
      cure:
        Object.keys(tier.limits).length === 0
          ? "add it to its 'limits:'"
          : didYouMean(lacking, Object.keys(tier.limits)),
    };
  return { text: text.replace(REFERENCE, (_, name: string) => `${tier.limits[name] ?? ''} [${tier.name}.${name}]`) };
}
