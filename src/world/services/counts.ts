import type { Outcome } from './request.ts';

/** Bucket edges in seconds; 0.3 is the limit that the examples judge. */
export const LATENCY_EDGES = [0.005, 0.01, 0.05, 0.1, 0.3, 1, Infinity] as const;
/** Bucket edges of the feature: 1/4 standard deviation apart around the middle. */
export const FEATURE_EDGES = [
  -3,
  -2.5,
  -2,
  -1.5,
  -1,
  -0.75,
  -0.5,
  -0.25,
  0,
  0.25,
  0.5,
  0.75,
  1,
  1.5,
  2,
  2.5,
  3,
  Infinity,
] as const;

/** Everything one process counted since it began, exactly. */
export interface Counts {
  readonly total: number;
  readonly bad: number;
  /** By status code. */
  readonly codes: Readonly<Record<string, number>>;
  readonly labelled: number;
  readonly correct: number;
  /** Answers that a judge gave a score, the sum of the scores and of their squares. */
  readonly judged: number;
  readonly scoreSum: number;
  readonly scoreSquares: number;
  /** Answers that had a price, and the sum of the prices. */
  readonly priced: number;
  readonly costSum: number;
  /** Counts per bucket of LATENCY_EDGES and FEATURE_EDGES, not cumulative. */
  readonly latency: readonly number[];
  readonly features: readonly number[];
  readonly latencySum: number;
  readonly featureSum: number;
}

export interface Counter {
  add(outcome: Outcome): void;
  counts(): Counts;
}

export function startCounter(): Counter {
  const codes: Record<string, number> = { '200': 0 };
  const latency: number[] = LATENCY_EDGES.map(() => 0);
  const features: number[] = FEATURE_EDGES.map(() => 0);
  const sums = {
    ...{ total: 0, bad: 0, labelled: 0, correct: 0, latencySum: 0, featureSum: 0 },
    ...{ judged: 0, scoreSum: 0, scoreSquares: 0, priced: 0, costSum: 0 },
  };
  return {
    add: ({ status, ms, feature, label, score, costUsd }) => {
      sums.total += 1;
      if (status >= 500) sums.bad += 1;
      codes[status] = (codes[status] ?? 0) + 1;
      sums.latencySum += ms / 1000;
      put(latency, LATENCY_EDGES, ms / 1000);
      if (feature !== null) {
        sums.featureSum += feature;
        put(features, FEATURE_EDGES, feature);
      }
      if (label !== 'unknown') sums.labelled += 1;
      if (label === 'right') sums.correct += 1;
      if (score !== null) {
        sums.judged += 1;
        sums.scoreSum += score;
        sums.scoreSquares += score * score;
      }
      if (costUsd !== null) {
        sums.priced += 1;
        sums.costSum += costUsd;
      }
    },
    counts: () => ({ ...sums, codes: { ...codes }, latency: [...latency], features: [...features] }),
  };
}

function put(buckets: number[], edges: readonly number[], value: number): void {
  const at = edges.findIndex((edge) => value <= edge);
  buckets[at] = (buckets[at] ?? 0) + 1;
}
