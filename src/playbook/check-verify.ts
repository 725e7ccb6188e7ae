import { foreignArms, lookUp, sourceNamed, sourceOfQuestion } from './check-context.ts';
import type { Context } from './check-context.ts';
import { checkAsked, checkPreset } from './check-preset.ts';
import { checkTriggers } from './check-trigger.ts';
import { dialectOf } from './dialect.ts';
import { doubt } from './doubt.ts';
import type { Doubt } from './doubt.ts';
import type { Question } from './metric.ts';
import type { Path } from './path.ts';
import type { EnvironmentRules, Source, Verify } from './schema.ts';
import { printDuration } from './units.ts';

/** Whether a recovery can be proven: the source, the arm, the times and the criteria of `verify`, or of the way back of a fallback. */
export function checkVerify(context: Context, rules: EnvironmentRules, verify: Verify, at: Path): readonly Doubt[] {
  const doubts: Doubt[] = [...checkAsked(verify, context.declared.whole, [...at, 'criteria'])];
  const name = verify.source ?? rules.gate?.source;
  if (name === undefined) {
    doubts.push(doubt([...at, 'source'], 'key', 'is missing, and there is no gate to take it from', "add 'source:'"));
  } else {
    const source =
      verify.source === undefined
        ? { source: lookUp(context, name), doubts: [] }
        : sourceNamed(context, name, [...at, 'source']);
    doubts.push(...source.doubts, ...checkPreset(verify, source.source, at));
    if (source.source !== null) doubts.push(...dialectOf(source.source).checkArm(verify.arm, [...at, 'arm']));
  }
  if (verify.within <= verify['healthy-for']) {
    const least = printDuration(verify['healthy-for']);
    doubts.push(
      doubt(
        [...at, 'within'],
        'value',
        `is not longer than healthy-for (${least}), so recovery could never be proven`,
        `write more than ${least}`,
      ),
    );
  }
  const sourceOf = (question: Question): Source | null => lookUp(context, question.source ?? name ?? '');
  for (const [index, criterion] of verify.criteria.entries()) {
    const place = [...at, 'criteria', index];
    doubts.push(...sourceOfQuestion(context, criterion.source, place).doubts);
    const asked = sourceOf(criterion);
    if (asked === null) continue;
    if (criterion.arm !== undefined) doubts.push(...dialectOf(asked).checkArm(criterion.arm, [...place, 'arm']));
    else if (criterion.source !== undefined && criterion.source !== name) {
      if (dialectOf(asked).checkArm(verify.arm, []).length > 0)
        doubts.push(foreignArms("the verify's arm", "'arm:'", [...place, 'source']));
    }
  }
  const baselines = verify.criteria.map(() => false);
  return [
    ...doubts,
    ...checkTriggers(verify.criteria, { at: [...at, 'criteria'], place: 'verify', baselines, sourceOf }),
  ];
}
