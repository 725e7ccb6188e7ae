import { asideWords, driftAside, strataAside } from './asides.ts';
import { findingBecause } from './because.ts';
import { rateBand, type Band } from './band.ts';
import { comparisonOf, comparisonWords } from './comparison.ts';
import type { Metric } from './decide.ts';
import { isBeyond, isInside, observed } from './observed.ts';
import { needsBaseline } from './question.ts';
import type { Rule, Rules } from './rules.ts';
import { metricOf, segmentWords, worstSegment, type SegmentsAside } from './segments.ts';
import { SILENT_LOOKS } from './trigger-metric.ts';
import type { TriggerState } from './state.ts';
import type { Finding, LateProof, VerdictStatus } from './verdict.ts';

/** Reasons that say that the source is broken, not that there was nothing to see. */
const BROKEN: readonly string[] = ['query-error', 'unauthorized', 'time-out', 'wrong-type'];

/** True when the last thing heard of a trigger without data is a broken source. */
export function isBroken(state: TriggerState): boolean {
  return BROKEN.includes(state.missing.at(-1)?.reason ?? '');
}

/** Status of one trigger by itself; `final`: nobody looks again. */
function statusOf(rules: Rules, rule: Rule, state: TriggerState, final: boolean): VerdictStatus {
  const metric = metricOf(rule, state);
  if (rule.onNoData === 'fail' && state.silent > SILENT_LOOKS) return 'fail';
  if (rules.goal === 'release' && metric.logEFail >= rules.failLogE) return 'fail';
  if (!metric.hasData && (final || state.silent > SILENT_LOOKS)) return isBroken(state) ? 'error' : 'no-data';
  if (metric.hasData && metric.logEPass >= Math.log(1 / rules.falsePass)) return 'pass';
  return final ? 'inconclusive' : 'continue';
}

export function findingOf(rules: Rules, rule: Rule, state: TriggerState, final: boolean): Finding {
  const metric = metricOf(rule, state);
  const status = statusOf(rules, rule, state, final);
  const segments = rule.segments === null ? null : worstSegment(rule, rule.segments, state);
  return told(rule, segments?.state ?? state, {
    rules,
    metric,
    status,
    segments: segments?.aside ?? null,
    whole: state,
    late: lateProof(rule, state, status),
  });
}

/** What the proof stands on where the whole time was beyond the limit; null: on all of it, or nothing is proven. */
function lateProof(rule: Rule, state: TriggerState, status: VerdictStatus): LateProof | null {
  if (state.since === undefined || state.since.t === 0 || status !== 'pass') return null;
  const { t, totals } = state.since;
  const [late, whole] = [observed(rule.question, { ...state, totals }), observed(rule.question, state)];
  if (late.canary === null || isInside(rule.question.bad, whole) || !isInside(rule.question.bad, late)) return null;
  return { afterSeconds: t, canary: late.canary, canaryCount: totals.canaryCount };
}

interface Told {
  readonly rules: Rules;
  readonly metric: Metric;
  readonly status: VerdictStatus;
  readonly segments: SegmentsAside | null;
  /** Of all segments together. */
  readonly whole: TriggerState;
  readonly late: LateProof | null;
}

/** The numbers of `state`, which is the worst segment where there are segments, with the evidence of the whole trigger. */
function told(rule: Rule, state: TriggerState, { rules, metric, status, segments, whole, late }: Told): Finding {
  const facts = {
    trigger: rule.name,
    statistic: rule.question.statistic,
    status,
    ...observed(rule.question, state),
    canaryCount: state.totals.canaryCount,
    baselineCount: state.totals.baselineCount,
    logEFail: metric.logEFail,
    logEPass: metric.logEPass,
    band: bandOf(rules, rule, state),
    missing: whole.missing,
  };
  const drift = driftAside(state.fail);
  const strata = strataAside(state, needsBaseline(rule.question));
  const comparison = comparisonOf(rules, rule, whole, metric);
  const compared = comparison === null ? '' : comparisonWords(comparison);
  // The trigger as a whole was measured; which segments were not is said after the sentence.
  const partly = status === 'no-data' && (segments?.waiting.length ?? 0) > 0 && state.windows > 0;
  const sentence = findingBecause({
    ...facts,
    status: partly ? 'inconclusive' : status,
    bad: rule.question.bad,
    paired: rule.question.paired,
    limits: rule.question.limits,
    beyond: isBeyond(rule.question, state),
    late,
  });
  const because = `${sentence}${segments === null ? '' : segmentWords(segments)}${compared}${asideWords(drift, strata)}`;
  const beside = {
    ...(drift === null ? {} : { drift }),
    ...(strata === null ? {} : { strata }),
    ...(segments === null ? {} : { segments }),
    ...(comparison === null ? {} : { comparison }),
    ...(late === null ? {} : { late }),
  };
  return { ...facts, ...beside, because: rule.required ? because : `${because} (reported only)` };
}

/** Confidence sequence in the words of the condition: of the rate asked for, not of its complement. */
function bandOf(rules: Rules, rule: Rule, state: TriggerState): Band | null {
  const leg = rule.question.fail.legs[0];
  if (state.totals.band === null || leg?.kind !== 'rate' || state.windows === 0) return null;
  const { r } = leg.line;
  const band = rateBand(state.totals.band, r, rules.falseAlarm);
  return rule.question.bad === 'above' ? band : { lower: 1 - r - band.upper, upper: 1 - r - band.lower };
}
