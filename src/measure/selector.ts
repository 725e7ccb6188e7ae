import type { Matcher, Selector } from '../playbook/selector.ts';
import type { Labels } from './point.ts';
import { anchored } from './pattern.ts';

/** The series of `selector` that also fulfil `matchers`: how an arm narrows a question. */
export function narrow(selector: Selector, matchers: readonly Matcher[]): Selector {
  return { metric: selector.metric, matchers: [...selector.matchers, ...matchers] };
}

/** The selector as PromQL. Values are quoted, so that no value can leave its place. */
export function printSelector(selector: Selector): string {
  const inside = printMatchers(selector.matchers);
  return inside === '' ? selector.metric : `${selector.metric}{${inside}}`;
}

/** Matchers as they stand between the braces of a selector. */
export function printMatchers(matchers: readonly Matcher[]): string {
  return matchers.map((m) => `${m.name}${m.op}${quote(m.value)}`).join(',');
}

function quote(value: string): string {
  const escaped = value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
  return `"${escaped.replaceAll('\r', '\\r').replaceAll('\t', '\\t')}"`;
}

/** True when a series with these labels is selected. An absent label is the empty string; patterns match the whole value. */
export function matches(selector: Selector, labels: Labels): boolean {
  if (labels['__name__'] !== selector.metric) return false;
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
