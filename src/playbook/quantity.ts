/** Numbers of a limit as they are written, and as they are counted. */

/** A number with its unit as written; '' where there is none. */
export interface Quantity {
  readonly digits: string;
  readonly unit: string;
  readonly column: number;
}

const TIME_UNITS: Readonly<Record<string, number>> = { us: -3, ms: 0, s: 3 };

export function milliseconds(quantity: Quantity): number | null {
  const exponent = Object.hasOwn(TIME_UNITS, quantity.unit) ? TIME_UNITS[quantity.unit] : undefined;
  const ms = exponent === undefined ? Number.NaN : scaled(quantity.digits, exponent);
  return Number.isFinite(ms) ? ms : null;
}

export function timeCure(quantity: Quantity): string {
  if (quantity.unit === '') return `write ${quantity.digits}ms`;
  if (/^(m|min|minutes?)$/.test(quantity.unit)) return `write ${tidy(Number(quantity.digits) * 60)}s`;
  if (/^(sec|seconds?)$/.test(quantity.unit)) return `write ${quantity.digits}s`;
  if (/^[µμ]s$/.test(quantity.unit)) return `write ${quantity.digits}us`;
  return 'write us, ms or s, such as 300ms';
}

/** digits * 10^exponent, as the decimal text says it: 0.07 -> 7, never 7.000000000000001. */
export function scaled(digits: string, exponent: number): number {
  return /e/i.test(digits)
    ? Number((Number(digits) * 10 ** exponent).toPrecision(15))
    : Number(`${digits}e${exponent}`);
}

/** Shortest decimal text of a number that went through arithmetic. */
export function tidy(number: number): string {
  return String(Number(number.toPrecision(12)));
}
