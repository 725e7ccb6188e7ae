/** What one arm added in a window, checked: from two readings of the arm to counts, or why there are none. */
import { missing } from './arms.ts';
import { bucketIncrease, counterIncrease, momentIncrease, sameEdges } from './increase.ts';
import type { Increase } from './increase.ts';
import type { Note } from './note.ts';
import type { ArmReading, BucketSeries } from './reading.ts';
import type { Events, Missing, Moments } from './sample.ts';

/** The counts of one arm over one window. Edges are null when no series said anything. */
export type Counts =
  | { readonly kind: 'events'; readonly events: Events; readonly strata?: ReadonlyMap<string, Events> }
  | { readonly kind: 'histogram'; readonly edges: readonly number[]; readonly counts: readonly number[] }
  | { readonly kind: 'moments'; readonly moments: Moments }
  | { readonly kind: 'gauge'; readonly value: number };

export interface Growth {
  readonly counts: Counts | Missing;
  readonly keep: ArmReading;
  readonly notes: readonly Note[];
}

type Arm = Note['arm'];

/** Relative rounding of sums of floats; anything bigger is a contradiction in the data. */
const ROUNDING = 1e-9;

/** `before` and `now` must be of one kind; a source that changes its kind is 'wrong-type'. */
export function growthOf(arm: Arm, before: ArmReading, now: ArmReading): Growth {
  if (now.kind === 'missing') return { counts: now, keep: before, notes: [] };
  if (now.kind === 'counters' && before.kind === 'counters') {
    const total = counterIncrease(before.total, now.total);
    const hits = counterIncrease(before.hits, now.hits, total.old);
    const keep = { kind: 'counters', hits: hits.keep, total: total.keep } as const;
    const counts = correction(arm, hits, total) ?? countersOf(arm, now, hits.parts, total.parts);
    return { counts: begun(arm, total, counts), keep, notes: notesOf(arm, total) };
  }
  if (now.kind === 'buckets' && before.kind === 'buckets') {
    const grown = bucketIncrease(before.series, now.series);
    return {
      counts: begun(arm, grown, correction(arm, grown) ?? histogramOf(arm, now.series, grown.parts)),
      keep: { kind: 'buckets', series: grown.keep },
      notes: notesOf(arm, grown),
    };
  }
  if (now.kind === 'moments' && before.kind === 'moments') {
    const grown = momentIncrease(before.series, now.series);
    return {
      counts: begun(arm, grown, correction(arm, grown) ?? momentsOf(arm, grown.parts)),
      keep: { kind: 'moments', series: grown.keep },
      notes: notesOf(arm, grown),
    };
  }
  if (now.kind === 'gauge') return { counts: { kind: 'gauge', value: now.value }, keep: now, notes: [] };
  return { counts: missing('wrong-type', `${arm}: ${now.kind} after ${before.kind}`), keep: now, notes: [] };
}

/** What was already judged cannot be taken back, so nothing is counted until the total is past what it was. */
function correction(arm: Arm, ...grown: readonly { readonly corrected: readonly string[] }[]): Missing | null {
  const series = grown.flatMap(({ corrected }) => corrected)[0];
  return series === undefined
    ? null
    : missing('invalid', `${arm}: the total of ${series} fell below what it was at an earlier look`);
}

/** Where all that an arm shows is left out as older than the last look, that is not the same as no traffic. */
function begun<S, D>(arm: Arm, { old }: Increase<S, D>, counts: Counts | Missing): Counts | Missing {
  if (old === null || counts.kind !== 'missing' || counts.reason !== 'no-traffic') return counts;
  return missing(
    'first-look',
    `${arm}: ${old.series} shows ${old.events} events at once: counting begins with this look`,
  );
}

function notesOf<S, D>(arm: Arm, { events }: Increase<S, D>): readonly Note[] {
  return events.map(({ kind, series }) => ({ kind, arm, series }));
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}

function eventsOf(arm: string, hits: number, total: number): Counts | Missing {
  if (total === 0 && hits === 0) return noTraffic(arm);
  if (hits > total * (1 + ROUNDING)) return missing('invalid', `${arm}: ${hits} events of a total of ${total}`);
  return { kind: 'events', events: { hits: Math.min(hits, total), total } };
}

/** All counts of the arm, and each stratum where the series name one. A stratum that contradicts itself refuses the whole. */
function countersOf(
  arm: Arm,
  now: Extract<ArmReading, { kind: 'counters' }>,
  hits: readonly number[],
  total: readonly number[],
): Counts | Missing {
  const whole = eventsOf(arm, sum(hits), sum(total));
  if (whole.kind !== 'events' || now.total.every(({ stratum }) => stratum === undefined)) return whole;
  const of = (series: typeof now.total, parts: readonly number[], name: string) =>
    sum(parts.filter((_, i) => series[i]?.stratum === name));
  const strata = new Map<string, Events>();
  for (const name of new Set([...now.total, ...now.hits].map(({ stratum }) => stratum ?? ''))) {
    const counts = eventsOf(`${arm} in ${name}`, of(now.hits, hits, name), of(now.total, total, name));
    if (counts.kind === 'events') strata.set(name, counts.events);
    else if (counts.kind === 'missing' && counts.reason !== 'no-traffic') return counts;
  }
  if (strata.size > MOST_STRATA)
    return missing(
      'invalid',
      `${arm}: ${strata.size} strata, more than ${MOST_STRATA}: name a label with fewer values`,
    );
  return { ...whole, strata };
}

/** More are hardly regions or routes, and each would have too little traffic to say anything. */
const MOST_STRATA = 200;

function noTraffic(arm: string): Missing {
  return missing('no-traffic', `${arm}: no event since the last look`);
}

function histogramOf(
  arm: Arm,
  series: readonly BucketSeries[],
  parts: readonly (readonly number[])[],
): Counts | Missing {
  const edges = series[0]?.edges ?? [];
  const other = series.find((s) => !sameEdges(s.edges, edges));
  if (other !== undefined)
    return missing(
      'invalid',
      `${arm}: ${other.id} has the edges ${other.edges.join(' ')}, the others ${edges.join(' ')}`,
    );
  const cumulative = edges.map((_, i) => sum(parts.map((part) => part[i] ?? 0)));
  const all = cumulative.at(-1) ?? 0;
  if (all === 0) return noTraffic(arm);
  let reached = 0;
  const counts: number[] = [];
  for (const [i, c] of cumulative.entries()) {
    if (c < reached - all * ROUNDING)
      return missing(
        'invalid',
        `${arm}: ${c} events up to ${edges[i] ?? Infinity}, but ${reached} below the edge before`,
      );
    counts.push(Math.max(c, reached) - reached);
    reached = Math.max(c, reached);
  }
  return { kind: 'histogram', edges, counts };
}

function momentsOf(arm: Arm, parts: readonly Moments[]): Counts | Missing {
  const [n, total, squares] = [
    sum(parts.map((p) => p.n)),
    sum(parts.map((p) => p.sum)),
    sum(parts.map((p) => p.sumOfSquares)),
  ];
  if (n === 0 && total === 0 && squares === 0) return noTraffic(arm);
  // Cauchy-Schwarz: no set of n numbers has a smaller sum of squares than this.
  if (total * total > n * squares * (1 + ROUNDING) + ROUNDING)
    return missing('invalid', `${arm}: ${n} scores cannot have the sum ${total} and the sum of squares ${squares}`);
  return { kind: 'moments', moments: { n, sum: total, sumOfSquares: squares } };
}
