import type { Look } from '../measure/sample.ts';
import { mergedLogE } from './decide.ts';
import { metricOf } from './segments.ts';
import type { Rules } from './rules.ts';
import { addLook, begin, type State } from './state.ts';

/**
 * Natural log of the merged evidence of harm after each look: the fail process of the judge alone, without its proofs of safety and its
 * report, which planning and calibration do not need and which take most of the time.
 */
export function failCourse(rules: Rules, looks: readonly Look[]): readonly number[] {
  const bare = harmOnly(rules);
  let state = beginHarm(bare);
  return looks.map((look) => {
    state = addLook(bare, state, look);
    return harmOf(bare, state);
  });
}

/** The same rules without a pass side. */
export function harmOnly(rules: Rules): Rules {
  const triggers = rules.triggers.map((rule) => ({
    ...rule,
    question: { ...rule.question, pass: { join: 'min' as const, legs: [] } },
  }));
  return { ...rules, triggers };
}

export function beginHarm(rules: Rules): State {
  const state = begin(rules);
  return { ...state, triggers: state.triggers.map((one) => ({ ...one, totals: { ...one.totals, band: null } })) };
}

export function harmOf(rules: Rules, state: State): number {
  return mergedLogE(
    rules.triggers.flatMap((rule, i) => {
      const trigger = state.triggers[i];
      return trigger === undefined ? [] : [metricOf(rule, trigger)];
    }),
  );
}

/** Seconds at which the course reached the threshold for the first time; Infinity where it never did. */
export function crossing(looks: readonly Look[], course: readonly number[], failLogE: number): number {
  const at = course.findIndex((logE) => logE >= failLogE);
  return at < 0 ? Infinity : (looks[at]?.t ?? Infinity);
}
