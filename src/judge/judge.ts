/**
 * The face of the judge: rules from a playbook, a state that grows look by look, and a verdict at any time.
 * Looking often, long or only once makes no difference to the promises: at most `falseAlarm` of the acceptable releases fail, at most
 * `falsePass` of the releases at the harm limit pass. Pure and without memory: the state is plain data that survives JSON.
 */
import { duration } from './because.ts';
import { decide, heaviest, mergedLogE, type Metric, type Policy } from './decide.ts';
import { findingOf, isBroken } from './finding.ts';
import { metricOf } from './segments.ts';
import { SILENT_LOOKS } from './trigger-metric.ts';
import type { Look } from '../measure/sample.ts';
import type { Rule, Rules } from './rules.ts';
import { offSplit } from './split-check.ts';
import { addLook, type State, type TriggerState } from './state.ts';
import type { Verdict } from './verdict.ts';
import { reason, type Outcome } from './reason.ts';

export { question, type Question } from './question.ts';
export { rulesOfGate, rulesOfVerify, type References, type Rule, type Rules } from './rules.ts';
export { begin, type State } from './state.ts';
export type { Finding, Verdict, VerdictStatus } from './verdict.ts';

/** Looks without a single canary event after which waiting is pointless. */
export const NO_TRAFFIC_LOOKS = 10;

/** Adds one look. A sample that is missing or unusable adds nothing to the evidence and is counted with its reason. */
export function look(rules: Rules, state: State, seen: Look): State {
  const next = addLook(rules, state, seen);
  if (next.failed !== null || rules.goal === 'recovery') return next;
  const decision = decide(metricsOf(rules, next), policyOf(rules), next.t);
  return decision.verdict === 'fail'
    ? { ...next, failed: { t: next.t, logE: decision.logE, blame: decision.blame } }
    : next;
}

/** What the evidence says now. `continue` means: look again. */
export function verdict(rules: Rules, state: State): Verdict {
  const outcome = conclude(rules, state);
  const final = outcome.status !== 'continue';
  const findings = pairs(rules, state).map(({ rule, trigger }) => findingOf(rules, rule, trigger, final));
  const blamed = rules.triggers.find((rule) => rule.name === outcome.blame);
  return {
    status: outcome.status,
    blame: outcome.blame,
    ...(rules.role === undefined ? {} : { role: rules.role }),
    // A shadow answers nobody: there is nothing to take back.
    then: outcome.status !== 'fail' ? null : rules.role === 'shadow' ? 'notify' : (blamed?.then ?? null),
    logE: outcome.logE,
    elapsedSeconds: state.t,
    findings,
    because: reason(rules, outcome, { state, findings }),
  };
}

/** The verdict of a gate that was stopped from outside: what was not decided stays undecided, never a pass. */
export function stopped(rules: Rules, state: State, why: string): Verdict {
  const now = verdict(rules, state);
  if (now.status !== 'continue') return now;
  return { ...now, status: 'inconclusive', because: `stopped after ${duration(state.t)} without a verdict: ${why}` };
}

function conclude(rules: Rules, state: State): Outcome {
  const all = pairs(rules, state);
  const metrics = metricsOf(rules, state);
  const decision = decide(rules.goal === 'release' ? metrics : withoutHarm(metrics), policyOf(rules), state.t);
  const outcome = (status: Outcome['status'], why: Outcome['why'], blame: string | null = null): Outcome => ({
    status,
    why,
    blame,
    logE: state.failed?.logE ?? mergedLogE(metrics),
    decision,
    split: null,
  });
  if (state.failed !== null) return outcome('fail', 'evidence', state.failed.blame);
  const dark = all.find(
    ({ rule, trigger }) => rule.required && rule.onNoData === 'fail' && trigger.silent > SILENT_LOOKS,
  );
  if (dark !== undefined) return outcome('fail', 'no-data', dark.rule.name);
  switch (decision.verdict) {
    case 'fail':
      return outcome('fail', 'evidence', decision.blame);
    case 'pass':
    case 'continue':
    case 'inconclusive':
      break;
  }
  // Harm is proven whatever the split; a pass of arms that are not what they are said to be proves nothing.
  const split = offSplit(rules, state);
  if (split !== null) return { ...outcome('inconclusive', 'split'), split };
  switch (decision.verdict) {
    case 'pass':
      return outcome('pass', 'evidence');
    case 'continue':
      return noTraffic(rules, state) ? outcome('inconclusive', 'no-traffic') : outcome('continue', null);
    case 'inconclusive':
      break;
  }
  const harm = metrics.filter((metric) => metric.logEPass <= 0);
  if (rules.goal === 'recovery' && mergedLogE(harm) >= rules.failLogE) {
    return outcome('fail', 'evidence', heaviest(harm));
  }
  if (noTraffic(rules, state)) return outcome('inconclusive', 'no-traffic');
  const unseen = all.filter(({ rule }) => decision.missing.includes(rule.name));
  if (unseen.length === 0) return outcome('inconclusive', 'deadline');
  return outcome(unseen.some(({ trigger }) => isBroken(trigger)) ? 'error' : 'no-data', 'no-data');
}

function metricsOf(rules: Rules, state: State): readonly Metric[] {
  return pairs(rules, state).map(({ rule, trigger }) => metricOf(rule, trigger));
}

function pairs(rules: Rules, state: State): readonly { readonly rule: Rule; readonly trigger: TriggerState }[] {
  return rules.triggers.flatMap((rule, i) => {
    const trigger = state.triggers[i];
    return trigger === undefined ? [] : [{ rule, trigger }];
  });
}

function policyOf(rules: Rules): Policy {
  return {
    alphaFail: rules.falseAlarm,
    alphaPass: rules.falsePass,
    failLogE: rules.failLogE,
    minSoakS: rules.soakSeconds,
    deadlineS: rules.deadlineSeconds,
  };
}

/** While a recovery is awaited, old harm neither fails nor delays the proof. */
function withoutHarm(metrics: readonly Metric[]): readonly Metric[] {
  return metrics.map((metric) => ({ ...metric, weight: 0 }));
}

/** True when the sources answer and the canary has not had one event for so many looks that waiting is pointless. */
function noTraffic(rules: Rules, state: State): boolean {
  const deciding = pairs(rules, state).filter(({ rule }) => rule.required);
  const idle = ({ windows, silent, missing, totals }: TriggerState) =>
    totals.canaryCount === 0 && silent === 0 && (windows > 0 || missing.some((one) => one.reason === 'no-traffic'));
  return state.looks >= NO_TRAFFIC_LOOKS && deciding.length > 0 && deciding.every(({ trigger }) => idle(trigger));
}
