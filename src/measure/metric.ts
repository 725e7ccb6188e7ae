import type { Criterion, Trigger } from '../playbook/schema.ts';
import { parseSelector } from '../playbook/selector.ts';
import type { Selector } from '../playbook/selector.ts';

/** Which raw series a question is made of. */
export type Metric =
  | {
      readonly kind: 'counters';
      readonly hits: Selector;
      /** All events, or those beside `hits`. */
      readonly total: Selector;
      /** True where hits and total are two kinds of events, such as failures and successes, and together all. */
      readonly apart?: true;
      /** Label by whose values the counts are kept apart. */
      readonly strata?: string;
    }
  | { readonly kind: 'buckets'; readonly bucket: Selector }
  | {
      readonly kind: 'moments';
      readonly sum: readonly Term[];
      /** Null: not counted. Then the largest squares stand in that values in `range` with this sum can have. */
      readonly squares: Selector | null;
      readonly count: Selector;
      readonly range: readonly [number, number] | null;
    }
  /** Amounts that only grow, of which nobody asks how many there were. */
  | { readonly kind: 'spent'; readonly terms: readonly Term[] }
  | { readonly kind: 'gauge'; readonly gauge: Selector }
  /** An expression that only a server can evaluate; `{{arm}}` stands where the arm's matchers belong. */
  | { readonly kind: 'expression'; readonly text: string }
  | { readonly kind: 'unclear'; readonly why: string };

/** A running total, and what one of it is worth in each arm. */
export interface Term {
  readonly selector: Selector;
  readonly canary: number;
  readonly baseline: number;
}

function termsOf({ sum, tokens, prices }: Trigger | Criterion): readonly Term[] {
  if (sum !== undefined) return [{ selector: parseSelector(sum), canary: 1, baseline: 1 }];
  return (['input', 'output'] as const).flatMap((part) => {
    const text = tokens?.[part];
    if (text === undefined || prices === undefined) return [];
    const other = prices.baseline ?? prices.canary;
    return [{ selector: parseSelector(text), canary: prices.canary[part], baseline: other[part] }];
  });
}

/** The raw series of a trigger. Throws source-query-invalid for a selector that is not plain. */
export function metricOf(trigger: Trigger | Criterion): Metric {
  const { bad, good, total, histogram, squares, count, gauge } = trigger;
  const hits = bad ?? good;
  const all = total ?? (bad === undefined ? undefined : good);
  if (hits !== undefined && all !== undefined)
    return {
      kind: 'counters',
      hits: parseSelector(hits),
      total: parseSelector(all),
      ...(total === undefined ? { apart: true } : {}),
      ...('strata' in trigger && trigger.strata !== undefined ? { strata: trigger.strata } : {}),
    };
  if (histogram !== undefined) return { kind: 'buckets', bucket: bucketsOf(parseSelector(histogram)) };
  const sum = termsOf(trigger);
  if (trigger.if.statistic.kind === 'spend' && sum.length > 0) return { kind: 'spent', terms: sum };
  if (sum.length > 0 && count !== undefined && (squares !== undefined || trigger.range !== undefined))
    return {
      kind: 'moments',
      sum,
      squares: squares === undefined ? null : parseSelector(squares),
      count: parseSelector(count),
      range: trigger.range ?? null,
    };
  if (gauge?.includes('{{arm}}') === true) return { kind: 'expression', text: gauge };
  if (gauge !== undefined) return { kind: 'gauge', gauge: parseSelector(gauge) };
  return {
    kind: 'unclear',
    why: `trigger '${trigger.name}' names no complete metric: give bad (or good) with total, histogram, sum with squares and count, or gauge`,
  };
}

function bucketsOf(histogram: Selector): Selector {
  if (histogram.metric.endsWith('_bucket')) return histogram;
  return { metric: `${histogram.metric}_bucket`, matchers: histogram.matchers };
}

/** The part of the i-th term of a sum. */
export function sumPart(i: number): string {
  return i === 0 ? 'sum' : `sum ${i + 1}`;
}

/** The selectors of a metric by the part they play. */
export function partsOf(metric: Metric): ReadonlyMap<string, Selector> {
  switch (metric.kind) {
    case 'counters':
      return new Map([
        ['hits', metric.hits],
        ['total', metric.total],
      ]);
    case 'buckets':
      return new Map([['bucket', metric.bucket]]);
    case 'moments':
      return new Map([
        ...metric.sum.map(({ selector }, i) => [sumPart(i), selector] as const),
        ...(metric.squares === null ? [] : [['squares', metric.squares] as const]),
        ['count', metric.count],
      ]);
    case 'spent':
      return new Map(metric.terms.map(({ selector }, i) => [sumPart(i), selector]));
    case 'gauge':
      return new Map([['gauge', metric.gauge]]);
    case 'expression':
    case 'unclear':
      return new Map();
  }
}

/** True when the answer depends on the baseline; a fixed limit can be judged from the canary alone. */
export function needsBaseline(trigger: Trigger | Criterion): boolean {
  const conditions = [trigger.if, trigger['pass-when']].filter((c) => c !== undefined);
  const fixed = 'reference' in trigger && trigger.reference !== undefined;
  return conditions.some((c) => (c.statistic.kind === 'ks' && !fixed) || c.limits.some((limit) => limit.factor !== 0));
}
