/** One question asked in each value of a label: the readings of both arms, cut apart, and a window for each. Nothing is pooled. */
import type { Criterion, Trigger } from '../playbook/schema.ts';
import { missing } from './arms.ts';
import type { ArmReading, Reading } from './reading.ts';
import type { Sample } from './sample.ts';
import { cutBy, idsOf, labelOf } from './slices.ts';
import { between } from './window.ts';

/** More are hardly segments, and each would have too little traffic to say anything. */
const MOST_SEGMENTS = 50;

interface SegmentWindows {
  readonly samples: Readonly<Record<string, Sample>>;
  /** Hand this in as `before` at the next look. */
  readonly keep: ReadonlyMap<string, Reading>;
}

/**
 * The windows of each segment, or why the series cannot be cut. A segment that was there once stays: where nothing is seen of it, its sample
 * is missing. `values`, where given, are all segments there are.
 */
export function segmentsBetween(
  trigger: (Trigger | Criterion) & { readonly segments: NonNullable<Trigger['segments']> },
  before: ReadonlyMap<string, Reading>,
  now: Reading,
): SegmentWindows | Extract<Sample, { kind: 'missing' }> {
  const { by, values } = trigger.segments;
  const strange = [now.canary, now.baseline]
    .flatMap((arm) => (arm === null ? [] : idsOf(arm)))
    .find((id) => labelOf(id, by) === null);
  if (strange !== undefined) return missing('no-series', `${strange} has no label ${by}, which 'segments' names`);
  const canary = cutBy(now.canary, (id) => labelOf(id, by));
  const baseline = now.baseline === null ? null : cutBy(now.baseline, (id) => labelOf(id, by));
  const found = new Set([...before.keys(), ...canary.keys(), ...(baseline?.keys() ?? [])]);
  const names = values ?? Array.from(found).sort();
  if (names.length > MOST_SEGMENTS)
    return missing(
      'invalid',
      `${names.length} values of ${by}, more than ${MOST_SEGMENTS}: name those that matter in 'values'`,
    );
  const samples: Record<string, Sample> = {};
  const keep = new Map<string, Reading>();
  for (const name of names) {
    const arm = (whole: ArmReading, cut: ReadonlyMap<string, ArmReading>): ArmReading =>
      cut.get(name) ?? (whole.kind === 'missing' ? whole : missing('no-series', `no series with ${by}="${name}"`));
    const reading: Reading = {
      at: now.at,
      canary: arm(now.canary, canary),
      baseline: now.baseline === null || baseline === null ? null : arm(now.baseline, baseline),
    };
    const window = between(trigger, before.get(name) ?? null, reading);
    Object.defineProperty(samples, name, { value: window.sample, enumerable: true });
    keep.set(name, window.keep);
  }
  return { samples, keep };
}
