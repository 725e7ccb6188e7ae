import { RollbackError } from '../errors.ts';
import type { Condition, Limit, Statistic } from '../playbook/condition.ts';
import { referenceSize, type ReferenceSample } from '../measure/reference.ts';
import type { Criterion, Trigger } from '../playbook/schema.ts';
import { dkwPad } from './drift.ts';
import type { Line } from './window.ts';

/** One limit of a condition, compiled to what its kernel of evidence needs. Units are those of the samples. */
export type Leg =
  /** Bad events out of all; bad is what the condition complains about. */
  | { readonly kind: 'rate'; readonly line: Line }
  /** Share of events above `edge` against `line` (r = 0, d = 1 - q). */
  | { readonly kind: 'slower-than'; readonly edge: number; readonly line: Line }
  /** The canary's distribution against factor * baseline + plus, at all edges that matter for q. */
  | { readonly kind: 'slower-than-baseline'; readonly q: number; readonly factor: number; readonly plus: number }
  /** Kolmogorov-Smirnov distance to the live baseline against kappa. */
  | { readonly kind: 'drift'; readonly kappa: number }
  /** The same distance to a reference that was fixed before the gate began; no baseline. */
  | {
      readonly kind: 'drift-reference';
      readonly kappa: number;
      /** How far a reference sample may lie from its source; 0 for an exact reference. */
      readonly pad: number;
      /** Nats that this uncertainty costs the evidence, at most 0. */
      readonly discount: { readonly fail: number; readonly pass: number };
      readonly reference: ReferenceSample;
    }
  /** What is spent within a window of time. */
  | { readonly kind: 'spend'; readonly limit: number; readonly windowSeconds: number; readonly pollSeconds: number }
  /** Mean of scores in [low, high] against factor * baseline + plus. */
  | {
      readonly kind: 'mean';
      readonly factor: number;
      readonly plus: number;
      readonly low: number;
      readonly high: number;
    }
  /** A number per look against factor * baseline + plus. */
  | {
      readonly kind: 'gauge';
      readonly factor: number;
      readonly plus: number;
      /** Take every n-th look, so that the gauge's own windows do not overlap; average this many values into one. */
      readonly every: number;
      readonly batch: number;
    };

/** Several limits: `min` proves that all legs hold, `mean` that at least one does. */
export interface Side {
  readonly join: 'min' | 'mean';
  readonly legs: readonly Leg[];
}

/** A trigger as evidence: what fails it, what proves it harmless. */
export interface Question {
  readonly statistic: Statistic;
  /** What the condition complains about: values above the limit, or below. Rates below are counted as their complement. */
  readonly bad: 'above' | 'below';
  readonly fail: Side;
  readonly pass: Side;
  /** How many units of the samples make one unit of the condition (1 ms in seconds: 0.001). */
  readonly scale: number;
  readonly limits: readonly Limit[];
  readonly join: Condition['join'];
  /** True where both arms are compared on the same inputs. */
  readonly paired: boolean;
  /** Asked within the values of a label: a sample without strata answers another question. */
  readonly strata: boolean;
}

/** What a question depends on besides its own words. */
export interface Setting {
  /** Time between two looks. */
  readonly pollMs: number;
  /** Probability of failing an acceptable release that this question may use up, and of passing one at the harm limit. */
  readonly falseAlarm: number;
  readonly falsePass: number;
  /** The sample that `reference` names; null where the trigger names none. */
  readonly reference: ReferenceSample | null;
}

const DEFAULT_SETTING: Setting = { pollMs: 15_000, falseAlarm: 0.01, falsePass: 0.05, reference: null };

const UNIT_PER_MS = { s: 0.001, ms: 1, us: 1000, none: 1 } as const;

/**
 * Compiles `if` and `pass-when` of a trigger. Without `pass-when` the opposite of `if` must be proven before a pass.
 * A histogram without `unit` is in seconds, as Prometheus recommends. Throws playbook-invalid for what cannot be asked.
 */
export function question(trigger: Trigger | Criterion, setting: Setting = DEFAULT_SETTING): Question {
  const fail = trigger.if;
  const pass = trigger['pass-when'];
  const bad = fail.op === '>' ? 'above' : 'below';
  if (bad === 'below' && (fail.statistic.kind === 'quantile' || fail.statistic.kind === 'ks')) {
    throw refusal(trigger, fail, `a ${word(fail.statistic)} below a limit is not a failure; write it with '>'`);
  }
  if (pass !== undefined && (pass.op === fail.op || pass.statistic.kind !== fail.statistic.kind)) {
    throw refusal(trigger, pass, `'pass-when' must ask for the same statistic as 'if', on the other side of its limit`);
  }
  const compile = (condition: Condition) =>
    condition.limits.map((limit) => leg({ trigger, setting, condition, bad }, limit));
  return {
    statistic: fail.statistic,
    bad,
    fail: { join: fail.join === 'all' ? 'min' : 'mean', legs: compile(fail) },
    pass:
      pass === undefined
        ? { join: fail.join === 'all' ? 'mean' : 'min', legs: compile(fail) }
        : { join: pass.join === 'all' ? 'min' : 'mean', legs: compile(pass) },
    scale: fail.statistic.kind === 'quantile' ? UNIT_PER_MS[trigger.unit ?? 's'] : 1,
    limits: fail.limits,
    join: fail.join,
    paired: trigger['pair-by'] !== undefined,
    strata: 'strata' in trigger && trigger.strata !== undefined,
  };
}

interface Asked {
  readonly trigger: Trigger | Criterion;
  readonly setting: Setting;
  readonly condition: Condition;
  readonly bad: Question['bad'];
}

function leg({ trigger, setting, condition, bad }: Asked, limit: Limit): Leg {
  const { statistic } = condition;
  const { factor, plus } = limit;
  switch (statistic.kind) {
    case 'rate': {
      // A pair has one value, the difference of two 0/1 answers: its mean is the difference of the rates.
      if (trigger['pair-by'] !== undefined) return { kind: 'mean', factor, plus, low: 0, high: 1 };
      // "good < f b + p" is "bad > f bad_b + (1 - f - p)".
      const line = bad === 'above' ? { r: factor, d: plus } : { r: factor, d: 1 - factor - plus };
      const d = Math.abs(line.d) < 1e-12 ? 0 : line.d;
      if (!(line.r >= 0) || d < 0 || d >= 1 || (line.r === 0 && d === 0 && bad === 'below')) {
        throw refusal(
          trigger,
          condition,
          `the limit ${String(factor)} x baseline + ${String(plus)} must leave room on both sides`,
        );
      }
      return { kind: 'rate', line: { r: line.r, d } };
    }
    case 'quantile': {
      const edge = inUnit(plus, trigger.unit ?? 's');
      if (factor === 0) {
        if (!(plus > 0)) throw refusal(trigger, condition, 'the limit must be longer than 0 ms');
        return { kind: 'slower-than', edge, line: { r: 0, d: 1 - statistic.q } };
      }
      if (factor < 1 || plus < 0)
        throw refusal(trigger, condition, 'a limit below the baseline cannot be asked for a quantile');
      return { kind: 'slower-than-baseline', q: statistic.q, factor, plus: edge };
    }
    case 'ks':
      if (factor !== 0 || plus < 0 || plus >= 1)
        throw refusal(trigger, condition, 'a KS distance is limited by a number from 0 to below 1');
      return driftLeg({ trigger, setting, condition, bad }, plus);
    case 'mean': {
      const range = trigger.range ?? (trigger.correct === undefined ? undefined : ([0, 1] as const));
      if (range === undefined)
        throw refusal(trigger, condition, "'mean' needs 'range', the lowest and highest possible score");
      const [low, high] = range;
      if (!(low < high) || factor < 0)
        throw refusal(trigger, condition, `'range' must be ascending and the factor not negative`);
      return { kind: 'mean', factor, plus, low, high };
    }
    case 'spend':
      return {
        kind: 'spend',
        limit: plus,
        windowSeconds: (limit.per?.ms ?? 3_600_000) / 1000,
        pollSeconds: setting.pollMs / 1000,
      };
    case 'value':
      return {
        kind: 'gauge',
        factor,
        plus,
        every: Math.max(1, Math.ceil((trigger.window ?? 0) / setting.pollMs)),
        batch: trigger.batch ?? 1,
      };
  }
}

function driftLeg({ trigger, setting, condition }: Asked, kappa: number): Leg {
  const named = 'reference' in trigger ? trigger.reference : undefined;
  if (named === undefined) return { kind: 'drift', kappa };
  const { reference } = setting;
  // Never the live baseline instead: that would answer another question.
  if (reference === null) throw refusal(trigger, condition, `its reference ${named.file} was not read`);
  const { pad, discount } = uncertainty(setting, reference, named.exact);
  return { kind: 'drift-reference', kappa, pad, discount, reference };
}

/** Share of the false alarms that a reference sample's own noise may use up. */
const REFERENCE_SHARE = 0.2;

/**
 * A reference sample of m values lies within `pad` of its source except with probability 0.2 falseAlarm. That share is taken off the
 * evidence, so that both together stay within the promised error rates.
 */
export function uncertainty(
  { falseAlarm, falsePass }: Pick<Setting, 'falseAlarm' | 'falsePass'>,
  reference: ReferenceSample,
  exact: boolean,
): { readonly pad: number; readonly discount: { readonly fail: number; readonly pass: number } } {
  if (exact) return { pad: 0, discount: { fail: 0, pass: 0 } };
  const alpha = REFERENCE_SHARE * falseAlarm;
  return {
    pad: dkwPad(referenceSize(reference), alpha),
    discount: { fail: Math.log1p(-REFERENCE_SHARE), pass: Math.log1p(-Math.min(alpha / falsePass, 0.5)) },
  };
}

/** Division where it is exact: 300 ms is 0.3 s, the number in the bucket's label. */
function inUnit(ms: number, unit: keyof typeof UNIT_PER_MS): number {
  return unit === 's' ? ms / 1000 : ms * UNIT_PER_MS[unit];
}

function word(statistic: Statistic): string {
  return statistic.kind === 'quantile' ? `p${String(Number((statistic.q * 100).toFixed(6)))}` : statistic.kind;
}

function refusal(trigger: Trigger | Criterion, condition: Condition, why: string): RollbackError {
  return new RollbackError('playbook-invalid', `trigger '${trigger.name}', condition '${condition.text}': ${why}`);
}

/** True when the question cannot be answered without a baseline. */
export function needsBaseline(asked: Question): boolean {
  return [...asked.fail.legs, ...asked.pass.legs].some((one) => {
    switch (one.kind) {
      case 'rate':
        return one.line.r > 0;
      case 'slower-than':
      case 'drift-reference':
      case 'spend':
        return false;
      case 'slower-than-baseline':
      case 'drift':
        return true;
      case 'mean':
      case 'gauge':
        return one.factor !== 0;
    }
  });
}
