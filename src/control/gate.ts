/**
 * The gate loop: look, judge, wait, until the judge has decided or somebody stops it.
 * It fails as soon as harm is proven, passes once harm is excluded and the soak is over, and ends at the deadline in any case.
 */
import { RollbackError } from '../errors.ts';
import { begin, look, rulesOfGate, stopped, verdict, type References, type State } from '../judge/judge.ts';
import { neededToDecide, type Needed } from '../judge/needed.ts';
import type { Verdict } from '../judge/verdict.ts';
import type { Reading } from '../measure/reading.ts';
import type { GateRead } from '../measure/recording.ts';
import type { Sample } from '../measure/sample.ts';
import { segmentsBetween } from '../measure/segments.ts';
import { between } from '../measure/window.ts';
import type { Gate, Trigger } from '../playbook/schema.ts';
import type { Clock, MetricSource, Query } from '../ports.ts';
import type { GatePoint } from '../report/chart.ts';
import { lookBeside, type Then } from './last-good-window.ts';

export interface GateRun {
  readonly gate: Gate;
  /** By the name in the playbook. */
  readonly sources: ReadonlyMap<string, MetricSource>;
  readonly clock: Clock;
  /** What the triggers' `reference` files hold; a gate that names one cannot run without it. */
  readonly references?: References;
  /** Epoch ms at which the gate of the last good release began, for `baseline: last-good`; null or absent: not known. */
  readonly baselineSince?: number | null;
  /** Aborted when the runner is cancelled: the verdict is then inconclusive, never a pass. */
  readonly signal?: AbortSignal;
  /** Called with everything that was read at each look, before it is judged. */
  readonly onRead?: (read: GateRead) => void;
  /** Called after each look, for progress. */
  readonly onLook?: (point: GatePoint, soFar: Verdict) => void;
}

export interface GateResult {
  readonly verdict: Verdict;
  /** One point for each look. */
  readonly timeline: readonly GatePoint[];
  /** Epoch ms of the start and of the decision. */
  readonly startedAt: number;
  readonly decidedAt: number;
  readonly terminated: boolean;
  /** What it would still take to decide. */
  readonly needed: Needed;
}

/** A poll of less would only ask the source for what it has just said. */
const POLL_MIN_MS = 100;

/** Throws playbook-invalid for a gate that cannot be asked, and what a source throws when it cannot be used at all. */
export async function runGate(run: GateRun): Promise<GateResult> {
  const { gate, clock } = run;
  const rules = rulesOfGate(gate, run.references);
  const asked = askedOf(run);
  const stop = stopper(run.signal);
  const startedAt = clock.now();
  const elapsedMs = (): number => clock.now() - startedAt;
  const timeline: GatePoint[] = [];
  let state = begin(rules);
  const end = (final: Verdict): GateResult => ({
    verdict: final,
    timeline,
    startedAt,
    decidedAt: clock.now(),
    terminated: stop.stopped(),
    needed: neededToDecide(rules, state),
  });

  let kept: Kept = { readings: new Map(), segments: new Map() };
  await stop.race(clock.wait(Math.min(gate['warm-up'], gate.deadline)));
  const since = clock.now();
  for (;;) {
    const lookedAt = elapsedMs();
    const readings = await stop.race(
      readAll(asked, since, { began: run.baselineSince ?? null, startedAt, elapsedMs: lookedAt }),
    );
    if (readings === null) return end(stopped(rules, state, 'the run was cancelled'));
    run.onRead?.({ elapsedMs: lookedAt, readings });
    const seen = windows(gate.triggers, kept, readings);
    kept = seen.kept;
    state = look(rules, state, { t: lookedAt / 1000, samples: seen.samples, segments: seen.segments });
    const soFar = verdict(rules, state);
    const point = pointOf(state, soFar);
    timeline.push(point);
    run.onLook?.(point, soFar);
    if (soFar.status !== 'continue') return end(soFar);
    await stop.race(clock.wait(untilNextLook(gate, elapsedMs())));
  }
}

interface Asked {
  readonly source: MetricSource;
  readonly triggers: readonly Trigger[];
  readonly arms: Gate['arms'];
  readonly baseline: Gate['baseline'];
}

/** Triggers by source, so that each source is asked once and both arms and all its triggers share one instant. */
function askedOf({ gate, sources }: GateRun): readonly Asked[] {
  const names = new Set(gate.triggers.map((trigger) => trigger.source ?? gate.source));
  return Array.from(names, (name) => {
    const source = sources.get(name);
    if (source === undefined)
      throw new RollbackError('playbook-invalid', `the gate names the source '${name}', which 'sources' does not have`);
    return {
      source,
      arms: gate.arms,
      baseline: gate.baseline,
      triggers: gate.triggers.filter((trigger) => (trigger.source ?? gate.source) === name),
    };
  });
}

function armsOf({ canary, baseline }: Gate['arms']): Query['arms'] {
  return { canary, baseline: baseline ?? null };
}

async function readAll(asked: readonly Asked[], since: number, then: Then): Promise<ReadonlyMap<string, Reading>> {
  const answers = await Promise.all(
    asked.map(({ source, triggers, arms, baseline }) => {
      const queries = triggers.map((trigger) => ({ trigger, arms: armsOf(trigger.arms ?? arms), since }));
      return baseline === 'last-good' ? lookBeside(source, queries, then) : source.look(queries, null);
    }),
  );
  return new Map(answers.flatMap((answer) => Array.from(answer)));
}

/** A trigger the source said nothing about is missing, not healthy. */
function windows(triggers: readonly Trigger[], before: Kept, now: ReadonlyMap<string, Reading>) {
  const kept = { readings: new Map(before.readings), segments: new Map(before.segments) };
  const samples: Record<string, Sample> = {};
  const segments: Record<string, Readonly<Record<string, Sample>>> = {};
  for (const trigger of triggers) {
    const reading = now.get(trigger.name);
    if (reading === undefined) {
      samples[trigger.name] = {
        kind: 'missing',
        reason: 'no-series',
        detail: 'the source said nothing about this trigger',
      };
      continue;
    }
    const { sample, keep } = between(trigger, before.readings.get(trigger.name) ?? null, reading);
    samples[trigger.name] = sample;
    kept.readings.set(trigger.name, keep);
    if (trigger.segments === undefined) continue;
    const parts = segmentsBetween(
      { ...trigger, segments: trigger.segments },
      before.segments.get(trigger.name) ?? new Map(),
      reading,
    );
    if ('reason' in parts) samples[trigger.name] = parts;
    else {
      segments[trigger.name] = parts.samples;
      kept.segments.set(trigger.name, parts.keep);
    }
  }
  return { samples, segments, kept };
}

/** What the next look is compared with, by trigger; for those in segments also by segment. */
interface Kept {
  readonly readings: ReadonlyMap<string, Reading>;
  readonly segments: ReadonlyMap<string, ReadonlyMap<string, Reading>>;
}

/** On the grid of the poll, so that a slow source does not shift later looks; the last look is at the deadline. */
function untilNextLook(gate: Gate, elapsedMs: number): number {
  const poll = Math.max(gate.poll, POLL_MIN_MS);
  const start = Math.min(gate['warm-up'], gate.deadline);
  const next = start + (Math.floor((elapsedMs - start) / poll) + 1) * poll;
  return Math.max(1, Math.min(next, Math.max(gate.deadline, elapsedMs + 1)) - elapsedMs);
}

function pointOf(state: State, soFar: Verdict): GatePoint {
  const pick = <T>(value: (finding: Verdict['findings'][number]) => T): Record<string, T> =>
    Object.fromEntries(soFar.findings.map((finding) => [finding.trigger, value(finding)]));
  return {
    t: state.t,
    merged: soFar.logE,
    logE: pick((finding) => finding.logEFail),
    canary: pick((finding) => finding.canary),
    baseline: pick((finding) => finding.baseline),
  };
}

/** Lets go of whatever is awaited once the signal is aborted; an abort wins over an answer that came at the same time. */
function stopper(signal: AbortSignal | undefined) {
  const aborted = new Promise<null>((resolve) => {
    if (signal?.aborted === true) resolve(null);
    signal?.addEventListener('abort', () => resolve(null), { once: true });
  });
  return {
    stopped: (): boolean => signal?.aborted === true,
    race: <T>(work: Promise<T>): Promise<T | null> => Promise.race([aborted, work]),
  };
}
