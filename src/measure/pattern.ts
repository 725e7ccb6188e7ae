import { RollbackError } from '../errors.ts';

/**
 * Prometheus uses a regular-expression engine whose time is linear; JavaScript's can take exponential time.
 * So we accept the patterns that people write for labels and refuse those that could hang the gate.
 */
const LONGEST_PATTERN = 256;
const LONGEST_VALUE = 512;
const MOST_REPEATS = 3;

function refuse(pattern: string, why: string, cause?: unknown): RollbackError {
  return new RollbackError('source-query-invalid', `The label pattern '${pattern.slice(0, 80)}' ${why}.`, {
    hint: 'Use alternatives and at most three of * or +, none of them after a group.',
    cause,
  });
}

/** A predicate "the whole value matches". Throws source-query-invalid for a broken or a dangerous pattern. */
export function anchored(pattern: string): (value: string) => boolean {
  if (pattern.length > LONGEST_PATTERN) throw refuse(pattern, `is longer than ${LONGEST_PATTERN} characters`);
  const bare = pattern.replaceAll(/\\./gs, 'x').replaceAll(/\[[^\]]*\]/g, 'x');
  if (/\\[1-9k]/.test(pattern) || /\(\?[=!<]/.test(bare)) throw refuse(pattern, 'looks back or ahead');
  if (/\)[*+{]/.test(bare)) throw refuse(pattern, 'repeats a group');
  if ((bare.match(/[*+]|\{\d+,?\d*\}/g) ?? []).length > MOST_REPEATS)
    throw refuse(pattern, `has more than ${MOST_REPEATS} repeats`);
  const [, ignoreCase, body = ''] = /^(\(\?i\))?(.*)$/s.exec(pattern) ?? [];
  let expression: RegExp;
  try {
    expression = new RegExp(`^(?:${body})$`, ignoreCase === undefined ? 'su' : 'isu');
  } catch (cause) {
    throw refuse(pattern, 'is not a regular expression', cause);
  }
  return (value) => {
    if (value.length > LONGEST_VALUE) throw refuse(pattern, `met a label value of ${value.length} characters`);
    return expression.test(value);
  };
}
