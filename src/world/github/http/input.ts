/**
 * Names what came over the wire: a field is of the asked kind, or GitHub's 422 says so.
 */
import { Problem } from '../problem.ts';

export type Input = Readonly<Record<string, unknown>>;

function wrong(key: string, value: unknown, wanted: string): Problem {
  return new Problem(422, `Invalid request.\n\nFor 'properties/${key}', ${JSON.stringify(value)} is not ${wanted}.`);
}

export function isRecord(value: unknown): value is Input {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function record(value: unknown): Input {
  return isRecord(value) ? value : {};
}

/** Null when absent or null. */
export function optionalString(input: Input, key: string): string | null {
  const value = input[key];
  if (value === undefined || value === null) return null;
  if (typeof value !== 'string') throw wrong(key, value, 'a string');
  return value;
}

export function requiredString(input: Input, key: string): string {
  const value = optionalString(input, key);
  if (value === null) throw new Problem(422, `Invalid request.\n\n"${key}" wasn't supplied.`);
  return value;
}

export function optionalBoolean(input: Input, key: string): boolean | null {
  const value = input[key];
  if (value === undefined || value === null) return null;
  if (typeof value !== 'boolean') throw wrong(key, value, 'a boolean');
  return value;
}

export function optionalNumber(input: Input, key: string): number | null {
  const value = input[key];
  if (value === undefined || value === null) return null;
  if (typeof value !== 'number') throw wrong(key, value, 'a number');
  return value;
}

export function optionalList(input: Input, key: string): readonly unknown[] | null {
  const value = input[key];
  if (value === undefined || value === null) return null;
  if (!Array.isArray(value)) throw wrong(key, value, 'an array');
  return value as readonly unknown[];
}

export function strings(input: Input, key: string): readonly string[] | null {
  const list = optionalList(input, key);
  return list === null ? null : list.filter((item) => typeof item === 'string');
}

/** The value when it is one of the allowed; null when absent. */
export function oneOf<T extends string>(input: Input, key: string, allowed: readonly T[]): T | null {
  const value = optionalString(input, key);
  if (value === null) return null;
  const found = allowed.find((item) => item === value);
  if (found === undefined) throw wrong(key, value, `a possible value (${allowed.join(', ')})`);
  return found;
}
