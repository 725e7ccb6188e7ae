import { RollbackError } from '../errors.ts';

/** SHA-256 of the UTF-8 text, as lower-case hex. Handed in, so that pure code needs no crypto module. */
export type Sha256 = (text: string) => string;

/**
 * One text for one value: keys sorted by UTF-16 code unit, no white space, numbers and strings as ECMAScript prints them
 * (RFC 8785). Throws `internal` for what JSON cannot say, instead of dropping it.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item)).join(',')}]`;
  if (typeof value !== 'object') throw new RollbackError('internal', `cannot write a ${typeof value} as JSON`);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`).join(',')}}`;
}
