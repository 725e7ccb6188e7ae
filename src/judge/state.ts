import type { Look, Sample } from '../measure/sample.ts';
import { advanceHorizon, BEGIN_HORIZON, type Horizon } from './horizon.ts';
import type { HorizonPlan } from './horizon-plan.ts';
import { capOf, type Game } from './lane.ts';
import { comparable, exchanged } from './comparison.ts';
import { badEvents, beginLeg, misfit, playLeg, sideLogE, type LegState } from './leg.ts';
import { AT_ONCE } from './mixture.ts';
import type { Question } from './question.ts';
import type { Rule, Rules } from './rules.ts';
import { checkSample } from './sample-check.ts';
import { weightsFor, type Segments } from './segments.ts';
import { addSince, beginSince, type Since } from './since.ts';
import { addTotals, noTotals, type Totals } from './totals.ts';

/** Everything measured so far about one trigger. Plain data: survives JSON to the same bit. */
export interface TriggerState {
  /** Samples that were used. */
  readonly windows: number;
  /** Looks in a row without a usable sample; a look without traffic neither adds nor ends the row. */
  readonly silent: number;
  /** Samples that were not used, by reason, with the latest detail; the latest reason last. */
  readonly missing: readonly { readonly reason: string; readonly detail: string; readonly count: number }[];
  readonly totals: Totals;
  readonly fail: readonly LegState[];
  readonly pass: readonly LegState[];
  /** Only where the gate spends its false alarms over a horizon. */
  readonly horizon?: Horizon;
  /** Only where both sides are told: the same looks with the arms exchanged. */
  readonly exchanged?: { readonly fail: readonly LegState[]; readonly pass: readonly LegState[] };
  /** Only where a recovery is awaited. */
  readonly since?: Since;
  /** Only where the trigger is judged in segments: each with its evidence, by name. The sums above are those of all. */
  readonly segments?: Readonly<Record<string, SegmentState>>;
}

export interface SegmentState {
  /** Share in the merged evidence of the trigger, fixed before its first window. */
  readonly weight: number;
  readonly state: TriggerState;
}

/** The evidence of one release. */
export interface State {
  /** Seconds since the gate began, at the latest look. */
  readonly t: number;
  readonly looks: number;
  /** In the order of the rules. */
  readonly triggers: readonly TriggerState[];
  /** The first proof of harm: it stays, whatever comes later. */
  readonly failed: { readonly t: number; readonly logE: number; readonly blame: string | null } | null;
}

/** Before the first look. */
export function begin(rules: Rules): State {
  return {
    t: 0,
    looks: 0,
    failed: null,
    triggers: rules.triggers.map(({ name, question, segments }) => ({
      ...beginTrigger(question),
      ...(rules.role !== undefined && comparable({ question, segments }) ? { exchanged: beginLegs(question) } : {}),
      ...(rules.horizon?.trigger === name ? { horizon: BEGIN_HORIZON } : {}),
      ...(rules.goal === 'recovery' ? { since: beginSince(question) } : {}),
      ...(segments === null ? {} : { segments: {} }),
    })),
  };
}

function beginTrigger(question: Question): TriggerState {
  return {
    windows: 0,
    silent: 0,
    missing: [],
    totals: noTotals(question),
    ...beginLegs(question),
  };
}

function beginLegs({ fail, pass }: Question): {
  readonly fail: readonly LegState[];
  readonly pass: readonly LegState[];
} {
  return { fail: fail.legs.map(beginLeg), pass: pass.legs.map(beginLeg) };
}

/** Adds the samples of one look. One that is missing or unusable adds nothing to the evidence and is counted with its reason. */
export function addLook(rules: Rules, state: State, seen: Look): State {
  const t = Math.max(state.t, Number.isFinite(seen.t) ? seen.t : state.t);
  const games = { fail: { ...gameOf(rules, 'fail'), now: t }, pass: { ...gameOf(rules, 'pass'), now: t } };
  const triggers = rules.triggers.map((rule, i) => {
    const before = state.triggers[i];
    if (before === undefined) throw new RangeError('the state belongs to other rules');
    const named = Object.hasOwn(seen.samples, rule.name) ? seen.samples[rule.name] : undefined;
    const added = addSample(rule, before, checkSample(rule.question, named), games, rules.horizon?.plan);
    if (rule.segments === null) return added;
    const parts =
      seen.segments !== undefined && Object.hasOwn(seen.segments, rule.name) ? seen.segments[rule.name] : undefined;
    return { ...added, segments: addSegments(rule, rule.segments, before.segments ?? {}, parts ?? {}, games) };
  });
  return { t, looks: state.looks + 1, triggers, failed: state.failed };
}

/** The samples of one look by segment. One that is not named in the look was not measured in it. */
function addSegments(
  rule: Rule,
  segments: Segments,
  before: Readonly<Record<string, SegmentState>>,
  parts: Readonly<Record<string, Sample>>,
  games: Games,
): Readonly<Record<string, SegmentState>> {
  const checked = new Map(Object.entries(parts).map(([name, sample]) => [name, checkSample(rule.question, sample)]));
  const given =
    segments.values ?? Array.from(checked).flatMap(([name, { kind }]) => (kind === 'missing' ? [] : [name]));
  const weights = weightsFor(segments, before, given);
  const names = [...Object.keys(before), ...Object.keys(weights)];
  return Object.fromEntries(
    names.map((name) => {
      const old = Object.hasOwn(before, name) ? before[name] : undefined;
      const sample = checked.get(name) ?? ABSENT;
      const state = addSample(rule, old?.state ?? beginTrigger(rule.question), sample, games);
      return [name, { weight: old?.weight ?? weights[name] ?? 0, state }];
    }),
  );
}

const ABSENT: Sample = { kind: 'missing', reason: 'no-series', detail: 'nothing was seen of it' };

/** Share of the money that is bet from the first window on; the rest waits for regressions that begin later. */
export const FIRST = 0.88;

/** How each side is played under these rules. */
export function gameOf(rules: Rules, side: Game['side']): Game {
  const starts = { first: FIRST, horizon: Math.max(2, Math.ceil(rules.deadlineSeconds / rules.pollSeconds)) };
  if (side === 'fail') {
    const cap = rules.robust ? capOf(rules.falseAlarm, rules.burstWindows, FIRST) : null;
    return { side, starts, cap, catastrophe: rules.robust };
  }
  // A release is proven over its whole time. A recovery may begin late: pods are still rolling after the merge.
  return { side, starts: rules.goal === 'release' ? AT_ONCE : starts, cap: null, catastrophe: false };
}

/** Reasons that say "nobody came", not "we cannot see". */
const IDLE: readonly string[] = ['no-traffic', 'first-look', 'unchanged'];

interface Games {
  readonly fail: Game;
  readonly pass: Game;
}

function addSample(rule: Rule, before: TriggerState, named: Sample, games: Games, plan?: HorizonPlan): TriggerState {
  const why = named.kind === 'missing' ? null : misfit(rule.question, before, named);
  const sample: Sample = why === null ? named : { kind: 'missing', reason: 'invalid', detail: why };
  if (sample.kind === 'missing') {
    const { reason, detail } = sample;
    const count = (before.missing.find((one) => one.reason === reason)?.count ?? 0) + 1;
    const others = before.missing.filter((one) => one.reason !== reason);
    const silent = before.silent + (IDLE.includes(reason) ? 0 : 1);
    return { ...before, silent, missing: [...others, { reason, detail, count }] };
  }
  const { question } = rule;
  const played = (legs: Question['fail']['legs'], states: readonly LegState[], game: Game, seen: Sample) =>
    legs.map((leg, i) => playLeg(leg, states[i] ?? beginLeg(leg), seen, game, question.bad));
  const both = (states: Pick<TriggerState, 'fail' | 'pass'>, seen: Sample) => ({
    fail: played(question.fail.legs, states.fail, games.fail, seen),
    pass: played(question.pass.legs, states.pass, games.pass, seen),
  });
  const after = both(before, sample);
  const seen = { sample, logE: sideLogE(question.pass, after.pass, 'pass'), now: games.pass.now ?? 0 };
  return {
    ...before,
    windows: before.windows + 1,
    silent: 0,
    totals: addTotals(question, before.totals, sample),
    ...after,
    ...(before.since === undefined ? {} : { since: addSince(question, before.since, seen) }),
    ...(before.exchanged === undefined ? {} : { exchanged: both(before.exchanged, exchanged(sample)) }),
    ...(before.horizon === undefined || plan === undefined || sample.kind !== 'events'
      ? {}
      : { horizon: advanceHorizon(before.horizon, badEvents(sample, question.bad), plan) }),
  };
}
