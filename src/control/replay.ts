/**
 * The gate loop over the past: the same `runGate`, with a clock that does not wait and sources that are asked about then.
 * Where the past ends before the verdict, the run is cancelled there, so what was not decided stays undecided.
 */
import type { Recording } from '../measure/recording.ts';
import type { Clock, MetricSource } from '../ports.ts';
import { runGate, type GateResult, type GateRun } from './gate.ts';

/** All that a run needs besides its doors. */
export type ReplayRun = Omit<GateRun, 'clock' | 'sources' | 'signal'>;

/** The gate as it would have run from `from` on (epoch ms). Nothing after `to` is looked at. */
export async function replayHistory(
  run: ReplayRun & { readonly sources: GateRun['sources'] },
  span: { readonly from: number; readonly to: number },
): Promise<GateResult> {
  const stop = new AbortController();
  let now = span.from;
  const clock: Clock = {
    now: () => now,
    wait: (ms) => {
      if (now + ms > span.to) stop.abort();
      else now += ms;
      return Promise.resolve();
    },
  };
  const sources = new Map(Array.from(run.sources, ([name, source]) => [name, pastSource(source, clock)]));
  return runGate({ ...run, sources, clock, signal: stop.signal });
}

/** A source whose present is the clock's. It must remember. */
export function pastSource(source: MetricSource, clock: Pick<Clock, 'now'>): MetricSource {
  return { remembers: source.remembers, look: (queries, at) => source.look(queries, at ?? clock.now()) };
}

/** The gate over what was recorded, look by look at the recorded moments. The same gate gives the same verdict to the bit. */
export async function replayRecording(run: ReplayRun, recording: Recording): Promise<GateResult> {
  const stop = new AbortController();
  let next = 0;
  let now = recording.startedAt;
  const clock: Clock = {
    now: () => now,
    wait: () => {
      const read = recording.reads[next];
      next += 1;
      if (read === undefined) stop.abort();
      else now = recording.startedAt + read.elapsedMs;
      return Promise.resolve();
    },
  };
  const source: MetricSource = {
    remembers: true,
    look: (queries) => {
      const read = recording.reads[next - 1];
      const told = queries.flatMap(({ trigger }) => {
        const reading = read?.readings.get(trigger.name);
        return reading === undefined ? [] : [[trigger.name, reading] as const];
      });
      return Promise.resolve(new Map(told));
    },
  };
  // What was read from the last good release stands in the recorded baseline already.
  const gate = { ...run.gate };
  delete gate.baseline;
  const names = gate.triggers.map((trigger) => trigger.source ?? gate.source);
  return runGate({ ...run, gate, sources: new Map(names.map((name) => [name, source])), clock, signal: stop.signal });
}
