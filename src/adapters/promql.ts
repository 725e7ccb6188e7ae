/** PromQL expressions, read by Prometheus' own grammar. Only lint needs it, so only the shells that lint bring it. */
import { parser } from '@prometheus-io/lezer-promql';
import type { ExpressionFault } from '../playbook/check-promql.ts';
import { nearest } from '../playbook/nearest.ts';

/** As long as the placeholder, so that columns stay what the user sees. */
const ARM = '{{arm}}';
const STAND_IN = 'arm="x"';

/** Words that stand before a bracket and are no functions. */
const KEYWORDS: ReadonlySet<string> = new Set(
  'by without on ignoring group_left group_right bool and or unless offset start end atan2'.split(' '),
);

/** What is wrong with the expression, or null. `{{arm}}` must stand among the matchers of a selector. */
export function readPromql(text: string): ExpressionFault | null {
  const unknown = unknownFunction(text);
  if (unknown !== null) return unknown;
  const tree = parser.parse(text.replaceAll(ARM, STAND_IN));
  const broken = firstError(tree.cursor(), text);
  for (let at = text.indexOf(ARM); at >= 0; at = text.indexOf(ARM, at + 1)) {
    const names = ancestors(tree.resolveInner(at + 1, 1));
    const quoted = /["'`]/.test(text[at - 1] ?? '') || names.includes('StringLiteral');
    if (names.includes('LabelMatchers') && !quoted) continue;
    if (broken !== null && broken.column <= at) return broken;
    return {
      column: at + 1,
      message: quoted ? 'has {{arm}} inside quotes' : 'has {{arm}} outside the braces of a selector',
      cure: 'write it among the matchers, such as http_requests_total{code="500",{{arm}}}',
    };
  }
  return broken;
}

interface Node {
  readonly name: string;
  readonly parent: Node | null;
}

function ancestors(node: Node): readonly string[] {
  const names: string[] = [];
  for (let at: Node | null = node; at !== null; at = at.parent) names.push(at.name);
  return names;
}

interface Cursor {
  readonly type: { readonly isError: boolean };
  readonly from: number;
  readonly to: number;
  next(): boolean;
}

function firstError(cursor: Cursor, text: string): ExpressionFault | null {
  do {
    if (!cursor.type.isError) continue;
    const rest = text.slice(cursor.from).trim();
    return rest === ''
      ? { column: cursor.from + 1, message: 'ends too early', cure: 'close every bracket and finish the expression' }
      : {
          column: cursor.from + 1,
          message: `'${rest.slice(0, 12)}' should not stand here`,
          cure: 'write it as the query page of Prometheus accepts it, with {{arm}} among the matchers',
        };
  } while (cursor.next());
  return null;
}

/** The grammar names its functions in capitals and without underscores: HistogramQuantile. */
const FUNCTIONS: ReadonlyMap<string, string> = new Map(
  parser.nodeSet.types
    .filter(({ name }) => /^[A-Z][A-Za-z0-9]+$/.test(name))
    .map(({ name }) => [name.toLowerCase(), name.replaceAll(/(?<!^)[A-Z]/g, (c) => `_${c}`).toLowerCase()]),
);

function unknownFunction(text: string): ExpressionFault | null {
  const bare = text.replaceAll(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`/g, (quoted) => ' '.repeat(quoted.length));
  for (const { 1: word = '', index } of bare.matchAll(/\b([a-zA-Z_]\w*)\s*\(/g)) {
    const plain = word.toLowerCase();
    if (KEYWORDS.has(plain) || FUNCTIONS.has(plain.replaceAll('_', ''))) continue;
    const near = nearest(word, [...FUNCTIONS.values()]);
    const cure = near === null ? 'use a function of PromQL' : `did you mean '${near}'?`;
    return { column: index + 1, message: `'${word}' is not a function of PromQL`, cure };
  }
  return null;
}
