/** What it would still take to decide: the same arithmetic as the verdict's, played forward on windows like those seen so far. */
import type { Sample, Stratum } from '../measure/sample.ts';
import { look, verdict } from './judge.ts';
import type { Question } from './question.ts';
import type { Rule, Rules } from './rules.ts';
import type { State, TriggerState } from './state.ts';
import { metricOf } from './segments.ts';
import type { Window } from './window.ts';

export interface TriggerNeeds {
  readonly trigger: string;
  /** Bad canary events, beyond those that come anyway, that would fail the release at this traffic, and over how many looks. */
  readonly toFail: { readonly extra: number; readonly looks: number; readonly seconds: number } | null;
  /** Seconds of windows like those so far until this trigger is proven; 0: it is. Null: not within `MOST_LOOKS`, or not known. */
  readonly toPassSeconds: number | null;
}

export interface Needed {
  /** Seconds of windows like those so far until the whole gate passes, the soak included; null: never, not in sight, or already decided. */
  readonly toPassSeconds: number | null;
  readonly triggers: readonly TriggerNeeds[];
}

/** Farther than this is "not in sight". */
const MOST_LOOKS = 240;
/** Over how many looks extra events are spread; the fewest events in all are told. */
const SPREADS = [1, 2, 3, 4, 5, 6, 8, 10, 15, 20] as const;

/**
 * Feeding exactly what is said makes the verdict flip: `toFail.extra` bad events spread evenly over `toFail.looks` windows that are otherwise
 * the average of those seen, or such windows alone for `toPassSeconds`. Exact for those windows up to one event and one look, in every mode;
 * real windows scatter around the average, so expect it within a factor of about two. Known for rates and histograms; other metrics only
 * say null. After a decision there is nothing left to need. Cost: some hundreds of looks.
 */
export function neededToDecide(rules: Rules, state: State): Needed {
  const samples = rules.triggers.map((rule, i) => usualOf(rule, state.triggers[i]));
  const decided = state.failed !== null || state.looks === 0;
  const open = !decided && verdict(rules, state).status !== 'fail';
  const proven = open ? secondsToPass(rules, state, samples) : rules.triggers.map(() => null);
  const whole = proven.at(-1) ?? null;
  return {
    toPassSeconds: open ? whole : null,
    triggers: rules.triggers.map((rule, i) => ({
      trigger: rule.name,
      toFail: open && rule.weight > 0 && rules.goal === 'release' ? extraToFail(rules, state, samples, i) : null,
      toPassSeconds: proven[i] ?? null,
    })),
  };
}

/** What each trigger usually sees in a window; with segments, in each of them too. */
interface Usual {
  readonly sample: Sample;
  readonly segments: Readonly<Record<string, Sample>> | null;
}

type Samples = readonly (Usual | null)[];

function usualOf(rule: Rule, trigger: TriggerState | undefined): Usual | null {
  const sample = usual(rule.question, trigger);
  if (sample === null) return null;
  const parts = Object.entries(trigger?.segments ?? {}).flatMap(([name, { state }]) => {
    const part = usual(rule.question, state);
    return part === null ? [] : [[name, part] as const];
  });
  return { sample, segments: rule.segments === null ? null : Object.fromEntries(parts) };
}

function next(rules: Rules, state: State, samples: Samples): State {
  const known = rules.triggers.flatMap((rule, i) => {
    const one = samples[i];
    return one === null || one === undefined ? [] : [[rule.name, one] as const];
  });
  return look(rules, state, {
    t: state.t + rules.pollSeconds,
    samples: Object.fromEntries(known.map(([name, { sample }]) => [name, sample])),
    segments: Object.fromEntries(
      known.flatMap(([name, { segments }]) => (segments === null ? [] : [[name, segments]])),
    ),
  });
}

/** For each trigger, and last for the whole gate. Soak and proof are looked for beyond the deadline: more time costs no certainty. */
function secondsToPass(rules: Rules, state: State, samples: Samples): readonly (number | null)[] {
  const endless = { ...rules, deadlineSeconds: Infinity };
  const found: (number | null)[] = [...rules.triggers.map(() => null), null];
  if (samples.every((sample) => sample === null)) return found;
  let now = state;
  for (let k = 0; k <= MOST_LOOKS && found.some((one) => one === null); k++) {
    for (const [i, rule] of rules.triggers.entries()) {
      const trigger = now.triggers[i];
      const proof = trigger === undefined ? 0 : metricOf(rule, trigger).logEPass;
      if (proof >= Math.log(1 / rules.falsePass)) found[i] ??= k * rules.pollSeconds;
    }
    const { status } = verdict(endless, now);
    if (status === 'pass') found[rules.triggers.length] ??= k * rules.pollSeconds;
    if (status === 'fail') break;
    // The start weights keep the horizon of the real rules.
    now = next(rules, now, samples);
  }
  return found;
}

function extraToFail(rules: Rules, state: State, samples: Samples, at: number): TriggerNeeds['toFail'] {
  const one = samples[at];
  // Harm may be in any segment, so there is no one number.
  if (one === null || one === undefined || one.segments !== null) return null;
  const { sample } = one;
  const room = mostExtra(rules.triggers[at]?.question, sample);
  const fails = (extra: number, looks: number): boolean => {
    const harmed = withExtra(rules.triggers[at]?.question, sample, extra / looks);
    const worse = samples.map((usually, i) => (i === at ? { sample: harmed, segments: null } : usually));
    let now = state;
    for (let k = 0; k < looks && now.failed === null; k++) now = next(rules, now, worse);
    return now.failed !== null;
  };
  let best: { extra: number; looks: number } | null = null;
  for (const looks of SPREADS) {
    let high = Math.floor(room * looks);
    if (best !== null) high = Math.min(high, best.extra - 1);
    if (high < 1 || !fails(high, looks)) continue;
    let low = 0;
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (fails(middle, looks)) high = middle;
      else low = middle;
    }
    best = { extra: high, looks };
  }
  return best === null ? null : { ...best, seconds: best.looks * rules.pollSeconds };
}

/** A window like the average of those seen; null where nothing was seen or where sums do not tell what a window holds. */
function usual(asked: Question, trigger: TriggerState | undefined): Sample | null {
  if (trigger === undefined || trigger.windows === 0) return null;
  const { totals, windows } = trigger;
  const arm = (sum: number, count: number) => ({ hits: sum / windows, total: count / windows });
  switch (asked.statistic.kind) {
    case 'rate': {
      if (asked.paired) return null;
      return {
        kind: 'events',
        canary: arm(totals.canarySum, totals.canaryCount),
        baseline: totals.baselineCount > 0 ? arm(totals.baselineSum, totals.baselineCount) : null,
        ...(totals.strata === undefined ? {} : { strata: strataOf(asked, totals.strata, windows) }),
      };
    }
    case 'quantile': {
      if (totals.buckets === null) return null;
      const { edges, canary, baseline } = totals.buckets;
      const shrunk = (counts: readonly number[]) => counts.map((count) => count / windows);
      return {
        kind: 'histogram',
        edges: [...edges, Infinity],
        canary: shrunk(canary),
        baseline: baseline === null ? null : shrunk(baseline),
      };
    }
    case 'ks':
    case 'mean':
    case 'value':
    case 'spend':
      return null;
  }
}

function strataOf(asked: Question, strata: Readonly<Record<string, Window>>, windows: number): readonly Stratum[] {
  const hits = (bad: number, total: number) => (asked.bad === 'above' ? bad : total - bad) / windows;
  return Object.entries(strata).map(([name, { xc, nc, xb, nb }]) => ({
    name,
    canary: { hits: hits(xc, nc), total: nc / windows },
    baseline: { hits: hits(xb, nb), total: nb / windows },
  }));
}

/** Bad events that still fit into one window. */
function mostExtra(asked: Question | undefined, sample: Sample): number {
  if (sample.kind === 'events')
    return asked?.bad === 'below' ? sample.canary.hits : sample.canary.total - sample.canary.hits;
  if (sample.kind === 'histogram') return sample.canary.slice(0, -1).reduce((sum, count) => sum + count, 0);
  return 0;
}

/** The same traffic with so many more bad events; slow requests are taken evenly from the faster ones. */
function withExtra(asked: Question | undefined, sample: Sample, extra: number): Sample {
  if (sample.kind === 'events') {
    const sign = asked?.bad === 'below' ? -1 : 1;
    const { canary, strata } = sample;
    const whole = canary.total;
    const more = (arm: { hits: number; total: number }) => ({
      hits: arm.hits + (whole > 0 ? (sign * extra * arm.total) / whole : 0),
      total: arm.total,
    });
    return {
      ...sample,
      canary: more(canary),
      ...(strata === undefined
        ? {}
        : { strata: strata.map((one) => ({ ...one, canary: one.canary === null ? null : capped(more(one.canary)) })) }),
    };
  }
  if (sample.kind !== 'histogram') return sample;
  const fast = mostExtra(asked, sample);
  const keep = fast > 0 ? (fast - extra) / fast : 0;
  const canary = sample.canary.map((count, i) => (i === sample.canary.length - 1 ? count + extra : count * keep));
  return { ...sample, canary };
}

function capped({ hits, total }: { hits: number; total: number }): { readonly hits: number; readonly total: number } {
  return { hits: Math.min(Math.max(hits, 0), total), total };
}
