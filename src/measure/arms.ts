/** From the points a source found to what each arm says. Shared by every source, so that all fail the same way. */
import { sumPart, type Metric, type Term } from './metric.ts';
import type { Found, Point } from './point.ts';
import { seriesId } from './point.ts';
import type { ArmReading, BucketSeries, MomentSeries, Series } from './reading.ts';
import type { Missing, MissingReason } from './sample.ts';
import { demandsLabel, printSelector } from './selector.ts';
import type { Selector } from '../playbook/selector.ts';
import { numberOf } from './openmetrics.ts';

/** What was found for each part of a metric (see `partsOf`). */
export type Parts = ReadonlyMap<string, Found>;

export function missing(reason: MissingReason, detail: string): Missing {
  return { kind: 'missing', reason, detail };
}

/** Both arms at one instant. The other arm matters: it shows whether an absent counter is zero or misspelt. */
export function readArms(
  metric: Metric,
  canary: Parts,
  baseline: Parts | null,
): { readonly canary: ArmReading; readonly baseline: ArmReading | null } {
  return {
    canary: readArm(metric, 'canary', canary, baseline),
    baseline: baseline === null ? null : readArm(metric, 'baseline', baseline, canary),
  };
}

function readArm(metric: Metric, arm: 'canary' | 'baseline', own: Parts, other: Parts | null): ArmReading {
  for (const found of own.values()) if (found.kind === 'missing') return found;
  const points = (part: string): readonly Point[] => pointsOf(own.get(part));
  switch (metric.kind) {
    case 'counters': {
      if (points('total').length === 0) return nothing(metric.total);
      const total = metric.apart === true ? [...points('total'), ...points('hits')] : points('total');
      const doubt = points('hits').length === 0 ? absentHits(metric, total, pointsOf(other?.get('hits'))) : null;
      return (
        doubt ??
        unlabelled(metric, [...total, ...points('hits')]) ??
        distinct({ kind: 'counters', hits: series(points('hits'), metric.strata), total: series(total, metric.strata) })
      );
    }
    case 'buckets':
      return points('bucket').length === 0 ? nothing(metric.bucket) : bucketArm(points('bucket'));
    case 'moments':
      return points('count').length === 0 ? nothing(metric.count) : momentArm(metric, arm, points);
    case 'spent':
      return spentArm(metric.terms, arm, points);
    case 'gauge':
      return points('gauge').length === 0 ? nothing(metric.gauge) : gaugeArm(points('gauge'));
    case 'expression':
      return expressionArm(metric.text, own.get('gauge'));
    case 'unclear':
      return missing('wrong-type', metric.why);
  }
}

function pointsOf(found: Found | undefined): readonly Point[] {
  return found?.kind === 'points' ? found.points : [];
}

function nothing(selector: Selector): Missing {
  return missing('no-series', `${printSelector(selector)} matches no series of this arm`);
}

/**
 * Client libraries make a labelled counter at its first event, so no `code="500"` means no errors yet -
 * but a misspelt name or label looks the same and would pass forever. Zero is believed only when there is proof
 * that the question could have been answered: the label exists on `total`, or the counter exists in the other arm.
 */
function absentHits(
  metric: Extract<Metric, { kind: 'counters' }>,
  total: readonly Point[],
  otherHits: readonly Point[],
): Missing | null {
  if (otherHits.length > 0) return null;
  const text = printSelector(metric.hits);
  if (metric.hits.metric !== metric.total.metric)
    return missing('no-series', `${text} matches no series in any arm: check the name, or start the counter at 0`);
  const unknown = metric.hits.matchers.find(
    (m) => demandsLabel(m) && total.every((p) => !Object.hasOwn(p.labels, m.name)),
  );
  return unknown === undefined
    ? null
    : missing('no-series', `${text} matches nothing: no series of ${metric.hits.metric} has the label ${unknown.name}`);
}

function series(points: readonly Point[], strata?: string): readonly Series[] {
  return points.map((p) => ({
    id: seriesId(p.labels),
    value: p.value,
    at: p.at,
    ...(strata === undefined ? {} : { stratum: p.labels[strata] ?? '' }),
  }));
}

/** A series without the label would be compared with strata that it is a part of. */
function unlabelled({ strata }: Extract<Metric, { kind: 'counters' }>, points: readonly Point[]): Missing | null {
  if (strata === undefined) return null;
  const point = points.find((p) => (p.labels[strata] ?? '') === '');
  return point === undefined
    ? null
    : missing('no-series', `${seriesId(point.labels)} has no label ${strata}, which 'strata' names`);
}

function distinct(arm: Extract<ArmReading, { kind: 'counters' }>): ArmReading {
  const twice = firstTwice(arm.hits.map((s) => s.id)) ?? firstTwice(arm.total.map((s) => s.id));
  return twice === null ? arm : missing('invalid', `series ${twice} appears twice`);
}

function firstTwice(ids: readonly string[]): string | null {
  const seen = new Set<string>();
  for (const id of ids) {
    if (seen.has(id)) return id;
    seen.add(id);
  }
  return null;
}

function bucketArm(points: readonly Point[]): ArmReading {
  const groups = new Map<string, { readonly le: number; readonly point: Point }[]>();
  for (const point of points) {
    const le = numberOf(point.labels['le'] ?? '');
    if (le === null || Number.isNaN(le))
      return missing('wrong-type', `${seriesId(point.labels)} has no readable le label: is it a classic histogram?`);
    const id = seriesId(point.labels, ['le']);
    groups.set(id, [...(groups.get(id) ?? []), { le, point }]);
  }
  const found: BucketSeries[] = [];
  for (const [id, unsorted] of groups) {
    const buckets = unsorted.toSorted((a, b) => a.le - b.le);
    const edges = buckets.map((b) => b.le);
    if (edges.at(-1) !== Infinity) return missing('invalid', `histogram ${id} has no le="+Inf" bucket`);
    if (firstTwice(edges.map(String)) !== null) return missing('invalid', `histogram ${id} has a bucket twice`);
    const at = Math.max(...buckets.map((b) => b.point.at));
    found.push({ id, edges, cumulative: buckets.map((b) => b.point.value), at });
  }
  return { kind: 'buckets', series: found };
}

/** Joins the three sums of each pod. A count without its sums is refused: a partial sum is a wrong mean. */
function momentArm(
  metric: Extract<Metric, { kind: 'moments' }>,
  arm: 'canary' | 'baseline',
  points: (part: string) => readonly Point[],
): ArmReading {
  // A label that a selector pins is not what tells its series apart: the other parts may not have it.
  const byId = (part: string, selector: Selector): ReadonlyMap<string, Point> => {
    const pinned = selector.matchers.flatMap(({ name, op }) => (op === '=' ? [name] : []));
    return new Map(points(part).map((p) => [seriesId(p.labels, ['__name__', ...pinned]), p]));
  };
  const counts = byId('count', metric.count);
  const squares = metric.squares === null ? new Map<string, Point>() : byId('squares', metric.squares);
  const terms = metric.sum.map((term, i) => ({ term, found: byId(sumPart(i), term.selector) }));
  const found: MomentSeries[] = [];
  for (const [id, { value, at }] of counts) {
    const lacked = terms.find((one) => !one.found.has(id));
    const sum = terms.reduce((all, { term, found: series }) => all + term[arm] * (series.get(id)?.value ?? 0), 0);
    const own = squares.get(id)?.value;
    const sumOfSquares = metric.squares === null ? mostSquares(metric, value, sum) : own;
    if (lacked !== undefined || sumOfSquares === undefined) {
      const lacking = lacked?.term.selector ?? metric.squares ?? metric.count;
      return missing('no-series', `${printSelector(lacking)} has no series ${id}, which the count has`);
    }
    found.push({ id, n: value, sum, sumOfSquares, at });
  }
  return { kind: 'moments', series: found };
}

/** Every series of every term, at its price. A term without series is refused: it may be misspelt, and half a bill is no bill. */
function spentArm(
  terms: readonly Term[],
  arm: 'canary' | 'baseline',
  points: (part: string) => readonly Point[],
): ArmReading {
  const absent = terms.find((_, i) => points(sumPart(i)).length === 0);
  if (absent !== undefined) return nothing(absent.selector);
  const total = terms.flatMap((term, i) =>
    series(points(sumPart(i))).map((one) => ({ ...one, value: one.value * term[arm] })),
  );
  return distinct({ kind: 'counters', hits: [], total });
}

/**
 * Where squares are not counted: (z - low)(high - z) >= 0 for every z in the range, so the sum of z^2 is at most
 * (low + high) sum - low high n. More spread than there is only lowers the evidence, so this costs power and never validity.
 */
export function mostSquares(
  { range }: { readonly range: readonly [number, number] | null },
  n: number,
  sum: number,
): number | undefined {
  if (range === null) return undefined;
  const [low, high] = range;
  return (low + high) * sum - low * high * n;
}

/** An expression is one number: which of several was meant, nobody can tell. */
function expressionArm(text: string, found: Found | undefined): ArmReading {
  if (found === undefined) return missing('wrong-type', `${text}: only a server evaluates an expression`);
  const [point, ...others] = pointsOf(found);
  if (point === undefined) return missing('no-series', `${text} has no value for this arm`);
  if (others.length > 0)
    return missing(
      'wrong-type',
      `${text} gives ${others.length + 1} series; wrap it in sum(...), avg(...) or max(...)`,
    );
  return { kind: 'gauge', value: point.value, at: point.at };
}

/** Several pods: the plain mean, stamped with the oldest of them. Counts would weigh them by traffic; a gauge cannot. */
function gaugeArm(points: readonly Point[]): ArmReading {
  const value = points.reduce((sum, p) => sum + p.value, 0) / points.length;
  return { kind: 'gauge', value, at: Math.min(...points.map((p) => p.at)) };
}
