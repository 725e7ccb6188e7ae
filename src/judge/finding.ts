import { asideWords, driftAside, strataAside } from './asides.ts';
import { findingBecause } from './because.ts';
import { rateBand, type Band } from './band.ts';
import type { Metric } from './decide.ts';
import { sideLogE } from './leg.ts';
import { observed } from './observed.ts';
import { needsBaseline } from './question.ts';
import type { Rule, Rules } from './rules.ts';
import type { TriggerState } from './state.ts';
import type { Finding, VerdictStatus } from './verdict.ts';

/** More looks in a row than this without data: the trigger has no data. */
export const SILENT_LOOKS = 3;

/** Reasons that say that the source is broken, not that there was nothing to see. */
const BROKEN: readonly string[] = ['query-error', 'unauthorized', 'time-out', 'wrong-type'];

/** The trigger as the merge sees it. Below its minimum sample it can neither fail nor pass, and lowers nothing but its own evidence. */
export function metricOf(rule: Rule, state: TriggerState): Metric {
  const mature = state.totals.canaryCount >= rule.minSamples;
  const hold = (logE: number) => (mature ? logE : Math.min(logE, 0));
  return {
    name: rule.name,
    weight: rule.weight,
    required: rule.required,
    hasData: state.windows > 0 && state.totals.canaryCount > 0 && state.silent <= SILENT_LOOKS,
    fresh: state.silent === 0,
    logEFail: hold(state.horizon === undefined ? sideLogE(rule.question.fail, state.fail, 'fail') : state.horizon.logE),
    logEPass: hold(sideLogE(rule.question.pass, state.pass, 'pass')),
  };
}

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
    missing: state.missing,
  };
  const drift = driftAside(state.fail);
  const strata = strataAside(state, needsBaseline(rule.question));
  const because = `${findingBecause({ ...facts, bad: rule.question.bad, paired: rule.question.paired, limits: rule.question.limits })}${asideWords(drift, strata)}`;
  const beside = { ...(drift === null ? {} : { drift }), ...(strata === null ? {} : { strata }) };
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
