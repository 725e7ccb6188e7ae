/** Numbers out of a JSON document, by path. What is not there is `missing`, never 0. */
import { readDataPath } from '../playbook/data-path.ts';
import type { DataPath, DataStep } from '../playbook/data-path.ts';
import { missing } from './arms.ts';
import type { Missing } from './sample.ts';

export interface Picked {
  readonly kind: 'picked';
  readonly value: unknown;
  /** The objects and lists on the way, the document first: they say what the value is. */
  readonly around: readonly unknown[];
}

/** The one value at a path. A path that cannot be read is 'query-error', a place that is not there 'no-series', two places 'invalid'. */
export function pick(document: unknown, text: string): Picked | Missing {
  const path = readDataPath(text);
  if ('cure' in path)
    return missing('query-error', `path '${text}': ${path.message}, at column ${path.column}; ${path.cure}`);
  return follow(document, path, text);
}

function follow(document: unknown, path: DataPath, text: string): Picked | Missing {
  let value = document;
  const around: unknown[] = [];
  for (const [i, step] of path.entries()) {
    around.push(value);
    const next = take(value, step);
    if (next.kind === 'missing') return missing(next.reason, `path '${text}': ${next.detail}${whereabouts(path, i)}`);
    value = next.value;
  }
  return { kind: 'picked', value, around };
}

function take(value: unknown, step: DataStep): { readonly kind: 'next'; readonly value: unknown } | Missing {
  switch (step.kind) {
    case 'key':
      if (isObject(value) && Object.hasOwn(value, step.key)) return { kind: 'next', value: value[step.key] };
      return missing('no-series', `there is no '${step.key}'`);
    case 'index': {
      if (!Array.isArray(value)) return missing('no-series', 'there is no list');
      const at = step.index < 0 ? value.length + step.index : step.index;
      if (at < 0 || at >= value.length)
        return missing('no-series', `there is no element ${step.index} in a list of ${value.length}`);
      return { kind: 'next', value: value[at] as unknown };
    }
    case 'where': {
      if (!Array.isArray(value)) return missing('no-series', 'there is no list');
      const found = value.filter((each) => equals(deep(each, step.keys), step.equals));
      const said = `whose ${step.keys.join('.')} is '${step.equals}'`;
      if (found.length === 0) return missing('no-series', `there is no element ${said} in a list of ${value.length}`);
      if (found.length > 1)
        return missing('invalid', `${found.length} elements ${said}; name one of them more closely`);
      return { kind: 'next', value: found[0] as unknown };
    }
  }
}

function deep(value: unknown, keys: readonly string[]): unknown {
  return keys.reduce<unknown>((at, key) => (isObject(at) && Object.hasOwn(at, key) ? at[key] : undefined), value);
}

function equals(value: unknown, text: string): boolean {
  if (typeof value === 'string') return value === text;
  return (typeof value === 'number' || typeof value === 'boolean') && String(value) === text;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function whereabouts(path: DataPath, at: number): string {
  if (at === 0) return ' at the top';
  const before = path.slice(0, at).map((step) => {
    switch (step.kind) {
      case 'key':
        return `.${step.key}`;
      case 'index':
        return `[${step.index}]`;
      case 'where':
        return `[${step.keys.join('.')}=${step.equals}]`;
    }
  });
  return ` in ${before.join('').replace(/^\./, '')}`;
}

const NUMBER = /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/;

/** A number, written as one or as text. NaN and the infinities stay what they are, to be refused by name. */
export function numeric(value: unknown): number | null {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') return null;
  const text = value.trim();
  if (NUMBER.test(text)) return Number(text);
  return /^[+-]?(nan|inf|infinity)$/i.test(text) ? NaN : null;
}

/** The number at a path. `null` counts as not there. */
export function numberAt(document: unknown, text: string): (Picked & { readonly number: number }) | Missing {
  const picked = pick(document, text);
  if (picked.kind === 'missing') return picked;
  if (picked.value === null) return missing('no-series', `path '${text}' is null`);
  const number = numeric(picked.value);
  return number === null
    ? missing('wrong-type', `path '${text}' is ${shown(picked.value)}, not a number`)
    : { ...picked, number };
}

/** A value as a message shows it: short, and never a whole document. */
export function shown(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (isObject(value)) return 'an object';
  const text = typeof value === 'string' ? `'${value}'` : String(value);
  return text.length > 40 ? `${text.slice(0, 40)}...` : text;
}

/** The list at a path; `$` where the document itself is the list. */
export function listAt(document: unknown, text: string): readonly unknown[] | Missing {
  const picked = pick(document, text);
  if (picked.kind === 'missing') return picked;
  return Array.isArray(picked.value)
    ? (picked.value as readonly unknown[])
    : missing('wrong-type', `path '${text}' is ${shown(picked.value)}, not a list of rows`);
}

/** Epoch ms at a path: ISO 8601 text, or a number of seconds or milliseconds since 1970. */
export function timeAt(document: unknown, text: string): number | Missing {
  const picked = pick(document, text);
  if (picked.kind === 'missing') return picked;
  const number = numeric(picked.value);
  if (number !== null && Number.isFinite(number)) return Math.abs(number) < 1e11 ? number * 1000 : number;
  const parsed = typeof picked.value === 'string' ? Date.parse(zoned(picked.value.trim())) : NaN;
  return Number.isNaN(parsed) ? missing('wrong-type', `path '${text}' is ${shown(picked.value)}, not a time`) : parsed;
}

/** A time without a zone is UTC: the machine that reads it is not where it was written. */
function zoned(text: string): string {
  return /^\d{4}-\d{2}-\d{2}[T ][0-9:.]+$/.test(text) ? `${text.replace(' ', 'T')}Z` : text;
}
