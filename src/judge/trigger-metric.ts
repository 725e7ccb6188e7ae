import type { Metric } from './decide.ts';
import { sideLogE } from './leg.ts';
import type { Rule } from './rules.ts';
import type { TriggerState } from './state.ts';

/** More looks in a row than this without data: the trigger has no data. */
export const SILENT_LOOKS = 3;

/** One question as the merge sees it. Below its minimum sample it can neither fail nor pass, and lowers nothing but its own evidence. */
export function wholeMetric(rule: Rule, state: TriggerState): Metric {
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
