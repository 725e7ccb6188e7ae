/** One arm cut into slices (pods), and each slice played as the canary against the others: releases that were none. */
import { missing } from './arms.ts';
import { growthOf, type Counts } from './growth.ts';
import { sameEdges } from './increase.ts';
import type { ArmReading } from './reading.ts';
import type { Missing, Sample } from './sample.ts';

/** What each slice added at each step; missing where it was not seen. Every list is as long as the course. */
export type Slices = ReadonlyMap<string, readonly (Counts | Missing)[]>;

/** `course`: the arm at each step. `label` tells the slices apart; series without it belong to none. */
export function slicesOf(course: readonly ArmReading[], label: string): Slices {
  const kept = new Map<string, ArmReading>();
  const found = new Map<string, (Counts | Missing)[]>();
  const nameOf = remembered((id) => labelOf(id, label));
  for (const [step, arm] of course.entries()) {
    const now = cutBy(arm, nameOf);
    for (const name of now.keys())
      if (!found.has(name))
        found.set(
          name,
          Array.from({ length: step }, () => ABSENT),
        );
    for (const [name, counts] of found) {
      const reading = now.get(name);
      const before = kept.get(name);
      if (reading === undefined) counts.push(arm.kind === 'missing' ? arm : ABSENT);
      else if (before === undefined) counts.push(missing('first-look', 'counting begins with this look'));
      else {
        const grown = growthOf('baseline', before, reading);
        counts.push(grown.counts);
        kept.set(name, grown.keep);
        continue;
      }
      if (reading !== undefined) kept.set(name, reading);
    }
  }
  return found;
}

/** The same for each part of the arm that another label tells apart. */
export function segmentSlices(
  course: readonly ArmReading[],
  label: string,
  { by, values }: { readonly by: string; readonly values?: readonly string[] | undefined },
): ReadonlyMap<string, Slices> {
  const cut = course.map((arm) => cutBy(arm, (id) => labelOf(id, by)));
  const names = values ?? [...new Set(cut.flatMap((parts) => [...parts.keys()]))].sort();
  return new Map(
    names.map((name) => {
      const own = cut.map((parts, i) => parts.get(name) ?? (course[i]?.kind === 'missing' ? course[i] : ABSENT));
      return [name, slicesOf(own, label)];
    }),
  );
}

const ABSENT = missing('no-series', 'this slice was not there');

/** The sample of a gate in which `slice` is the canary and all the others together are the baseline. */
export function placeboSample(slices: Slices, slice: string, step: number): Sample {
  const canary = slices.get(slice)?.[step] ?? ABSENT;
  if (canary.kind === 'missing') return canary;
  const others: Exclude<Counts, { kind: 'gauge' }>[] = [];
  for (const [name, counts] of slices) {
    const one = counts[step];
    if (name !== slice && one !== undefined && one.kind !== 'missing' && one.kind !== 'gauge') others.push(one);
  }
  switch (canary.kind) {
    case 'events': {
      const all = others.flatMap((one) => (one.kind === 'events' ? [one.events] : []));
      if (all.length === 0) return NOBODY;
      const baseline = { hits: sum(all.map((one) => one.hits)), total: sum(all.map((one) => one.total)) };
      return { kind: 'events', canary: canary.events, baseline };
    }
    case 'histogram': {
      const all = others.flatMap((one) =>
        one.kind === 'histogram' && sameEdges(one.edges, canary.edges) ? [one.counts] : [],
      );
      if (all.length === 0) return NOBODY;
      const baseline = canary.edges.map((_, i) => sum(all.map((counts) => counts[i] ?? 0)));
      return { kind: 'histogram', edges: canary.edges, canary: canary.counts, baseline };
    }
    case 'moments': {
      const all = others.flatMap((one) => (one.kind === 'moments' ? [one.moments] : []));
      if (all.length === 0) return NOBODY;
      const baseline = {
        n: sum(all.map((one) => one.n)),
        sum: sum(all.map((one) => one.sum)),
        sumOfSquares: sum(all.map((one) => one.sumOfSquares)),
      };
      return { kind: 'moments', canary: canary.moments, baseline };
    }
    case 'gauge':
      return missing('wrong-type', 'a gauge is the mean of its pods and cannot be cut');
  }
}

const NOBODY = missing('one-arm', 'no other slice was measured');

function sum(values: readonly number[]): number {
  let all = 0;
  for (const value of values) all += value;
  return all;
}

type NameOf = (id: string) => string | null;

/** The same ids come at every step. */
function remembered(work: NameOf): NameOf {
  const known = new Map<string, string | null>();
  return (id) => {
    const old = known.get(id);
    if (old !== undefined) return old;
    const name = work(id);
    known.set(id, name);
    return name;
  };
}

/** The series of an arm by the name of their part; those without a name belong to none. A gauge and rows cannot be cut. */
export function cutBy(arm: ArmReading, nameOf: NameOf): ReadonlyMap<string, ArmReading> {
  switch (arm.kind) {
    case 'counters': {
      const [hits, total] = [grouped(arm.hits, nameOf), grouped(arm.total, nameOf)];
      return new Map(
        Array.from(total, ([name, series]) => [name, { kind: 'counters', hits: hits.get(name) ?? [], total: series }]),
      );
    }
    case 'buckets':
      return new Map(Array.from(grouped(arm.series, nameOf), ([name, series]) => [name, { kind: 'buckets', series }]));
    case 'moments':
      return new Map(Array.from(grouped(arm.series, nameOf), ([name, series]) => [name, { kind: 'moments', series }]));
    case 'gauge':
    case 'values':
    case 'missing':
      return new Map();
  }
}

/** The canonical texts of all series of an arm. */
export function idsOf(arm: ArmReading): readonly string[] {
  switch (arm.kind) {
    case 'counters':
      return [...arm.total, ...arm.hits].map(({ id }) => id);
    case 'buckets':
    case 'moments':
      return arm.series.map(({ id }) => id);
    case 'gauge':
    case 'values':
    case 'missing':
      return [];
  }
}

function grouped<S extends { readonly id: string }>(series: readonly S[], nameOf: NameOf): ReadonlyMap<string, S[]> {
  const groups = new Map<string, S[]>();
  for (const one of series) {
    const name = nameOf(one.id);
    if (name === null) continue;
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [one]);
    else group.push(one);
  }
  return groups;
}

/** The value of a label in the canonical text of a series (see `seriesId`); null where it has none. */
export function labelOf(id: string, label: string): string | null {
  const pairs = id.slice(id.indexOf('{') + 1);
  const pair = /([a-zA-Z_:][a-zA-Z0-9_:]*)=("(?:[^"\\]|\\.)*")/g;
  for (const [, name, value] of pairs.matchAll(pair)) {
    if (name !== label || value === undefined) continue;
    const text: unknown = JSON.parse(value);
    return typeof text === 'string' ? text : null;
  }
  return null;
}
