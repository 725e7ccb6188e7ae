/** Options that only some questions can have, and whether they leave room for an answer. */
import { pathFault } from './check-paths.ts';
import { printStatistic } from './condition.ts';
import { doubt } from './doubt.ts';
import type { Doubt } from './doubt.ts';
import { countsRequests, metricForm } from './metric.ts';
import type { Question } from './metric.ts';
import type { Path } from './path.ts';
import type { Gate, Source } from './schema.ts';
import { printDuration } from './units.ts';

/** The options of one trigger or criterion. */
export function checkOptions(question: Question, source: Source | null, at: Path): readonly Doubt[] {
  return [
    ...checkReference(question, [...at, 'reference']),
    ...checkStrata(question, source, [...at, 'strata']),
    ...checkSegments(question, source, [...at, 'segments']),
    ...checkGauge(question, at),
    ...checkShare(question, [...at, 'alpha-share']),
  ];
}

function checkReference({ reference, if: { statistic } }: Question, at: Path): readonly Doubt[] {
  if (reference === undefined) return [];
  const doubts: Doubt[] = [];
  if (statistic.kind !== 'ks') {
    const message = `is a distribution, and ${printStatistic(statistic)} compares numbers`;
    doubts.push(doubt(at, 'key', message, 'remove it, or compare with ks > 0.15'));
  }
  const fault = pathFault(reference.file);
  if (fault !== null) doubts.push(doubt([...at, 'file'], 'value', fault.message, fault.cure));
  else if (!/\.(json|csv)$/i.test(reference.file))
    doubts.push(
      doubt([...at, 'file'], 'value', 'is neither .json nor .csv', 'give a file such as references/amount.csv'),
    );
  return doubts;
}

function checkStrata(question: Question, source: Source | null, at: Path): readonly Doubt[] {
  if (question.strata === undefined) return [];
  if (metricForm(question) !== 'events')
    return [
      doubt(at, 'key', 'keeps counters apart, and this trigger has none', "remove it, or count 'bad:' and 'total:'"),
    ];
  if (source !== null && source.kind !== 'prometheus' && source.kind !== 'openmetrics') {
    const cure = 'use a prometheus or openmetrics source, or write one trigger for each value';
    return [doubt(at, 'key', `needs series with labels, and a ${source.kind} source gives totals`, cure)];
  }
  return [];
}

function checkSegments(question: Question, source: Source | null, at: Path): readonly Doubt[] {
  if (question.segments === undefined) return [];
  const form = metricForm(question);
  if (form === 'gauge' || form === 'values')
    return [
      doubt(at, 'key', 'needs counted series, which this trigger has not', 'remove it, or write one trigger for each'),
    ];
  if (source !== null && source.kind !== 'prometheus' && source.kind !== 'openmetrics')
    return [
      doubt(
        at,
        'key',
        `needs series with labels, and a ${source.kind} source gives totals`,
        'use a prometheus or openmetrics source, or write one trigger for each value',
      ),
    ];
  if (question.strata !== undefined)
    return [doubt(at, 'key', "stands beside 'strata', which pools what this keeps apart", 'keep one of them')];
  const values = question.segments.values ?? [];
  const twice = values.findIndex((value, i) => values.indexOf(value) !== i);
  return twice < 0 ? [] : [doubt([...at, 'values', twice], 'value', 'stands here twice', 'keep one of them')];
}

function checkGauge(question: Question, at: Path): readonly Doubt[] {
  if (question.if.statistic.kind === 'value') return [];
  return (['window', 'batch'] as const)
    .filter((key) => question[key] !== undefined)
    .map((key) =>
      doubt(
        [...at, key],
        'key',
        `belongs to a gauge, and ${printStatistic(question.if.statistic)} is counted`,
        'remove it',
      ),
    );
}

function checkShare(question: Question, at: Path): readonly Doubt[] {
  if (question['alpha-share'] === undefined) return [];
  if (question.criticality !== 'critical' || question['dry-run'] === true)
    return [
      doubt(at, 'key', 'is reserved for a trigger that is not critical', 'write criticality: critical, or remove it'),
    ];
  return question.weight === undefined
    ? []
    : [doubt(at, 'key', "stands beside 'weight', and both say how much it counts", 'keep one of them')];
}

/** The options of a gate: where its baseline comes from, how its traffic is divided, what is reserved. */
export function checkGateOptions(
  gate: Gate,
  sourceOf: (question: Question) => Source | null,
  at: Path,
): readonly Doubt[] {
  const doubts: Doubt[] = [];
  if (gate.baseline === 'last-good') {
    if (gate.arms.baseline !== undefined)
      doubts.push(
        doubt(
          [...at, 'baseline'],
          'key',
          "stands beside 'arms.baseline'",
          'keep one of them: a live baseline is better',
        ),
      );
    for (const [index, trigger] of gate.triggers.entries()) {
      const source = sourceOf(trigger);
      if (source === null || source.kind === 'prometheus' || trigger.reference !== undefined) continue;
      const place = trigger.source === undefined ? [...at, 'source'] : [...at, 'triggers', index, 'source'];
      const message = `is of kind ${source.kind}, which does not remember the gate of the last good release`;
      doubts.push(doubt(place, 'value', message, 'use a prometheus source, or a baseline arm'));
      break;
    }
  }
  if (gate.role !== undefined && gate.role !== 'canary' && gate.arms.baseline === undefined)
    doubts.push(
      doubt(
        [...at, 'role'],
        'value',
        'is compared with a champion, and there is one arm',
        "add 'baseline:' to the arms",
      ),
    );
  if (gate.role === 'shadow' && gate.weight !== undefined)
    doubts.push(
      doubt([...at, 'weight'], 'key', 'is a share of the traffic, and a shadow gets a copy of it', 'remove it'),
    );
  else if (gate.weight !== undefined && gate.arms.baseline === undefined)
    doubts.push(
      doubt(
        [...at, 'weight'],
        'key',
        'compares the traffic of two arms, and there is one',
        "add 'baseline:' to the arms, or remove it",
      ),
    );
  else if (
    gate.weight !== undefined &&
    !gate.triggers.some((trigger) => countsRequests(trigger) || trigger.histogram !== undefined)
  )
    doubts.push(
      doubt(
        [...at, 'weight'],
        'key',
        'is checked on counted requests, and no trigger counts any',
        "add a trigger with 'total:', or remove it",
      ),
    );
  return [...doubts, ...checkShares(gate, [...at, 'triggers'])];
}

function checkShares({ triggers }: Gate, at: Path): readonly Doubt[] {
  const taken = triggers.reduce((sum, trigger) => sum + (trigger['alpha-share'] ?? 0), 0);
  const others = triggers.some((t) => t['alpha-share'] === undefined && !t['dry-run'] && t.criticality !== 'info');
  if (taken < 1 - 1e-9 || (taken <= 1 + 1e-9 && !others)) return [];
  const message = `reserve ${Number((taken * 100).toPrecision(6))}% of false-alarm and leave nothing for the others`;
  return [doubt(at, 'value', message, 'reserve less than 100% together')];
}

/** A gauge that cannot give enough values in time. Doubts, not faults: the gate works, only slower than people think. */
export function warnGauges(gate: Gate, at: Path): readonly Doubt[] {
  return gate.triggers.flatMap((trigger, index) => {
    if (trigger.if.statistic.kind !== 'value') return [];
    const place = [...at, 'triggers', index];
    const every = Math.max(1, Math.ceil((trigger.window ?? 0) / gate.poll));
    const spacing = every * gate.poll * (trigger.batch ?? 1);
    const needed = FEWEST_VALUES * spacing;
    const slow = needed > gate.deadline - gate['warm-up'];
    if (slow) {
      const message = `needs at least ${FEWEST_VALUES} values, one each ${printDuration(spacing)}: ${printDuration(needed)} are more than the gate has`;
      return [doubt(place, 'key', message, 'count events instead of a gauge, or write a longer deadline')];
    }
    if (every === 1) return [];
    const message = `is longer than poll (${printDuration(gate.poll)}): only each ${every}th look is used, because overlapping windows would count the same minutes twice`;
    return [doubt([...place, 'window'], 'value', message, `this is right; count events instead if you need it faster`)];
  });
}

/** Fewer values of a gauge cannot prove anything, however large the shift. */
const FEWEST_VALUES = 7;
