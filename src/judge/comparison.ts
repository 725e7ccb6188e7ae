/**
 * Champion against challenger, said from both sides. The judge asks whether the challenger is worse by more than the limit; asked again with
 * the arms exchanged, the same evidence says whether it is better by more than the limit. Each statement is false with at most the
 * probability that the gate promises for its own.
 */
import type { Sample } from '../measure/sample.ts';
import { odds } from './because.ts';
import type { Metric } from './decide.ts';
import { sideLogE } from './leg.ts';
import { needsBaseline } from './question.ts';
import type { Rule, Rules } from './rules.ts';
import type { TriggerState } from './state.ts';

export interface Comparison {
  readonly says: 'worse' | 'better' | 'no-difference' | 'not-worse' | 'open';
  /** Natural log of the e-value of "better than the champion by more than the limit", and of "not better by that much". */
  readonly logEBetter: number;
  readonly logENotBetter: number;
}

/** Whether a trigger has two sides: a fixed limit has none, a distance has no direction, and segments have a verdict each. */
export function comparable({ question, segments }: Pick<Rule, 'question' | 'segments'>): boolean {
  return segments === null && question.statistic.kind !== 'ks' && needsBaseline(question);
}

/** The same look with the arms exchanged; missing where there is no baseline. */
export function exchanged(sample: Sample): Sample {
  if (sample.kind === 'missing') return sample;
  if (sample.baseline === null) return { kind: 'missing', reason: 'one-arm', detail: 'there is no baseline' };
  switch (sample.kind) {
    case 'events':
      return {
        ...sample,
        canary: sample.baseline,
        baseline: sample.canary,
        ...(sample.strata === undefined
          ? {}
          : {
              strata: sample.strata.map(({ name, canary, baseline }) => ({ name, canary: baseline, baseline: canary })),
            }),
      };
    case 'histogram':
      return { ...sample, canary: sample.baseline, baseline: sample.canary };
    case 'values':
      return { ...sample, canary: sample.baseline, baseline: sample.canary };
    case 'moments':
      return { ...sample, canary: sample.baseline, baseline: sample.canary };
    case 'gauge':
      return { ...sample, canary: sample.baseline, baseline: sample.canary };
  }
}

/** Null where nothing is compared. */
export function comparisonOf(rules: Rules, rule: Rule, state: TriggerState, metric: Metric): Comparison | null {
  if (state.exchanged === undefined) return null;
  const { fail, pass } = state.exchanged;
  const logEBetter = sideLogE(rule.question.fail, fail, 'fail');
  const logENotBetter = sideLogE(rule.question.pass, pass, 'pass');
  const proven = Math.log(1 / rules.falsePass);
  const notWorse = metric.logEPass >= proven;
  const says =
    metric.logEFail >= rules.failLogE
      ? 'worse'
      : logEBetter >= rules.failLogE
        ? 'better'
        : notWorse && logENotBetter >= proven
          ? 'no-difference'
          : notWorse
            ? 'not-worse'
            : 'open';
  return { says, logEBetter, logENotBetter };
}

/** What follows the sentence of a finding. */
export function comparisonWords({ says, logEBetter, logENotBetter }: Comparison): string {
  switch (says) {
    case 'worse':
      return '; the challenger is worse than the champion by more than the limit';
    case 'better':
      return `; the challenger is better than the champion by more than the limit, odds ${odds(logEBetter)}`;
    case 'no-difference':
      return `; no difference larger than the limit, either way (not better: odds ${odds(logENotBetter)})`;
    case 'not-worse':
      return `; not worse by more than the limit, and whether it is better is open (odds ${odds(logEBetter)})`;
    case 'open':
      return `; neither better (odds ${odds(logEBetter)}) nor worse is proven`;
  }
}

/** One sentence for all comparisons that decide; empty where there are none. */
export function comparedWords(
  compared: readonly { readonly trigger: string; readonly comparison: Comparison }[],
): string {
  const named = (says: Comparison['says']) =>
    compared.flatMap(({ trigger, comparison }) => (comparison.says === says ? [trigger] : []));
  const [worse, better, same] = [named('worse'), named('better'), named('no-difference')];
  if (compared.length === 0) return '';
  if (worse.length > 0) return `worse than the champion in ${worse.join(', ')}`;
  if (better.length > 0) return `better than the champion in ${better.join(', ')}, and worse in nothing that was asked`;
  if (same.length === compared.length) return 'no difference from the champion larger than the limits';
  return 'not worse than the champion by more than the limits; that it is better is not proven';
}
