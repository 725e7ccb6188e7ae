/**
 * A baseline from the past: what the canary's own series said at the same minutes of the gate of the last good release.
 * The two periods are not the same minutes: an incident that hits both arms of a live comparison hits only one here.
 */
import { missing } from '../measure/arms.ts';
import { needsBaseline } from '../measure/metric.ts';
import type { ArmReading, Reading } from '../measure/reading.ts';
import type { MetricSource, Query } from '../ports.ts';

export interface Then {
  /** Epoch ms at which the gate of the last good release began; null: not known. */
  readonly began: number | null;
  /** Epoch ms at which this gate began, and ms since then. */
  readonly startedAt: number;
  readonly elapsedMs: number;
}

/** The readings of now, with those of then as their baseline. What is not known is a missing arm, never a lenient one. */
export async function lookBeside(
  source: MetricSource,
  queries: readonly Query[],
  then: Then,
): Promise<ReadonlyMap<string, Reading>> {
  const alone = queries.map((query) => ({ ...query, arms: { ...query.arms, baseline: null } }));
  const compared = alone.filter(({ trigger }) => needsBaseline(trigger));
  const readable = source.remembers && then.began !== null;
  const [now, past] = await Promise.all([
    source.look(alone, null),
    readable && compared.length > 0
      ? source.look(
          compared.map((query) => ({ ...query, since: (then.began ?? 0) + (query.since - then.startedAt) })),
          then.began + then.elapsedMs,
        )
      : new Map<string, Reading>(),
  ]);
  const names = new Set(compared.map(({ trigger }) => trigger.name));
  return new Map(
    Array.from(now, ([name, reading]) => [
      name,
      names.has(name) ? { ...reading, baseline: armThen(source, then, past.get(name), reading.at) } : reading,
    ]),
  );
}

function armThen(source: MetricSource, then: Then, past: Reading | undefined, now: number): ArmReading {
  if (then.began === null)
    return missing(
      'one-arm',
      'it is not known when the gate of the last good release began: it stands in the ledger after a gate has passed, or give --baseline-since',
    );
  if (!source.remembers)
    return missing('one-arm', 'this source has no history to read the last good release from; use a prometheus source');
  if (past === undefined) return missing('no-series', 'the source said nothing about the last good release');
  if (past.at >= now) return missing('one-arm', 'the gate of the last good release would lie in the future');
  return moved(past.canary, now - past.at);
}

/** The same arm as if it had been read now, so that its samples are as old as they were then. */
function moved(arm: ArmReading, ms: number): ArmReading {
  const later = <T extends { readonly at: number }>(series: readonly T[]): readonly T[] =>
    series.map((one) => ({ ...one, at: one.at + ms }));
  switch (arm.kind) {
    case 'missing':
      return arm;
    case 'counters':
      return { ...arm, hits: later(arm.hits), total: later(arm.total) };
    case 'buckets':
      return { ...arm, series: later(arm.series) };
    case 'moments':
      return { ...arm, series: later(arm.series) };
    case 'gauge':
      return { ...arm, at: arm.at + ms };
    case 'values':
      return missing('wrong-type', 'rows of values cannot be read from the time of the last good release');
  }
}
