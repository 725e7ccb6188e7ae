import { doubt } from './doubt.ts';
import type { Doubt } from './doubt.ts';
import type { Question } from './metric.ts';
import type { Path } from './path.ts';

/** Whether a list with one value in each row says what is asked: which value, in which range, and whether pairs mean anything. */
export function checkValues(question: Question, at: Path): readonly Doubt[] {
  return [...checkValue(question, at), ...checkRange(question, at), ...checkPairs(question, at)];
}

function checkValue({ score, correct, if: { statistic } }: Question, at: Path): readonly Doubt[] {
  if (score !== undefined && correct !== undefined)
    return [
      doubt([...at, 'correct'], 'key', "stands beside 'score'", 'keep one: correct for 0 or 1, score for the rest'),
    ];
  if (score === undefined && correct === undefined)
    return [doubt([...at, 'score'], 'key', 'is missing', "add 'score:', a number in each row, or 'correct:', 0 or 1")];
  if (statistic.kind === 'rate' && correct === undefined) {
    const cure = "write mean ..., or name a 0/1 field with 'correct:'";
    return [doubt([...at, 'if'], 'value', 'asks for a rate, and a score is no count of right answers', cure)];
  }
  if (statistic.kind === 'ks' && score === undefined) {
    const cure = 'write rate < baseline - 3pp';
    return [doubt([...at, 'if'], 'value', 'compares distributions, and right or wrong has no shape', cure)];
  }
  return [];
}

function checkRange({ score, correct, range, if: { statistic } }: Question, at: Path): readonly Doubt[] {
  if (range === undefined) {
    if (score === undefined || statistic.kind !== 'mean') return [];
    const cure = "add 'range:', the lowest and highest possible score, such as [0, 1]";
    return [doubt([...at, 'range'], 'key', 'is missing', cure)];
  }
  if (correct !== undefined) return [doubt([...at, 'range'], 'key', "is always [0, 1] for 'correct'", 'leave it out')];
  if (range[0] < range[1]) return [];
  return [doubt([...at, 'range'], 'key', 'is empty', 'write [lowest, highest], such as [0, 1]')];
}

function checkPairs(question: Question, at: Path): readonly Doubt[] {
  if (question['pair-by'] === undefined) return [];
  const place = [...at, 'pair-by'];
  const { statistic } = question.if;
  if (statistic.kind === 'ks')
    return [doubt(place, 'key', 'says nothing to a comparison of distributions', "leave out 'pair-by'")];
  const conditions = [question.if, ...(question['pass-when'] === undefined ? [] : [question['pass-when']])];
  const fixed = conditions.flatMap(({ limits }) => limits).some(({ factor }) => factor === 0);
  if (!fixed) return [];
  const cure = "write mean < baseline - 0.03, or leave out 'pair-by'";
  return [doubt(place, 'key', 'pairs both arms, and a fixed limit looks at one', cure)];
}
