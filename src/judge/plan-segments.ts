/** What segments make of a plan: each has only its part of the traffic, and harm in one of them needs more evidence. */
import type { Flow } from './plan-gate.ts';
import type { Rule, Rules } from './rules.ts';

export interface PlannedSegments {
  readonly count: number;
  /** Share of the traffic of the smallest one that a pass waits for. */
  readonly smallest: number;
}

/** Null without segments, and where nobody knows how many there are. */
export function plannedSegments({ segments }: Rule, flow: Flow): PlannedSegments | null {
  if (segments === null) return null;
  const { values, 'min-share': least = 0 } = segments;
  const shares = flow.segments ?? values?.map(() => 1 / values.length) ?? [];
  const needed = shares.filter((share) => share > 0 && share >= least);
  return needed.length === 0 ? null : { count: shares.length, smallest: Math.min(...needed) };
}

export function flowOfSmallest(flow: Flow, planned: PlannedSegments | null): Flow {
  const share = planned?.smallest ?? 1;
  return { ...flow, canary: flow.canary * share, baseline: flow.baseline * share };
}

/**
 * Nats that one trigger alone needs while the others say nothing: the merge is a mean, so M equal triggers cost log M, and S segments log S
 * more (log(S + 1) where later ones may come).
 */
export function natsFor(rules: Rules, rule: Rule, planned: PlannedSegments | null): number {
  const whole = rules.triggers.reduce((sum, one) => sum + one.weight, 0);
  const spare = rule.segments?.values === undefined ? 1 : 0;
  const segments = planned === null ? 0 : Math.log(planned.count + spare);
  return rules.failLogE + (rule.weight > 0 ? Math.log(whole / rule.weight) : 0) + segments;
}
