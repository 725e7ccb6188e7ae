import type * as z from 'zod';
import { missing } from '../measure/arms.ts';
import { numberOf } from '../measure/openmetrics.ts';
import type { Missing } from '../measure/sample.ts';
import type { HttpAnswer } from './http.ts';
import { textOf } from './http-text.ts';
import { told } from './span-source.ts';
import type { Told } from './span-source.ts';

export interface Parsed<T> {
  readonly kind: 'parsed';
  readonly value: T;
}

/** The JSON of a 2xx answer in the shape that the API documents, else why it gives no number. */
export function jsonOf<T>(answer: HttpAnswer, schema: z.ZodType<T>, place: string): Parsed<T> | Missing {
  const text = textOf(answer, place);
  return typeof text === 'string' ? parsedOf(text, schema, place) : text;
}

export function parsedOf<T>(text: string, schema: z.ZodType<T>, place: string): Parsed<T> | Missing {
  if (/^\s*</.test(text))
    return missing(
      'query-error',
      `${place}: a web page instead of JSON; check the address, or the login in front of it`,
    );
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return missing('query-error', `${place}: the answer is not JSON, or was cut off`);
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return { kind: 'parsed', value: parsed.data };
  const at = parsed.error.issues[0]?.path.join('.') ?? '';
  return missing('query-error', `${place}: the answer has not the documented shape${at === '' ? '' : ` at ${at}`}`);
}

/** A cell of an answer: null is no data; a number may be text, because JSON has no NaN. */
export function cellOf(cell: unknown, place: string, at: number | null = null): Told | Missing {
  if (cell === null || cell === undefined) return missing('no-series', `${place}: no data in this span`);
  const value = typeof cell === 'number' ? cell : typeof cell === 'string' ? numberOf(cell.trim()) : null;
  if (value === null)
    return missing('wrong-type', `${place}: ${JSON.stringify(cell).slice(0, 40)} is not a single number`);
  return Number.isNaN(value) ? missing('not-a-number', `${place}: NaN`) : told(value, at);
}
