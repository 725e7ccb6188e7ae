/** How a column is declared: its type, its default, and what it refuses. */
import { textOf } from './cursor.ts';
import type { ColumnRules } from './effects.ts';
import type { Token } from './tokens.ts';

/** Words that end a column's type. */
const AFTER_TYPE = new Set(
  'default not null constraint primary unique references check generated collate storage compression after first auto_increment comment using on as key visible invisible'.split(
    ' ',
  ),
);

/** A column as it is declared after its name. */
export function columnRules(tokens: readonly Token[]): ColumnRules {
  const ends = tokens.findIndex(({ kind, value }) => kind === 'word' && AFTER_TYPE.has(value));
  const typeTokens = ends === -1 ? tokens : tokens.slice(0, ends);
  const rest = ends === -1 ? [] : tokens.slice(ends);
  const type = textOf(typeTokens);
  const has = (...words: string[]): number =>
    rest.findIndex((_, i) => words.every((word, k) => rest[i + k]?.kind === 'word' && rest[i + k]?.value === word));
  const at = has('default');
  const value = at === -1 ? null : defaultText(rest.slice(at + 1));
  const primary = has('primary', 'key') !== -1;
  const serial = /^(small|big)?serial\d?$/.test(type) || has('auto_increment') !== -1;
  const stored = has('generated') !== -1 && has('stored') !== -1;
  const identity = has('generated') !== -1 && has('identity') !== -1;
  return {
    type,
    notNull: has('not', 'null') !== -1 || primary || serial || identity,
    default: value === 'null' ? null : value,
    generated: stored ? 'stored' : identity ? 'identity' : serial ? 'serial' : null,
    constrained:
      primary || has('unique') !== -1
        ? 'unique'
        : has('references') !== -1
          ? 'references'
          : has('check') !== -1
            ? 'check'
            : null,
  };
}

/** The expression up to the next clause that is not in parentheses. */
function defaultText(tokens: readonly Token[]): string {
  let depth = 0;
  const taken: Token[] = [];
  for (const token of tokens) {
    if (token.text === '(') depth += 1;
    if (token.text === ')') depth -= 1;
    const clause = token.kind === 'word' && AFTER_TYPE.has(token.value) && token.value !== 'null';
    if (depth === 0 && taken.length > 0 && clause) break;
    taken.push(token);
  }
  return textOf(taken);
}
