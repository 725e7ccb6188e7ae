/**
 * One question in each segment, and the worst decides. Failing: the evidence of the segments is merged by a weighted mean whose weights are
 * fixed before a segment's first window is bet on, which is an e-value whatever depends on what: with S segments harm in one of them costs
 * log S nats more, and false alarms stay what they are promised to be. Passing: every segment must be proven by itself, which needs no
 * correction. What has too little data is named; it is never taken for good.
 */
import type { Trigger } from '../playbook/schema.ts';
import type { Metric } from './decide.ts';
import { logAdd, LOG_ZERO } from './log-space.ts';
import type { Rule } from './rules.ts';
import type { SegmentState, TriggerState } from './state.ts';
import { SILENT_LOOKS, wholeMetric } from './trigger-metric.ts';

export type Segments = NonNullable<Trigger['segments']>;

/** A segment that does not hold up a pass, and why. */
interface Unjudged {
  readonly name: string;
  readonly why: string;
}

export interface SegmentsAside {
  readonly by: string;
  readonly count: number;
  /** The one whose numbers the finding has. */
  readonly worst: string | null;
  /** Segments whose proof a pass waits for, but that were not measured enough. */
  readonly waiting: readonly Unjudged[];
  readonly unjudged: readonly Unjudged[];
}

/**
 * Weights for segments that are seen for the first time, out of what the others have left. The rest is kept for those that come later; where
 * all are known beforehand, nothing is.
 */
export function weightsFor(
  { values }: Segments,
  known: Readonly<Record<string, SegmentState>>,
  seen: readonly string[],
): Readonly<Record<string, number>> {
  const newcomers = seen.filter((name) => !Object.hasOwn(known, name));
  const left = 1 - Object.values(known).reduce((sum, { weight }) => sum + weight, 0);
  const each = values === undefined ? left / (newcomers.length + 1) : 1 / values.length;
  return Object.fromEntries(newcomers.map((name) => [name, each]));
}

interface Judged {
  readonly name: string;
  readonly weight: number;
  readonly state: TriggerState;
  readonly metric: Metric;
}

function judgedOf(rule: Rule, state: TriggerState): readonly Judged[] {
  return Object.entries(state.segments ?? {}).map(([name, one]) => ({
    name,
    weight: one.weight,
    state: one.state,
    metric: wholeMetric(rule, one.state),
  }));
}

/** Why a segment has not enough data; null where it has. */
function lacking(rule: Rule, { state, metric }: Judged): string | null {
  const { canaryCount } = state.totals;
  if (!metric.hasData)
    return state.windows === 0 || canaryCount === 0
      ? (state.missing.at(-1)?.detail ?? 'nothing was measured')
      : `no data for more than ${SILENT_LOOKS} looks`;
  return canaryCount < rule.minSamples ? `${canaryCount} of ${rule.minSamples} events` : null;
}

interface Sorted {
  /** A pass needs each of these. */
  readonly held: readonly Judged[];
  readonly waiting: readonly Unjudged[];
  readonly unjudged: readonly Unjudged[];
}

function sorted(rule: Rule, segments: Segments, all: readonly Judged[]): Sorted {
  const events = ({ state: { totals } }: Judged): number => totals.canaryCount + totals.baselineCount;
  const whole = all.reduce((sum, one) => sum + events(one), 0);
  const held: Judged[] = [];
  const waiting: Unjudged[] = [];
  const unjudged: Unjudged[] = [];
  for (const one of all) {
    const share = whole > 0 ? events(one) / whole : 0;
    const why = lacking(rule, one);
    if (segments['min-share'] !== undefined && share < segments['min-share']) {
      const [got, least] = [share, segments['min-share']].map((part) => `${Number((part * 100).toPrecision(3))} %`);
      unjudged.push({ name: one.name, why: `${got ?? ''} of the traffic, less than ${least ?? ''}` });
    } else if (why !== null && segments['on-no-data'] === 'tell') unjudged.push({ name: one.name, why });
    else {
      held.push(one);
      if (why !== null) waiting.push({ name: one.name, why });
    }
  }
  return { held, waiting, unjudged };
}

/** The trigger as the merge sees it, all its segments together. */
export function metricOf(rule: Rule, state: TriggerState): Metric {
  const whole = wholeMetric(rule, state);
  return rule.segments === null ? whole : segmentedMetric(rule, rule.segments, state, whole);
}

function segmentedMetric(rule: Rule, segments: Segments, state: TriggerState, whole: Metric): Metric {
  const all = judgedOf(rule, state);
  const { held } = sorted(rule, segments, all);
  const spare = 1 - all.reduce((sum, { weight }) => sum + weight, 0);
  const logEFail = all.reduce(
    (sum, { weight, metric }) => logAdd(sum, Math.log(weight) + metric.logEFail),
    spare > 1e-12 ? Math.log(spare) : LOG_ZERO,
  );
  return {
    ...whole,
    logEFail,
    logEPass: held.length === 0 ? Math.min(whole.logEPass, 0) : Math.min(...held.map(({ metric }) => metric.logEPass)),
    hasData: whole.hasData && held.length > 0 && held.every(({ metric }) => metric.hasData),
    fresh: whole.fresh !== false && held.every(({ metric }) => metric.fresh !== false),
  };
}

/** The segment that decides: the most evidence of harm where there is any, else the least evidence of safety among those that must be proven. */
export function worstSegment(
  rule: Rule,
  segments: Segments,
  state: TriggerState,
): { readonly aside: SegmentsAside; readonly state: TriggerState | null } {
  const all = judgedOf(rule, state);
  const { held, waiting, unjudged } = sorted(rule, segments, all);
  const measured = all.filter(({ state: { windows } }) => windows > 0);
  const most = (of: readonly Judged[], worth: (one: Judged) => number): Judged | null =>
    of.reduce<Judged | null>((best, one) => (best === null || worth(one) > worth(best) ? one : best), null);
  const harmed = most(measured, ({ weight, metric }) => Math.log(weight) + metric.logEFail);
  const slowest = most(
    held.filter(({ state: { windows } }) => windows > 0),
    ({ metric }) => -metric.logEPass,
  );
  const worst = harmed !== null && harmed.metric.logEFail > 0 ? harmed : (slowest ?? harmed);
  return {
    aside: { by: segments.by, count: all.length, worst: worst?.name ?? null, waiting, unjudged },
    state: worst?.state ?? null,
  };
}

const SHOWN = 5;

/** What follows the sentence of a finding. */
export function segmentWords({ by, count, worst, waiting, unjudged }: SegmentsAside): string {
  const list = (some: readonly Unjudged[]): string =>
    some
      .slice(0, SHOWN)
      .map(({ name, why }) => `${name} (${why})`)
      .join(', ') + (some.length > SHOWN ? ' ...' : '');
  return [
    ...(worst === null ? [] : [`${by} ${worst}, the worst of ${count}`]),
    ...(waiting.length === 0 ? [] : [`not enough data, so not passed: ${list(waiting)}`]),
    ...(unjudged.length === 0 ? [] : [`not proven, only watched for harm: ${list(unjudged)}`]),
  ]
    .map((word) => `; ${word}`)
    .join('');
}
