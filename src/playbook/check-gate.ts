import { foreignArms, lookUp, sourceNamed, sourceOfQuestion } from './check-context.ts';
import type { Context } from './check-context.ts';
import { checkGateOptions } from './check-options.ts';
import { checkAsked, checkPreset } from './check-preset.ts';
import { checkSpending } from './check-spending.ts';
import { checkTriggers } from './check-trigger.ts';
import { dialectOf } from './dialect.ts';
import { doubt } from './doubt.ts';
import type { Doubt } from './doubt.ts';
import type { Question } from './metric.ts';
import type { Path } from './path.ts';
import type { Gate, Source } from './schema.ts';
import { printDuration } from './units.ts';

/** Whether a gate can be asked and can end: its sources, its arms, its times and its triggers. */
export function checkGate(context: Context, gate: Gate, at: Path): readonly Doubt[] {
  const source = sourceNamed(context, gate.source, [...at, 'source']);
  const doubts: Doubt[] = [...source.doubts, ...checkAsked(gate, context.declared.whole, [...at, 'triggers'])];
  doubts.push(...checkPreset(gate, source.source, at));
  if (source.source !== null) {
    doubts.push(...checkArms(source.source, gate.arms, [...at, 'arms']));
  }
  doubts.push(...checkDistinct(gate.arms, [...at, 'arms']));
  for (const [key, ms] of [
    ['soak', gate.soak],
    ['warm-up', gate['warm-up']],
    ['poll', gate.poll],
  ] as const) {
    if (gate.deadline > ms) continue;
    const message = `is not longer than ${key} (${printDuration(ms)}), so the gate could never pass`;
    doubts.push(doubt([...at, 'deadline'], 'value', message, `write more than ${printDuration(ms)}`));
  }
  doubts.push(...checkFailAt(gate, at), ...checkSpending(gate, at));
  for (const [index, { source: own, arms }] of gate.triggers.entries()) {
    const place = [...at, 'triggers', index];
    const named = sourceOfQuestion(context, own, place);
    doubts.push(...named.doubts);
    const asked = own === undefined ? source.source : named.source;
    if (arms !== undefined) {
      if (asked !== null) doubts.push(...checkArms(asked, arms, [...place, 'arms']));
      doubts.push(...checkDistinct(arms, [...place, 'arms']));
    } else if (asked !== null && own !== gate.source && own !== undefined) {
      const strange = checkArms(asked, gate.arms, []);
      if (strange.length > 0) doubts.push(foreignArms("the gate's arms", "'arms:'", [...place, 'source']));
    }
  }
  const sourceOf = (question: Question): Source | null => lookUp(context, question.source ?? gate.source);
  const baselines = gate.triggers.map(
    ({ arms }) => (arms ?? gate.arms).baseline !== undefined || gate.baseline === 'last-good',
  );
  doubts.push(...checkGateOptions(gate, sourceOf, at));
  return [...doubts, ...checkTriggers(gate.triggers, { at: [...at, 'triggers'], place: 'gate', baselines, sourceOf })];
}

type Arms = Gate['arms'];

function checkArms(source: Source, { canary, baseline }: Arms, at: Path): readonly Doubt[] {
  const { checkArm } = dialectOf(source);
  return [
    ...checkArm(canary, [...at, 'canary']),
    ...(baseline === undefined ? [] : checkArm(baseline, [...at, 'baseline'])),
  ];
}

function checkDistinct({ canary, baseline }: Arms, at: Path): readonly Doubt[] {
  if (baseline?.trim() !== canary.trim()) return [];
  const message = 'is the same as the canary, so nothing would be compared';
  return [doubt([...at, 'baseline'], 'value', message, 'name the other version')];
}

/** Lower odds than 1 / false-alarm would break the promise that false-alarm makes. */
function checkFailAt(gate: Gate, at: Path): readonly Doubt[] {
  const least = 1 / gate['false-alarm'];
  const failAt = gate['fail-at'];
  if (failAt === undefined || failAt >= least * (1 - 1e-9)) return [];
  const message = `is below 1 / false-alarm, which is ${Math.ceil(least - 1e-6)}, so more than false-alarm of the good releases would fail`;
  return [doubt([...at, 'fail-at'], 'value', message, `write ${Math.ceil(least - 1e-6)} or more, or leave it out`)];
}
