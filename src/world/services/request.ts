import type { Faults } from './faults.ts';

/** One user's request. The draws make its fate a function of the input and the version: no luck in the service. */
export interface Input {
  /** The feature, standard normal in production. */
  readonly feature: number;
  /** Four numbers in [0, 1): error, latency, truth known, prediction right. */
  readonly draws: readonly [number, number, number, number];
}

/** What became of it. */
export interface Outcome {
  readonly status: 200 | 500 | 502;
  readonly ms: number;
  /** The feature as the service saw it; null where it never got so far. */
  readonly feature: number | null;
  readonly label: 'right' | 'wrong' | 'unknown';
  /** What a judge gives the answer, 0..1; null where the truth is not known. */
  readonly score: number | null;
  /** Price of the answer; null where there is none. */
  readonly costUsd: number | null;
}

export function serve({ feature, draws }: Input, faults: Faults): Outcome {
  const [error, pace, known, right] = draws;
  const { typicalMs, slowMs, slowShare } = faults.latency;
  // The same draw decides slow or not and, spread over the rest, how long an ordinary answer takes.
  const ms = pace < slowShare ? slowMs : typicalMs * (0.5 + (pace - slowShare) / (1 - slowShare));
  const seen = feature + faults.drift;
  if (error < faults.errorRate) return { status: 500, ms, feature: seen, label: 'unknown', score: null, costUsd: null };
  const costUsd = faults.costUsd * (0.5 + pace);
  if (known >= faults.labelled) return { status: 200, ms, feature: seen, label: 'unknown', score: null, costUsd };
  const label = right < faults.accuracy ? 'right' : 'wrong';
  return { status: 200, ms, feature: seen, label, score: scoreOf(right, faults.accuracy), costUsd };
}

/** A judge gives right answers 0.8 to 1 and wrong ones 0 to 0.4. */
function scoreOf(right: number, accuracy: number): number {
  return right < accuracy ? 0.8 + (0.2 * right) / accuracy : (0.4 * (right - accuracy)) / (1 - accuracy);
}

/** A standard normal feature and four draws (Box-Muller). */
export function nextInput(random: () => number): Input {
  const feature = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return { feature, draws: [random(), random(), random(), random()] };
}

export function printInput({ feature, draws }: Input): string {
  return `/predict?feature=${feature}&draws=${draws.join(',')}`;
}

/** Null for a path that is not ours or that lacks a number. */
export function parseInput(path: string): Input | null {
  const url = new URL(path, 'http://service');
  const feature = Number(url.searchParams.get('feature') ?? NaN);
  const [a, b, c, d] = (url.searchParams.get('draws') ?? '').split(',').map(Number);
  if (url.pathname !== '/predict' || a === undefined || b === undefined || c === undefined || d === undefined)
    return null;
  return [feature, a, b, c, d].every(Number.isFinite) ? { feature, draws: [a, b, c, d] } : null;
}

/** The outcome as the service tells it to the router in front of it. */
export function printOutcome({ ms, feature, label, score, costUsd }: Outcome): Readonly<Record<string, string>> {
  return {
    ...{ 'x-ms': String(ms), 'x-feature': String(feature), 'x-label': label },
    ...(score === null ? {} : { 'x-score': String(score) }),
    ...(costUsd === null ? {} : { 'x-cost-usd': String(costUsd) }),
  };
}

export function parseOutcome(
  status: number,
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Outcome {
  const { 'x-ms': ms, 'x-feature': feature, 'x-label': label, 'x-score': score, 'x-cost-usd': costUsd } = headers;
  const number = (header: string | string[] | undefined): number | null =>
    header === undefined ? null : Number(header);
  return {
    status: status === 200 || status === 500 ? status : 502,
    ms: Number(ms ?? 0),
    feature: number(feature),
    label: label === 'right' || label === 'wrong' ? label : 'unknown',
    score: number(score),
    costUsd: number(costUsd),
  };
}
