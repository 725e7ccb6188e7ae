import type { Events, Missing, Moments, Sample, Stratum } from '../measure/sample.ts';
import { needsBaseline, type Question } from './question.ts';

type Measured = Exclude<Sample, Missing>;

/** The sample as the question can use it, or why it cannot be used. Nothing is repaired, nothing is taken for 0. */
export function checkSample(asked: Question, sample: Sample | undefined): Sample {
  if (sample === undefined) return missing('no-series', 'no sample for this trigger in the look');
  if (sample.kind === 'missing') return sample;
  const usable = asHistogram(asked, sample);
  const wanted = wantedKinds(asked);
  if (!wanted.includes(usable.kind)) {
    return missing(
      'wrong-type',
      `${asked.statistic.kind} is asked, which needs ${wanted.join(' or ')}; the sample has ${sample.kind}`,
    );
  }
  if (asked.strata && usable.kind === 'events' && usable.strata === undefined)
    return missing('wrong-type', 'the trigger compares within strata, and the sample has none');
  const fault = faultOf(asked, usable);
  if (fault !== null) return fault;
  if (usable.baseline === null && needsBaseline(asked)) {
    return missing('one-arm', 'the limit compares with the baseline, and the look has none');
  }
  // Strata that nobody asked for are only their sums.
  return usable.kind === 'events' && !asked.strata
    ? { kind: 'events', canary: usable.canary, baseline: usable.baseline }
    : usable;
}

function wantedKinds(asked: Question): readonly Measured['kind'][] {
  switch (asked.statistic.kind) {
    case 'rate':
      return asked.fail.legs[0]?.kind === 'mean' ? ['values'] : ['events'];
    case 'quantile':
      return ['histogram'];
    case 'ks':
      return ['histogram', 'values'];
    case 'mean':
      return ['values', 'moments'];
    case 'value':
      return ['gauge'];
    case 'spend':
      return ['events'];
  }
}

/** Raw latencies against fixed limits are a histogram with exactly those edges. */
function asHistogram(asked: Question, sample: Measured): Measured {
  if (asked.statistic.kind !== 'quantile' || sample.kind !== 'values') return sample;
  const limits: number[] = [];
  for (const leg of [...asked.fail.legs, ...asked.pass.legs]) {
    if (leg.kind !== 'slower-than') return sample;
    limits.push(leg.edge);
  }
  if (![...sample.canary, ...(sample.baseline ?? [])].every(Number.isFinite)) return sample;
  const edges = [...new Set(limits), Infinity].sort((a, b) => a - b);
  const bin = (values: readonly number[]) => {
    const counts = edges.map(() => 0);
    for (const value of values) {
      const at = edges.findIndex((edge) => value <= edge);
      counts[at] = (counts[at] ?? 0) + 1;
    }
    return counts;
  };
  return {
    kind: 'histogram',
    edges,
    canary: bin(sample.canary),
    baseline: sample.baseline === null ? null : bin(sample.baseline),
  };
}

function faultOf(asked: Question, sample: Measured): Missing | null {
  switch (sample.kind) {
    case 'events':
      return (
        eventsFault('canary', sample.canary) ??
        (sample.baseline && eventsFault('baseline', sample.baseline)) ??
        strataFault(sample.strata ?? [])
      );
    case 'histogram':
      return (
        edgesFault(sample.edges) ??
        countsFault('canary', sample.canary, sample.edges) ??
        (sample.baseline && countsFault('baseline', sample.baseline, sample.edges))
      );
    case 'values':
      return (
        pairsFault(sample) ??
        valuesFault('canary', sample.canary, asked) ??
        (sample.baseline && valuesFault('baseline', sample.baseline, asked))
      );
    case 'moments':
      return (
        momentsFault('canary', sample.canary, asked) ??
        (sample.baseline && momentsFault('baseline', sample.baseline, asked))
      );
    case 'gauge':
      return (
        numberFault('canary', sample.canary) ??
        (sample.baseline === null ? null : numberFault('baseline', sample.baseline))
      );
  }
}

function eventsFault(arm: string, { hits, total }: Events): Missing | null {
  if (!Number.isFinite(hits) || !Number.isFinite(total))
    return missing('not-a-number', `${arm}: ${hits} of ${total} events`);
  if (hits < 0 || total < 0 || hits > total) return missing('invalid', `${arm}: ${hits} of ${total} events`);
  return null;
}

function strataFault(strata: readonly Stratum[]): Missing | null {
  const seen = new Set<string>();
  for (const { name, canary, baseline } of strata) {
    if (seen.has(name)) return missing('invalid', `the stratum '${name}' appears twice`);
    seen.add(name);
    const fault =
      (canary && eventsFault(`canary in ${name}`, canary)) ??
      (baseline && eventsFault(`baseline in ${name}`, baseline));
    if (fault !== null) return fault;
  }
  return null;
}

function edgesFault(edges: readonly number[]): Missing | null {
  let last = -Infinity;
  for (const edge of edges) {
    if (!(edge > last)) return missing('invalid', `bucket edges must ascend: ${edge} after ${last}`);
    last = edge;
  }
  return last === Infinity ? null : missing('invalid', 'the last bucket edge must be +Inf');
}

function countsFault(arm: string, counts: readonly number[], edges: readonly number[]): Missing | null {
  if (counts.length !== edges.length)
    return missing('invalid', `${arm}: ${counts.length} buckets for ${edges.length} edges`);
  for (const count of counts) {
    if (!Number.isFinite(count)) return missing('not-a-number', `${arm}: a bucket holds ${count}`);
    if (count < 0) return missing('invalid', `${arm}: a bucket holds ${count}`);
  }
  return null;
}

function valuesFault(arm: string, values: readonly number[], asked: Question): Missing | null {
  const range = rangeOf(asked);
  for (const value of values) {
    if (!Number.isFinite(value)) return missing('not-a-number', `${arm}: a value is ${value}`);
    if (range !== null && (value < range.low || value > range.high)) return outside(arm, value, range);
  }
  return null;
}

function pairsFault({ canary, baseline, paired }: Extract<Measured, { kind: 'values' }>): Missing | null {
  if (paired !== true || baseline?.length === canary.length) return null;
  return missing('invalid', `${canary.length} canary values are paired with ${baseline?.length ?? 0} of the baseline`);
}

function momentsFault(arm: string, { n, sum, sumOfSquares }: Moments, asked: Question): Missing | null {
  if (![n, sum, sumOfSquares].every(Number.isFinite))
    return missing('not-a-number', `${arm}: n ${n}, sum ${sum}, squares ${sumOfSquares}`);
  const slack = 1e-9 * Math.max(1, Math.abs(sum), Math.abs(sumOfSquares));
  if (n < 0 || sumOfSquares < 0 || sum * sum > n * sumOfSquares * (1 + 1e-9) + slack) {
    return missing('invalid', `${arm}: n ${n}, sum ${sum}, squares ${sumOfSquares} cannot belong together`);
  }
  const range = rangeOf(asked);
  if (range !== null && (sum < n * range.low - slack || sum > n * range.high + slack))
    return outside(arm, n > 0 ? sum / n : sum, range);
  return null;
}

function numberFault(arm: string, value: number): Missing | null {
  return Number.isFinite(value) ? null : missing('not-a-number', `${arm}: the value is ${value}`);
}

interface Range {
  readonly low: number;
  readonly high: number;
}

function rangeOf(asked: Question): Range | null {
  const leg = asked.fail.legs[0];
  return leg?.kind === 'mean' ? leg : null;
}

function outside(arm: string, value: number, range: Range): Missing {
  return missing('invalid', `${arm}: ${value} lies outside the range ${range.low} to ${range.high}`);
}

function missing(reason: Missing['reason'], detail: string): Missing {
  return { kind: 'missing', reason, detail };
}
