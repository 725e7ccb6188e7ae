import { placeboSample, type Slices } from '../measure/slices.ts';
import type { Look, Sample } from '../measure/sample.ts';
import type { Placebo } from './calibrate.ts';

/** How a course is cut into spans that do not overlap, each as long as a gate. */
export interface Spans {
  /** Epoch ms of the first step, and between two steps. */
  readonly from: number;
  readonly stepMs: number;
  /** Steps of the whole course, of one span, and at the start of a span that are left out. */
  readonly steps: number;
  readonly spanSteps: number;
  readonly warmUpSteps: number;
}

/**
 * Every slice as the canary in every span, except where it was measured in fewer than half of the looks: a pod that came or went.
 * `slices` by trigger name; `segments` by trigger name and segment, for those that are judged so.
 */
export function placebosOf(
  slices: ReadonlyMap<string, Slices>,
  spans: Spans,
  segments: ReadonlyMap<string, ReadonlyMap<string, Slices>> = new Map(),
): readonly Placebo[] {
  const names = [...new Set([...slices.values()].flatMap((one) => [...one.keys()]))].sort();
  const found: Placebo[] = [];
  for (let first = 0; first + spans.spanSteps < spans.steps; first += spans.spanSteps)
    for (const slice of names) {
      const looks = looksOf({ slices, segments }, slice, first, spans);
      const measured = looks.filter(({ samples }) => Object.values(samples).some((one) => one.kind !== 'missing'));
      if (looks.length > 0 && measured.length * 2 >= looks.length)
        found.push({ slice, startedAt: spans.from + first * spans.stepMs, looks });
    }
  return found;
}

interface Cut {
  readonly slices: ReadonlyMap<string, Slices>;
  readonly segments: ReadonlyMap<string, ReadonlyMap<string, Slices>>;
}

function looksOf({ slices, segments }: Cut, slice: string, first: number, spans: Spans): readonly Look[] {
  const looks: Look[] = [];
  for (let step = spans.warmUpSteps + 1; step <= spans.spanSteps; step++) {
    const samples: Record<string, Sample> = {};
    for (const [trigger, one] of slices) samples[trigger] = placeboSample(one, slice, first + step);
    const parts: Record<string, Readonly<Record<string, Sample>>> = {};
    for (const [trigger, one] of segments)
      parts[trigger] = Object.fromEntries(
        Array.from(one, ([name, cut]) => [name, placeboSample(cut, slice, first + step)]),
      );
    looks.push({ t: (step * spans.stepMs) / 1000, samples, segments: parts });
  }
  return looks;
}
