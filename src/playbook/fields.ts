/** The units of the playbook as schema fields: each reads what the user writes and gives one number in one unit. */
import * as z from 'zod';
import type { Condition } from './condition.ts';

/** `15s`, `10m`, `1h`, `300ms` -> milliseconds. */
export function duration(): z.ZodType<number, string> & z.ZodPipe<z.ZodString, z.ZodTransform<number, string>> {
  throw new Error('not implemented');
}

/** A whole number of things, 0 or more. */
export function count(): z.ZodNumber {
  return z.number().int().min(0).max(1e9);
}

/** The sentence after `if:` -> Condition. */
export function condition(): z.ZodPipe<z.ZodString, z.ZodTransform<Condition, string>> {
  throw new Error('not implemented');
}
