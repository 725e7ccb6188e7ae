import { RollbackError } from '../errors.ts';
import type { Labels } from './point.ts';
import { anchored } from './pattern.ts';

export interface Matcher {
  readonly name: string;
  readonly op: '=' | '!=' | '=~' | '!~';
  readonly value: string;
}

/** `http_requests_total{code=~"5.."}`: which raw series, and nothing computed from them. */
export interface Selector {
  readonly metric: string | null;
  readonly matchers: readonly Matcher[];
}

const METRIC = /^[a-zA-Z_:][a-zA-Z0-9_:]*/;
const MATCHER =
  /^\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*(=~|!~|!=|=)\s*("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`)\s*(,|$)/;

function broken(text: string, why: string): RollbackError {
  return new RollbackError(
    'source-query-invalid',
    `'${text}' is not a plain selector such as http_requests_total{code=~"5.."}: ${why}`,
    { hint: 'Name raw counters; lastgood takes the differences itself, so leave out rate(), sum() and ranges.' },
  );
}

function unquote(quoted: string): string {
  const body = quoted.slice(1, -1);
  if (quoted.startsWith('`')) return body;
  const plain: Record<string, string> = { n: '\n', t: '\t', r: '\r' };
  return body.replaceAll(/\\(.)/g, (_, c: string) => plain[c] ?? c);
}

/** The text between braces, without the braces: `track="canary", region!="eu"`. Empty text is no matcher at all. */
function matchersOf(inside: string, whole: string): readonly Matcher[] {
  const found: Matcher[] = [];
  let rest = inside.trim();
  while (rest !== '') {
    const [all, name, op, value] = MATCHER.exec(rest) ?? [];
    if (all === undefined || name === undefined || op === undefined || value === undefined)
      throw broken(whole, `cannot read '${rest.slice(0, 40)}' as a label matcher`);
    found.push({ name, op: op as Matcher['op'], value: unquote(value) });
    rest = rest.slice(all.length).trimStart();
  }
  return found;
}

/** Label matchers with or without braces. Throws source-query-invalid with the place. */
export function parseMatchers(text: string): readonly Matcher[] {
  const trimmed = text.trim();
  return matchersOf(trimmed.startsWith('{') && trimmed.endsWith('}') ? trimmed.slice(1, -1) : trimmed, text);
}

/** A metric name, matchers, or both. Throws source-query-invalid for anything that computes. */
export function parseSelector(text: string): Selector {
  const trimmed = text.trim();
  const metric = METRIC.exec(trimmed)?.[0] ?? null;
  const rest = trimmed.slice(metric?.length ?? 0).trim();
  if (rest === '') {
    if (metric === null) throw broken(text, 'it is empty');
    return { metric, matchers: [] };
  }
  if (!rest.startsWith('{') || !rest.endsWith('}')) throw broken(text, `cannot read '${rest.slice(0, 40)}'`);
  const matchers = matchersOf(rest.slice(1, -1), text);
  if (metric === null && matchers.length === 0) throw broken(text, 'it would select everything');
  return { metric, matchers };
}

/** The series of `selector` that also fulfil `matchers`: how an arm narrows a question. */
export function narrow(selector: Selector, matchers: readonly Matcher[]): Selector {
  return { metric: selector.metric, matchers: [...selector.matchers, ...matchers] };
}

/** The selector as PromQL. Values are quoted, so that no value can leave its place. */
export function printSelector(selector: Selector): string {
  const inside = selector.matchers.map((m) => `${m.name}${m.op}${quote(m.value)}`).join(',');
  return `${selector.metric ?? ''}${inside === '' && selector.metric !== null ? '' : `{${inside}}`}`;
}

function quote(value: string): string {
  const escaped = value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
  return `"${escaped.replaceAll('\r', '\\r').replaceAll('\t', '\\t')}"`;
}

/** True when a series with these labels is selected. An absent label is the empty string; patterns match the whole value. */
export function matches(selector: Selector, labels: Labels): boolean {
  if (selector.metric !== null && labels['__name__'] !== selector.metric) return false;
  return selector.matchers.every((m) => fulfils(m, labels[m.name] ?? ''));
}

/** True when only a series that has this label can fulfil the matcher. */
export function demandsLabel(matcher: Matcher): boolean {
  return !fulfils(matcher, '');
}

function fulfils(matcher: Matcher, value: string): boolean {
  switch (matcher.op) {
    case '=':
      return value === matcher.value;
    case '!=':
      return value !== matcher.value;
    case '=~':
      return anchored(matcher.value)(value);
    case '!~':
      return !anchored(matcher.value)(value);
  }
}
