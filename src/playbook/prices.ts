/** What tokens cost, as it is written and as it is counted. */
import type { Read } from './units.ts';
import { doubt } from './doubt.ts';
import type { Doubt } from './doubt.ts';
import { isMapping, type Mapping } from './mapping.ts';
import { didYouMean } from './nearest.ts';
import type { Path } from './path.ts';

export const PRICE_PATTERN = '^[0-9]+(\\.[0-9]+)?/(1|1k|1M)$';
const PRICE = /^([0-9]{1,9}(?:\.[0-9]{1,9})?)\/(1|1k|1M)$/;
const PER = { '1': 1, '1k': 1e3, '1M': 1e6 } as const;

/** `0.15/1M` -> 1.5e-7 for each token. The number of tokens is part of the value and never guessed. */
export function readPrice(text: string): Read<number> {
  const [, digits, per] = PRICE.exec(text) ?? [];
  if (digits === undefined || (per !== '1' && per !== '1k' && per !== '1M'))
    return {
      ok: false,
      message: 'needs an amount and a number of tokens',
      cure: 'write it like 0.15/1M, or /1k, or /1',
    };
  return { ok: true, value: Number(digits) / PER[per] };
}

/** `price: mini` -> the prices themselves, for each arm. */
export function pricesOf(
  question: Mapping,
  pathOf: (key: string) => Path,
  table: unknown,
): { readonly prices: Mapping } | Doubt {
  const known = isMapping(table) ? table : {};
  const found: Record<string, unknown> = {};
  for (const [arm, key] of [
    ['canary', 'price'],
    ['baseline', 'baseline-price'],
  ] as const) {
    const name = question[key];
    if (typeof name !== 'string') continue;
    if (!Object.hasOwn(known, name)) {
      const names = Object.keys(known);
      const cure = names.length === 0 ? "add it under 'prices:' at the top of the file" : didYouMean(name, names);
      return doubt(pathOf(key), 'value', 'is not one of the prices', cure);
    }
    found[arm] = known[name];
  }
  return { prices: found };
}
