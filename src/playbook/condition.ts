/**
 * The sentence after `if:` and `pass-when:`, as data. Grammar (white space free, case-insensitive words):
 *
 *     condition := statistic op limit { ("and" | "or") [statistic] op limit }
 *     statistic := rate | p50 .. p99.99 | ks | mean | value | spend
 *     op        := ">" | "<"
 *     limit     := bare [ "[" tier "." name "]" ]
 *     bare      := quantity | "baseline" [ ("+" | "-") quantity ] | "baseline" "*" number [ ("+" | "-") quantity ]
 *     budget    := number [ currency ] "per" duration                    the limit of spend
 *     quantity  := number with its unit: % (share, or relative after "baseline"), pp (percentage points), us, ms, s; bare for ks, mean, value
 *
 * The unit is part of the value and never guessed. One sentence has one statistic, one op and one join.
 */
import { peek, shown, tokenize } from './condition-tokens.ts';
import type { Complaint, Cursor } from './condition-tokens.ts';
import { printLimit, readLimit } from './limit.ts';
import { nearest } from './nearest.ts';

/** What is compared. Direction and statistic are explicit: a p-value can never be mistaken for a distance. */
export type Statistic =
  | { readonly kind: 'rate' }
  /** `q` in (0, 1): p99 is 0.99. */
  | { readonly kind: 'quantile'; readonly q: number }
  /** Two-sample Kolmogorov-Smirnov distance D in [0, 1], never its p-value. */
  | { readonly kind: 'ks' }
  | { readonly kind: 'mean' }
  | { readonly kind: 'value' }
  /** What was spent within a window of time. */
  | { readonly kind: 'spend' };

/**
 * limit(baseline) = factor * baseline + plus. `factor` 0 is a fixed limit.
 * `plus` is a ratio 0..1 for rates, milliseconds for quantiles, the metric's own unit for mean and value.
 */
export interface Limit {
  readonly factor: number;
  readonly plus: number;
  /** Only for a mean whose `plus` was written in percentage points: it is then a mean of shares. */
  readonly points?: true;
  /** Only of a budget: the window in milliseconds, and the money as written. */
  readonly per?: { readonly ms: number; readonly unit: string };
  /** The tier and its limit that the number was taken from, such as critical.p95. */
  readonly from?: string;
}

export interface Condition {
  /** As the user wrote it, for reports. */
  readonly text: string;
  readonly statistic: Statistic;
  /** `>`: higher than the limit; `<`: lower than the limit. */
  readonly op: '>' | '<';
  /** More than one limit: `all` must be exceeded (and), or `any` of them (or). */
  readonly limits: readonly Limit[];
  readonly join: 'all' | 'any';
}

export type ParsedCondition =
  { readonly ok: true; readonly condition: Condition } | ({ readonly ok: false } & Complaint);

const longestSentence = 300;

/** Reads one sentence; the first thing that cannot be read is returned with its column. Never throws. */
export function parseCondition(text: string): ParsedCondition {
  if (text.length > longestSentence) {
    return {
      ok: false,
      column: longestSentence,
      message: `is longer than ${longestSentence} characters`,
      cure: 'use two triggers',
    };
  }
  const cursor = tokenize(text);
  const read = readSentence(cursor);
  return 'cure' in read ? { ok: false, ...read } : { ok: true, condition: { text: text.trim(), ...read } };
}

/** What holds exactly when `condition` does not, limits apart: the default of `pass-when`. */
export function opposite(condition: Condition): Condition {
  const op = condition.op === '>' ? '<' : '>';
  const join = condition.limits.length < 2 ? condition.join : condition.join === 'all' ? 'any' : 'all';
  const turned = { statistic: condition.statistic, op, limits: condition.limits, join } as const;
  return { text: printCondition(turned), ...turned };
}

/** The canonical sentence; reading it gives the same condition again. */
export function printCondition(condition: Omit<Condition, 'text'>): string {
  const { statistic, op, limits, join } = condition;
  const name = printStatistic(statistic);
  const parts = limits.map((limit) => `${op} ${printLimit(limit, statistic)}`);
  return `${name} ${parts.join(join === 'all' ? ' and ' : ' or ')}`;
}

/** `p99.9` for q = 0.999. */
export function printStatistic(statistic: Statistic): string {
  return statistic.kind === 'quantile' ? `p${Number((statistic.q * 100).toPrecision(12))}` : statistic.kind;
}

function readSentence(cursor: Cursor): Omit<Condition, 'text'> | Complaint {
  const statistic = readStatistic(cursor);
  if ('cure' in statistic) return statistic;
  const op = readOp(cursor);
  if (typeof op === 'object') return op;
  const first = readLimit(cursor, statistic);
  if ('cure' in first) return first;
  const limits = [first];
  let join: Condition['join'] | null = null;
  while (peek(cursor).kind !== 'end') {
    const next = readNext(cursor, { statistic, op, join });
    if ('cure' in next) return next;
    join = next.join;
    limits.push(next.limit);
  }
  return { statistic, op, limits, join: join ?? 'all' };
}

/** One `and ...` or `or ...`: the same statistic (or none), the same op, the same join as before. */
function readNext(
  cursor: Cursor,
  so: { readonly statistic: Statistic; readonly op: '>' | '<'; readonly join: Condition['join'] | null },
): { readonly join: Condition['join']; readonly limit: Limit } | Complaint {
  const word = peek(cursor);
  if (word.text !== 'and' && word.text !== 'or') {
    return {
      column: word.column,
      message: `${shown(word)} should not stand here`,
      cure: 'end here, or go on with and or or',
    };
  }
  cursor.at += 1;
  const join = word.text === 'and' ? 'all' : 'any';
  if (so.join !== null && so.join !== join) {
    return { column: word.column, message: 'and and or are mixed', cure: 'use two triggers' };
  }
  if (peek(cursor).kind === 'word') {
    const token = peek(cursor);
    const again = readStatistic(cursor);
    if ('cure' in again) return again;
    if (printStatistic(again) !== printStatistic(so.statistic)) {
      const message = `${shown(token)} is another statistic than ${printStatistic(so.statistic)}`;
      return { column: token.column, message, cure: 'use one trigger for each statistic' };
    }
  }
  const token = peek(cursor);
  const op = readOp(cursor);
  if (typeof op === 'object') return op;
  if (op !== so.op) {
    return { column: token.column, message: `'${op}' looks the other way than '${so.op}'`, cure: 'use two triggers' };
  }
  const limit = readLimit(cursor, so.statistic);
  return 'cure' in limit ? limit : { join, limit };
}

const STATISTICS = ['rate', 'p50', 'p90', 'p95', 'p99', 'p99.9', 'ks', 'mean', 'value', 'spend'] as const;
/** Other people's words for our statistics. */
const MEANT: ReadonlyMap<string, string> = new Map([
  ['median', 'p50'],
  ['avg', 'mean'],
  ['average', 'mean'],
  ['gauge', 'value'],
  ['latency', 'p99'],
  ['error_rate', 'rate'],
  ['errors', 'rate'],
  ['accuracy', 'rate'],
  ['d', 'ks'],
  ['cost', 'mean'],
  ['budget', 'spend'],
]);

function readStatistic(cursor: Cursor): Statistic | Complaint {
  const token = peek(cursor);
  const { text, column } = token;
  cursor.at += 1;
  switch (text) {
    case 'rate':
    case 'ks':
    case 'mean':
    case 'value':
    case 'spend':
      return { kind: text };
  }
  const quantile = /^p([0-9]{1,2}(?:\.[0-9]{1,4})?)$/.exec(text)?.[1];
  if (quantile !== undefined) {
    const percent = Number(quantile);
    if (percent >= 50 && percent <= 99.99) return { kind: 'quantile', q: Number(`${quantile}e-2`) };
    return { column, message: `${shown(token)} is not between p50 and p99.99`, cure: 'write p50, p95, p99 or p99.9' };
  }
  if (text === 'psi') {
    const message = 'psi has no error bound of its own: its size depends on the bins and on how much was counted';
    return { column, message, cure: 'compare the distributions with ks > 0.15' };
  }
  const next = peek(cursor, peek(cursor).text === '-' || peek(cursor).text === '_' ? 1 : 0);
  if (/^p_?values?$/.test(text) || (text === 'p' && (next.text === 'value' || peek(cursor).kind === 'symbol'))) {
    const message = 'a p-value says how sure, not how much, and looking at it again and again raises false alarms';
    return { column, message, cure: 'say how much is too much, such as ks > 0.15 or rate > baseline + 0.5pp' };
  }
  const meant = MEANT.get(text) ?? (/^p99[0-9]{1,2}$/.test(text) ? `p99.${text.slice(3)}` : nearest(text, STATISTICS));
  const cure = meant === null ? 'begin with rate, p50 to p99.99, ks, mean, value or spend' : `did you mean '${meant}'?`;
  return { column, message: `${shown(token)} is not a statistic`, cure };
}

function readOp(cursor: Cursor): '>' | '<' | Complaint {
  const token = peek(cursor);
  cursor.at += 1;
  switch (token.text) {
    case '>':
    case '<':
      return token.text;
    case '>=':
    case '≥':
    case 'above':
    case 'over':
      return { column: token.column, message: `${shown(token)} is not a comparison`, cure: "write '>'" };
    case '<=':
    case '≤':
    case 'below':
    case 'under':
      return { column: token.column, message: `${shown(token)} is not a comparison`, cure: "write '<'" };
  }
  return {
    column: token.column,
    message: `a comparison should stand here, not ${shown(token)}`,
    cure: "write '>' or '<'",
  };
}
