/** The units of the playbook as schema fields: each reads what the user writes and gives one number in one unit. */
import * as z from 'zod';
import { DATABASES, readDatabase, type Database } from '../migrations/database.ts';
import { parseCondition } from './condition.ts';
import type { Condition } from './condition.ts';
import { PRICE_PATTERN, readPrice } from './prices.ts';
import { DURATION_PATTERN, readDuration, readShare, SHARE_PATTERN } from './units.ts';
import type { Read } from './units.ts';

type TextField<T> = z.ZodPipe<z.ZodString, z.ZodTransform<Awaited<T>, string>>;

/** `15s`, `10m`, `1h`, `300ms`, `1d` -> milliseconds. A bare number is refused: the unit is part of the value. */
export function duration(atLeastMs = 0): TextField<number> {
  return textField((text) => readDuration(text, atLeastMs)).meta({
    title: 'duration',
    pattern: DURATION_PATTERN,
    examples: ['15s', '10m', '1h'],
  });
}

/** `5%`, `0.5%` -> 0.05, 0.005: more than 0 % and less than 100 %. */
export function share(): TextField<number> {
  return textField(readShare).meta({ title: 'share', pattern: SHARE_PATTERN, examples: ['5%', '50%'] });
}

/** `0.15/1M` -> the price of one token. */
export function price(): TextField<number> {
  return textField(readPrice).meta({ title: 'price', pattern: PRICE_PATTERN, examples: ['0.15/1M', '0.002/1k'] });
}

/** `postgresql@15`, `mysql` -> what it does with DDL. */
export function database(): TextField<Database> {
  return textField((text): Read<Database> => {
    const value = readDatabase(text);
    if (value !== null) return { ok: true, value };
    return {
      ok: false,
      message: `'${text}' is no database that is known`,
      cure: `write one of ${DATABASES.join(', ')}, such as postgresql@15`,
    };
  }).meta({ title: 'database', examples: ['postgresql@15', 'mysql', 'mariadb'] });
}

/** A whole number of things, 0 or more. */
export function count(): z.ZodNumber {
  return z.number().int().min(0).max(1e9);
}

/** The sentence after `if:` and `pass-when:` -> Condition. */
export function condition(): TextField<Condition> {
  return textField(readCondition).meta({
    title: 'condition',
    examples: ['rate > baseline + 0.5pp', 'p99 > 300ms', 'ks > 0.15'],
  });
}

function readCondition(text: string): Read<Condition> {
  const parsed = parseCondition(text);
  if (parsed.ok) return { ok: true, value: parsed.condition };
  return { ok: false, message: `${parsed.message}, at column ${parsed.column} of the sentence`, cure: parsed.cure };
}

/** Text with its own reader; the cure travels in the issue's `params`. */
function textField<T>(read: (text: string) => Read<T>): z.ZodPipe<z.ZodString, z.ZodTransform<Awaited<T>, string>> {
  return z.string().transform((text, context) => {
    const result = read(text);
    if (result.ok) return result.value;
    context.issues.push({ code: 'custom', message: result.message, params: { cure: result.cure }, input: text });
    return z.NEVER;
  });
}
