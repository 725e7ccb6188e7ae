import type { Criterion, Trigger } from '../playbook/schema.ts';
import { missing } from './arms.ts';
import { growthOf } from './growth.ts';
import type { Counts } from './growth.ts';
import { needsBaseline } from './metric.ts';
import type { Note } from './note.ts';
import type { ArmReading, Reading } from './reading.ts';
import { takeRows } from './rows.ts';
import type { Missing, Sample } from './sample.ts';
import { sameEdges } from './increase.ts';
import { newest, sound } from './soundness.ts';
import { joinStrata } from './strata.ts';

export interface Window {
  /** What happened between the two looks, or why nobody knows. */
  readonly sample: Sample;
  /** Hand this in as `before` at the next look. After a missing window it is the old reading, so that the next covers both. */
  readonly keep: Reading;
  readonly notes: readonly Note[];
}

/**
 * The window between two looks at one question. `before` is null at the first look, which has no window.
 * Counters become increases for each series; a gauge is taken as it is. Both arms always cover the same span.
 */
export function between(trigger: Trigger | Criterion, before: Reading | null, now: Reading): Window {
  const canary = fresh(trigger, 'canary', now.canary, now.at);
  const baseline = now.baseline === null ? null : fresh(trigger, 'baseline', now.baseline, now.at);
  const checked: Reading = { at: now.at, canary, baseline };
  const required = baseline !== null && needsBaseline(trigger);
  const absent = absentArm(canary, required ? baseline : null);
  if (absent !== null) return { sample: absent, keep: before ?? checked, notes: [] };
  if (canary.kind === 'values') return rowsWindow(trigger, before, checked, required);
  if (canary.kind === 'gauge' && before === null) return gaugeWindow(checked);
  if (before === null || before.canary.kind === 'missing' || (required && armless(before.baseline)))
    return { sample: missing('first-look', 'counting begins with this look'), keep: checked, notes: [] };
  const unmoved = unmovedArm(before, checked, required);
  if (unmoved !== null) return { sample: unmoved, keep: before, notes: [] };
  return windowOf(before, checked, required);
}

function fresh(trigger: Trigger | Criterion, name: Note['arm'], arm: ArmReading, at: number): ArmReading {
  const checked = sound(arm);
  const stamp = newest(checked);
  if (stamp === null || at - stamp <= trigger['max-age']) return checked;
  const seconds = Math.round((at - stamp) / 1000);
  return missing(
    'stale',
    `${name}: the newest sample is ${seconds} s old, the limit is ${trigger['max-age'] / 1000} s`,
  );
}

function armless(arm: ArmReading | null): boolean {
  return arm === null || arm.kind === 'missing';
}

/** `baseline` is null where it is not needed. One lacking arm names the arm and its own reason. */
function absentArm(canary: ArmReading, baseline: ArmReading | null): Missing | null {
  if (canary.kind === 'missing') {
    if (baseline === null || baseline.kind === 'missing') return canary;
    return missing('one-arm', `only the baseline was read; canary ${canary.reason}: ${canary.detail}`);
  }
  if (baseline?.kind !== 'missing') return null;
  return missing('one-arm', `only the canary was read; baseline ${baseline.reason}: ${baseline.detail}`);
}

/** Looking more often than the source measures shows no new traffic: that is not the same as no traffic. */
function unmovedArm(before: Reading, now: Reading, required: boolean): Missing | null {
  const same = (old: ArmReading | null, arm: ArmReading | null): boolean => {
    const [was, is] = [old === null ? null : newest(old), arm === null ? null : newest(arm)];
    return was !== null && is !== null && is <= was;
  };
  const arm = same(before.canary, now.canary)
    ? 'canary'
    : required && same(before.baseline, now.baseline)
      ? 'baseline'
      : null;
  return arm === null ? null : missing('unchanged', `${arm}: not measured again since the last look`);
}

function gaugeWindow(now: Reading): Window {
  const value = (arm: ArmReading | null): number | null => (arm?.kind === 'gauge' ? arm.value : null);
  const canary = value(now.canary);
  if (canary === null) return { sample: missing('wrong-type', 'canary: no gauge'), keep: now, notes: [] };
  return { sample: { kind: 'gauge', canary, baseline: value(now.baseline) }, keep: now, notes: [] };
}

/** Lists of single rows keep their own account of what was read; a torn one leaves it as it was. */
function rowsWindow(trigger: Trigger | Criterion, before: Reading | null, now: Reading, required: boolean): Window {
  const { canary } = now;
  const baseline = now.baseline?.kind === 'missing' ? null : now.baseline;
  if (canary.kind !== 'values' || (baseline !== null && baseline.kind !== 'values'))
    return {
      sample: missing('wrong-type', 'one arm is a list of rows, the other is not'),
      keep: before ?? now,
      notes: [],
    };
  const taken = takeRows(trigger, before, { canary, baseline }, required);
  if (!('sample' in taken)) return { sample: taken, keep: before ?? now, notes: [] };
  const keep: Reading = {
    at: now.at,
    canary: taken.canary,
    baseline: taken.baseline ?? before?.baseline ?? now.baseline,
  };
  return { sample: taken.sample, keep, notes: [] };
}

function windowOf(before: Reading, now: Reading, required: boolean): Window {
  const canary = growthOf('canary', before.canary, now.canary);
  const baseline =
    now.baseline === null || armless(before.baseline) || before.baseline === null
      ? null
      : growthOf('baseline', before.baseline, now.baseline);
  const keep: Reading = { at: now.at, canary: canary.keep, baseline: baseline?.keep ?? now.baseline };
  const notes = [...canary.notes, ...(baseline?.notes ?? [])];
  const faults = [canary.counts, ...(required ? [baseline?.counts] : [])].filter((c) => c?.kind === 'missing');
  // A contradiction may be a torn read, so the old reading stays; no traffic is a fact, and its span is over.
  const broken = faults.find(({ reason }) => !['no-traffic', 'first-look', 'wrong-type'].includes(reason));
  if (broken !== undefined) return { sample: broken, keep: before, notes: [] };
  const fault = faults[0];
  if (fault !== undefined) return { sample: fault, keep, notes };
  const both = joined(canary.counts, baseline?.counts ?? null);
  if (both.kind !== 'missing') return { sample: both, keep, notes };
  return required ? { sample: both, keep: before, notes: [] } : { sample: joined(canary.counts, null), keep, notes };
}

/** Both arms as one sample. A baseline that is not needed and not there is simply left out. */
function joined(canary: Counts | Missing, other: Counts | Missing | null): Sample {
  const baseline = other?.kind === 'missing' ? null : other;
  if (canary.kind === 'missing') return canary;
  if (baseline !== null && baseline.kind !== canary.kind)
    return missing('wrong-type', `canary is ${canary.kind}, baseline is ${baseline.kind}`);
  switch (canary.kind) {
    case 'events':
      return eventsOf(canary, baseline?.kind === 'events' ? baseline : null);
    case 'moments':
      return {
        kind: 'moments',
        canary: canary.moments,
        baseline: baseline?.kind === 'moments' ? baseline.moments : null,
      };
    case 'gauge':
      return { kind: 'gauge', canary: canary.value, baseline: baseline?.kind === 'gauge' ? baseline.value : null };
    case 'histogram': {
      if (baseline?.kind !== 'histogram')
        return { kind: 'histogram', edges: canary.edges, canary: canary.counts, baseline: null };
      if (!sameEdges(canary.edges, baseline.edges))
        return missing(
          'invalid',
          `edges differ: canary ${canary.edges.join(' ')}, baseline ${baseline.edges.join(' ')}`,
        );
      return { kind: 'histogram', edges: canary.edges, canary: canary.counts, baseline: baseline.counts };
    }
  }
}

type EventCounts = Extract<Counts, { kind: 'events' }>;

function eventsOf(canary: EventCounts, baseline: EventCounts | null): Sample {
  const whole = { kind: 'events', canary: canary.events, baseline: baseline?.events ?? null } as const;
  if (canary.strata === undefined) return whole;
  return { ...whole, strata: joinStrata(canary.strata, baseline?.strata ?? null) };
}
