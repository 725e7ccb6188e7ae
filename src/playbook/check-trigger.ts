import { printCondition, printStatistic } from './condition.ts';
import type { Condition } from './condition.ts';
import { doubt } from './doubt.ts';
import type { Doubt } from './doubt.ts';
import { checkOptions } from './check-options.ts';
import { checkMetric, metricForm } from './metric.ts';
import type { Question } from './metric.ts';
import { namesPValue } from './p-value-path.ts';
import type { Path } from './path.ts';
import { canPass, passCondition, passWithMargin, withMargin } from './provable.ts';
import type { Source } from './schema.ts';

/** Where the questions stand: a gate compares, a verify only looks at what is served. */
export interface TriggerPlace {
  readonly at: Path;
  readonly place: 'gate' | 'verify';
  /** Whether each of them has a baseline to compare with. */
  readonly baselines: readonly boolean[];
  /** Null where the named source does not exist. */
  readonly sourceOf: (question: Question) => Source | null;
}

/** Whether each question is complete, means what its words say, and can ever be answered. */
export function checkTriggers(triggers: readonly Question[], place: TriggerPlace): readonly Doubt[] {
  const first = new Map<string, number>();
  return triggers.flatMap((trigger, index) => {
    const at = [...place.at, index];
    const before = first.get(trigger.name);
    first.set(trigger.name, before ?? index);
    const twice =
      before === undefined
        ? []
        : [doubt([...at, 'name'], 'value', `is also the name of number ${before + 1} here`, 'give each its own name')];
    return [
      ...twice,
      ...checkMetric(trigger, place.sourceOf(trigger), at),
      ...checkOptions(trigger, place.sourceOf(trigger), at),
      ...checkSentences(trigger, {
        at,
        place: place.place,
        hasBaseline: (place.baselines[index] ?? false) || trigger.reference !== undefined,
      }),
    ];
  });
}

interface Place {
  readonly at: Path;
  readonly place: TriggerPlace['place'];
  readonly hasBaseline: boolean;
}

function checkSentences(trigger: Question, place: Place): readonly Doubt[] {
  const doubts = checkDirection(trigger, place.at);
  const pass = trigger['pass-when'];
  if (pass !== undefined) doubts.push(...checkPassWhen(trigger.if, pass, [...place.at, 'pass-when']));
  for (const [key, condition] of [
    ['if', trigger.if],
    ['pass-when', pass],
  ] as const) {
    if (condition !== undefined) doubts.push(...checkBaseline(condition, place, [...place.at, key]));
    if (condition !== undefined) doubts.push(...checkRange(trigger, condition, [...place.at, key]));
    if (condition !== undefined) doubts.push(...checkSide(trigger.if.op, condition, [...place.at, key]));
  }
  if (doubts.length === 0 && trigger.criticality !== 'info' && !canPass(passCondition(trigger))) {
    const example = passWithMargin(trigger.if);
    const message = 'leaves no margin: a release exactly like the baseline could never be proven to pass';
    if (pass === undefined) doubts.push(doubt([...place.at, 'if'], 'value', message, `add pass-when: ${example}`));
    else doubts.push(doubt([...place.at, 'pass-when'], 'value', message, `write ${example}`));
  }
  return doubts;
}

/** `if` fails: more bad events, fewer good ones, slower, or more different. The other way round nobody means it. */
function checkDirection(trigger: Question, at: Path): Doubt[] {
  const { statistic, op, text } = trigger.if;
  const wrong = (message: string, cure: string): Doubt[] => [doubt([...at, 'if'], 'value', message, cure)];
  const turned = text.replace(/[<>]/g, (sign) => (sign === '<' ? '>' : '<'));
  switch (statistic.kind) {
    case 'rate':
      if (trigger.bad !== undefined && op === '<')
        return wrong("fails when there are fewer 'bad' events", `write ${turned}, or count 'good' events`);
      if (trigger.correct !== undefined && op === '>')
        return wrong('fails when more answers are right', `write ${turned}`);
      if (trigger.good !== undefined && trigger.bad === undefined && op === '>')
        return wrong("fails when there are more 'good' events", `write ${turned}, or count 'bad' events`);
      return [];
    case 'quantile':
      return op === '<' ? wrong('fails when it is faster', `write ${turned}`) : [];
    case 'ks':
      return op === '<' ? wrong('fails when the distributions are alike', `write ${turned}`) : [];
    case 'mean':
      return trigger.correct !== undefined && op === '>'
        ? wrong('fails when more answers are right', `write ${turned}`)
        : [];
    case 'spend':
      return op === '<' ? wrong('fails when less is spent', `write ${turned}`) : [];
    case 'value': {
      const pValue = trigger.gauge !== undefined && op === '>' && namesPValue(trigger.gauge);
      const cure = `write ${turned}, or take a distance such as jensenshannon, or compare raw values with ks > 0.15`;
      return pValue ? wrong('fails when the p-value is large, and a p-value gets small with drift', cure) : [];
    }
  }
}

function checkPassWhen(fail: Condition, pass: Condition, at: Path): readonly Doubt[] {
  const [wanted, got] = [printStatistic(fail.statistic), printStatistic(pass.statistic)];
  if (wanted !== got) return [doubt(at, 'value', `speaks of ${got} and 'if' of ${wanted}`, `write it about ${wanted}`)];
  if (pass.op !== fail.op) return [];
  return [doubt(at, 'value', `looks the same way as 'if'`, `write it with '${fail.op === '>' ? '<' : '>'}'`)];
}

function checkBaseline(condition: Condition, place: Place, at: Path): readonly Doubt[] {
  const compares = condition.statistic.kind === 'ks' || condition.limits.some((limit) => limit.factor !== 0);
  if (!compares || place.hasBaseline) return [];
  if (place.place === 'gate')
    return [doubt(at, 'value', 'compares with a baseline that the gate does not have', "add 'baseline:' to the arms")];
  const ks = condition.statistic.kind === 'ks';
  const cure = ks ? 'use a rate, a quantile or a mean' : 'write a fixed limit, such as rate > 2% or p99 > 300ms';
  return [doubt(at, 'value', 'compares with a baseline, and after a rollback there is none', cure)];
}

/** The judge tolerates what is a little worse than the baseline; a limit that asks for better cannot be turned into a bet. */
function checkSide(failOp: '>' | '<', condition: Condition, at: Path): readonly Doubt[] {
  const { statistic, limits } = condition;
  const example = printCondition({ statistic, op: condition.op, limits: [withMargin(statistic, failOp)], join: 'all' });
  const better = limits.some(({ factor, plus }) => {
    if (factor === 0) return false;
    if (statistic.kind === 'quantile') return factor < 1 || plus < 0;
    return statistic.kind === 'rate' && (failOp === '>' ? plus < 0 : factor + plus > 1);
  });
  return better
    ? [doubt(at, 'value', 'asks for better than the baseline', `leave room for what is tolerated, such as ${example}`)]
    : [];
}

/** A fixed limit on a mean must lie inside its range, or it can never be crossed. Percentage points belong to shares. */
function checkRange(trigger: Question, condition: Condition, at: Path): readonly Doubt[] {
  const form = metricForm(trigger);
  if (condition.statistic.kind !== 'mean' || (form !== 'scores' && form !== 'values')) return [];
  const range = trigger.correct === undefined ? trigger.range : ([0, 1] as const);
  if (range === undefined) return [];
  const [low, high] = range;
  const points = condition.limits.find((limit) => limit.points === true);
  if (points !== undefined && (low !== 0 || high !== 1)) {
    const plain = Number((Math.abs(points.plus) * 100).toPrecision(12));
    const message = `is in percentage points, and the range is ${low} to ${high}`;
    return [doubt(at, 'value', message, `write - ${plain} in the unit of the score, or - ${plain}% of the baseline`)];
  }
  const outside = condition.limits.some(({ factor, plus }) => factor === 0 && (plus <= low || plus >= high));
  return outside
    ? [
        doubt(
          at,
          'value',
          `has a limit outside the range ${low} to ${high}`,
          `write a limit between ${low} and ${high}`,
        ),
      ]
    : [];
}
