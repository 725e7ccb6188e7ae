import type * as z from 'zod';
import type { Doubt } from './doubt.ts';
import { didYouMean } from './nearest.ts';
import { asPath } from './path.ts';
import type { Path } from './path.ts';
import { shapeAt } from './shape.ts';
import type { Shape } from './shape.ts';
import { durationCure, readShare } from './units.ts';

/** One zod issue in our words: the key says where, the cure says what to write. */
export function doubtsOf(issue: z.core.$ZodIssue, data: unknown): readonly Doubt[] {
  const path = asPath(issue.path);
  const shape = shapeAt(path, data);
  const value = (message: string, cure: string): readonly Doubt[] => [{ path, part: 'value', message, cure }];
  switch (issue.code) {
    case 'unrecognized_keys': {
      const known = Object.keys(shape?.properties ?? {});
      return issue.keys.map((key) => unknownKey([...path, key], known));
    }
    case 'invalid_type':
      return [wrongType(issue, path, shape, data)];
    case 'invalid_value':
      return valueAt(data, path) === undefined
        ? [missing(path, shape)]
        : value('is not one of the words it takes', wordCure(valueAt(data, path), issue.values.map(String)));
    case 'invalid_union':
      return [unionDoubt(path, data)];
    case 'invalid_key':
      return [
        {
          path,
          part: 'key',
          message: `should be ${issue.issues[0]?.message ?? 'a name'}`,
          cure: 'choose another name',
        },
      ];
    case 'invalid_format':
      if (issue.format === 'url')
        return value('is not an http or https URL', 'write it like https://prometheus.example.com');
      return value(`should be ${issue.message}`, 'correct the value');
    case 'too_small':
      return value(...bound(issue.origin, issue.minimum, issue.inclusive === false ? 'more than' : 'at least'));
    case 'too_big':
      return value(...bound(issue.origin, issue.maximum, issue.inclusive === false ? 'less than' : 'at most'));
    case 'custom':
      return value(issue.message, cureOf(issue.params));
    case 'not_multiple_of':
    case 'invalid_element':
      return value(issue.message, 'correct the value');
  }
}

function unknownKey(path: Path, known: readonly string[]): Doubt {
  const key = String(path.at(-1));
  const cure = key === '<<' ? 'write the keys themselves, or use an alias for the whole value' : didYouMean(key, known);
  return { path, part: 'key', message: 'is not a key of this place', cure };
}

function missing(path: Path, shape: Shape | null): Doubt {
  const key = String(path.at(-1));
  const about = shape?.description === undefined ? '' : ` (${shape.description})`;
  return { path, part: 'key', message: 'is missing', cure: `add '${key}:'${about}` };
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  tuple: 'a list',
  object: 'a mapping of keys',
  record: 'a mapping of keys',
};

function wrongType(issue: z.core.$ZodIssueInvalidType, path: Path, shape: Shape | null, data: unknown): Doubt {
  const got = valueAt(data, path);
  if (got === undefined && path.length > 0) return missing(path, shape);
  const expected = Object.hasOwn(TYPES, issue.expected) ? TYPES[issue.expected] : issue.expected;
  if (shape?.title === 'duration') {
    const cure = typeof got === 'number' ? durationCure(String(got)) : durationCure('');
    return { path, part: 'value', message: 'needs its unit', cure };
  }
  if (shape?.title === 'share') {
    const read = readShare(typeof got === 'number' ? String(got) : '');
    return { path, part: 'value', message: 'needs a percentage', cure: read.ok ? 'write 5%' : read.cure };
  }
  const example = (shape?.examples ?? []).find((each) => typeof each === 'string');
  const cure = example === undefined ? `write ${expected ?? 'another value'}` : `write it like ${example}`;
  return { path, part: 'value', message: `should be ${expected ?? 'another value'}`, cure };
}

/** Every union of the playbook is told apart by `kind`. */
function unionDoubt(path: Path, data: unknown): Doubt {
  const around = path.at(-1) === 'kind' ? path.slice(0, -1) : path;
  const kinds = (shapeAt(around, data)?.oneOf ?? []).map((arm) => String(arm.properties?.['kind']?.const));
  const kind = valueAt(data, [...around, 'kind']);
  if (kind === undefined) {
    return {
      path: [...around, 'kind'],
      part: 'key',
      message: 'is missing',
      cure: `add 'kind:', one of ${kinds.join(', ')}`,
    };
  }
  return { path: [...around, 'kind'], part: 'value', message: 'is not a kind we know', cure: wordCure(kind, kinds) };
}

function bound(origin: string, limit: number | bigint, word: string): [message: string, cure: string] {
  const things = origin === 'string' ? ' characters' : origin === 'array' ? ' entries' : '';
  const amount = `${word} ${limit}${things}`;
  return [things === '' ? `must be ${amount}` : `must have ${amount}`, limit === 1 ? 'add one' : `write ${amount}`];
}

function wordCure(got: unknown, words: readonly string[]): string {
  return words.length === 1 ? `write ${words[0] ?? ''}` : didYouMean(String(got), words);
}

function cureOf(params: Readonly<Record<string, unknown>> | undefined): string {
  const cure = params?.['cure'];
  return typeof cure === 'string' ? cure : 'correct the value';
}

function valueAt(data: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, part) => {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    return (value as Readonly<Record<string | number, unknown>>)[part];
  }, data);
}
