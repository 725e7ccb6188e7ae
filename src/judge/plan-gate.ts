/** Before a release: how long this gate takes with this traffic to find harm and to pass a clean release, and whether its deadline allows it. */
import type { Gate } from '../playbook/schema.ts';
import { expectedSeconds } from './expected.ts';
import { limitSeconds, secondsToPromote, type Traffic } from './limit.ts';
import type { Leg, Side } from './question.ts';
import { rulesOfGate, type References, type Rule, type Rules } from './rules.ts';
import { flowOfSmallest, natsFor, plannedSegments, type PlannedSegments } from './plan-segments.ts';
import { simulated } from './plan-simulated.ts';
import { gameOf } from './state.ts';
import type { Line } from './window.ts';

/** What flows past one trigger. */
export interface Flow {
  /** Events per second. */
  readonly canary: number;
  readonly baseline: number;
  /** Share of bad events (or of requests slower than the limit) at the baseline. */
  readonly bad: number;
  /** Parts of the traffic by segment, where they were measured. */
  readonly segments?: readonly number[];
}

export interface HarmPlan {
  /** Such as `+1 pp`. */
  readonly harm: string;
  /** No method is faster on average with the same error rate; null where it is not known. Seconds of traffic. */
  readonly floorSeconds: number | null;
  /** Mean seconds since the gate began; Infinity: never. */
  readonly meanSeconds: number;
}

export interface TriggerPlan {
  readonly trigger: string;
  readonly decides: boolean;
  readonly flow: Flow;
  /** Times are those of harm in the smallest segment; unknown: nobody said how many there are, so it is planned as one. */
  readonly segments: PlannedSegments | 'unknown' | null;
  /** formula: checked against simulations. simulated: a few seeded releases with the real judge. */
  readonly method: 'formula' | 'simulated';
  readonly harms: readonly HarmPlan[];
  /** Seconds since the gate began until a clean release is passed, the soak apart. */
  readonly pass: { readonly median: number; readonly p95: number };
}

export interface GatePlan {
  readonly triggers: readonly TriggerPlan[];
  /** All deciding triggers together, never before the soak. */
  readonly pass: { readonly median: number; readonly p95: number };
  /** tight: most clean releases pass, more than 5 % do not get there in time. */
  readonly fit: 'fits' | 'tight' | 'cannot';
}

export type Flows = (trigger: string) => Flow;

export const RATE_HARMS = [0.005, 0.01, 0.05] as const;

export function planGate(gate: Gate, flows: Flows, references: References = new Map()): GatePlan {
  const rules = rulesOfGate(gate, references);
  const warmUp = gate['warm-up'] / 1000;
  const triggers = rules.triggers.map((rule) => planTrigger(rules, rule, flows(rule.name), warmUp));
  const deciding = triggers.filter(({ decides }) => decides);
  const latest = (pick: (plan: TriggerPlan) => number) =>
    deciding.length === 0 ? Infinity : Math.max(rules.soakSeconds, ...deciding.map(pick));
  const pass = { median: latest((one) => one.pass.median), p95: latest((one) => one.pass.p95) };
  const fit = pass.p95 <= rules.deadlineSeconds ? 'fits' : pass.median <= rules.deadlineSeconds ? 'tight' : 'cannot';
  return { triggers, pass, fit };
}

function planTrigger(rules: Rules, rule: Rule, all: Flow, warmUp: number): TriggerPlan {
  const planned = plannedSegments(rule, all);
  const flow = flowOfSmallest(all, planned);
  // A budget is counted, not proven: what matters is only that it is kept.
  if (rule.question.statistic.kind === 'spend') return budgetPlan(rule, all, warmUp);
  const fail = lines(rule.question.fail);
  const pass = lines(rule.question.pass, 'pass');
  const segments: TriggerPlan['segments'] = planned ?? (rule.segments === null ? null : 'unknown');
  const known = { trigger: rule.name, decides: rule.required, flow: all, segments };
  if (fail === null || pass === null) {
    const { harms, median, p95 } = simulated(rules, rule, flow, natsFor(rules, rule, planned));
    return {
      ...known,
      method: 'simulated',
      harms: harms.map(({ harm, seconds }) => ({ harm, floorSeconds: null, meanSeconds: seconds + warmUp })),
      pass: { median: median + warmUp, p95: p95 + warmUp },
    };
  }
  const nats = natsFor(rules, rule, planned);
  const legs = rule.question.fail.join === 'mean' ? fail.length : 1;
  const join = (side: Side, seconds: readonly number[]) =>
    side.join === 'min' ? Math.max(...seconds) : Math.min(...seconds);
  const plan = { pollSeconds: rules.pollSeconds, nats: nats + Math.log(legs), game: gameOf(rules, 'fail') };
  const harms = RATE_HARMS.map((share): HarmPlan => {
    const traffic = trafficOf(flow, Math.min(flow.bad + share, 1));
    const floors = fail.map((line) => (worse(traffic, line) ? limitSeconds(traffic, line, Math.exp(-nats)) : Infinity));
    return {
      harm: `+${Number((share * 100).toPrecision(3))} pp`,
      floorSeconds: join(rule.question.fail, floors),
      meanSeconds:
        warmUp +
        join(
          rule.question.fail,
          fail.map((line) => expectedSeconds(traffic, line, plan)),
        ),
    };
  });
  const joined = rule.question.pass.join === 'mean' ? pass.length : 1;
  const proofs = pass.map((line) => {
    if (flow.bad >= line.r * flow.bad + line.d) return { median: Infinity, p95: Infinity };
    const alpha = rules.falsePass / joined;
    return secondsToPromote({ pb: flow.bad, rc: flow.canary, rb: flow.baseline }, line, {
      alpha,
      pollSeconds: rules.pollSeconds,
    });
  });
  return {
    ...known,
    method: 'formula',
    harms,
    pass: {
      median:
        warmUp +
        join(
          rule.question.pass,
          proofs.map((proof) => proof.median),
        ),
      p95:
        warmUp +
        join(
          rule.question.pass,
          proofs.map((proof) => proof.p95),
        ),
    },
  };
}

function budgetPlan(rule: Rule, flow: Flow, warmUp: number): TriggerPlan {
  const pass = { median: warmUp, p95: warmUp };
  return { trigger: rule.name, decides: rule.required, flow, segments: null, method: 'formula', harms: [], pass };
}

function worse({ pc, pb }: Traffic, line: Line): boolean {
  return pc > line.r * pb + line.d;
}

function trafficOf(flow: Flow, pc: number): Traffic {
  return { pc, pb: flow.bad, rc: flow.canary, rb: flow.baseline };
}

/** The limits of a side as lines on a share; null where one of its legs is no share. */
function lines(side: Side, name: 'fail' | 'pass' = 'fail'): readonly Line[] | null {
  const found = side.legs.map((leg) => lineOf(leg, name));
  return found.every((line) => line !== null) ? found : null;
}

function lineOf(leg: Leg, side: 'fail' | 'pass'): Line | null {
  switch (leg.kind) {
    case 'rate':
    case 'slower-than':
      return leg.line;
    case 'slower-than-baseline':
      // One edge stands for all: the share of requests beyond the quantile.
      return side === 'fail' ? { r: 1, d: 0 } : { r: 0, d: 1 - leg.q };
    case 'drift':
    case 'drift-reference':
    case 'mean':
    case 'gauge':
    case 'spend':
      return null;
  }
}
