import { logAdd, LOG_ZERO, safeLog } from './log-space.ts';

/** One metric as the merge sees it. */
export interface Metric {
  readonly name: string;
  /** Share in the merged evidence, >= 0; 0 never decides a failure. */
  readonly weight: number;
  readonly logEFail: number;
  readonly logEPass: number;
  /** A pass needs its proof. */
  readonly required: boolean;
  readonly hasData: boolean;
  /** False: the latest look could not be used. What cannot be seen now is not promoted now. */
  readonly fresh?: boolean;
}

export interface Policy {
  /** Probability of failing an acceptable release, of passing one at the harm limit. */
  readonly alphaFail: number;
  readonly alphaPass: number;
  /** Natural log of the evidence that fails; left out: log(1 / alphaFail). */
  readonly failLogE?: number;
  readonly minSoakS: number;
  readonly deadlineS: number;
}

export interface Decision {
  readonly verdict: 'fail' | 'pass' | 'inconclusive' | 'continue';
  /** Natural log of the weighted mean of the e-values. */
  readonly logE: number;
  /** Name of the metric with the largest weighted evidence; null unless `fail`. */
  readonly blame: string | null;
  /** Required metrics without data. */
  readonly missing: readonly string[];
  /** Required metrics not yet proven inside their harm limit. */
  readonly unproven: readonly string[];
}

/** Float noise around E = 1 must not block a pass. */
const NOISE = 1e-9;

/** The weighted mean of e-values: the only admissible merge under arbitrary dependence (Vovk and Wang). 0 (E = 1) when nothing has weight. */
export function mergedLogE(metrics: readonly Metric[]): number {
  let total = 0;
  let sum = LOG_ZERO;
  for (const { weight, logEFail } of metrics) {
    if (weight <= 0) continue;
    total += weight;
    sum = logAdd(sum, Math.log(weight) + logEFail);
  }
  return total > 0 ? sum - Math.log(total) : 0;
}

/**
 * The verdict over several metrics at one look. A pass needs data and proof of every required metric, at least one required metric,
 * the soak, and no net evidence of harm. No correction is needed for a pass: all must pass.
 */
export function decide(metrics: readonly Metric[], policy: Policy, elapsedS: number): Decision {
  const logE = mergedLogE(metrics);
  const required = metrics.filter((metric) => metric.required);
  const missing = required.filter((metric) => !metric.hasData).map((metric) => metric.name);
  const proven = safeLog(1 / policy.alphaPass);
  const unproven = required.filter((metric) => !(metric.logEPass >= proven)).map((metric) => metric.name);
  const rest = { logE, missing, unproven, blame: null };
  if (logE >= (policy.failLogE ?? safeLog(1 / policy.alphaFail)))
    return { ...rest, verdict: 'fail', blame: heaviest(metrics) };
  const clean =
    required.length > 0 &&
    missing.length === 0 &&
    unproven.length === 0 &&
    required.every(({ fresh }) => fresh !== false);
  if (clean && elapsedS >= policy.minSoakS && logE <= NOISE) return { ...rest, verdict: 'pass' };
  return { ...rest, verdict: elapsedS >= policy.deadlineS ? 'inconclusive' : 'continue' };
}

/** The metric with the largest weight * E. */
export function heaviest(metrics: readonly Metric[]): string | null {
  let best: { name: string; evidence: number } | null = null;
  for (const { name, weight, logEFail } of metrics) {
    if (weight <= 0) continue;
    const evidence = Math.log(weight) + logEFail;
    if (best === null || evidence > best.evidence) best = { name, evidence };
  }
  return best?.name ?? null;
}
