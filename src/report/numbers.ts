/** Numbers as people read them. Always the same text for the same number: no locale, no time zone. */
import type { Finding } from '../judge/verdict.ts';
import type { Statistic } from '../playbook/condition.ts';

/** A finite number with `digits` significant digits, without exponent up to 1e15 and without trailing noise. */
function significant(value: number, digits: number): string {
  const rounded = Number(value.toPrecision(digits));
  if (rounded === 0) return '0';
  const size = Math.abs(rounded);
  if (size >= 1e15 || size < 1e-6) return rounded.toExponential(digits - 1).replace('e+', 'e');
  const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(size)));
  return grouped(rounded.toFixed(Math.min(decimals, 20)));
}

/** Thousands apart by a comma: `12345.6` -> `12,345.6`. */
function grouped(text: string): string {
  const [whole = '', fraction] = text.split('.');
  const apart = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? apart : `${apart}.${fraction}`;
}

/** A ratio 0..1 as percent: 0.0231 -> `2.31 %`. */
export function percent(ratio: number, decimals = 2): string {
  return Number.isFinite(ratio) ? `${grouped((ratio * 100).toFixed(decimals))} %` : 'not a number';
}

/** Milliseconds: 312.4 -> `312 ms`, 1500 -> `1.50 s`. */
export function milliseconds(ms: number, digits = 3): string {
  if (!Number.isFinite(ms)) return ms > 0 ? 'above every bucket' : 'not a number';
  return Math.abs(ms) >= 1000 ? `${significant(ms / 1000, digits)} s` : `${significant(ms, digits)} ms`;
}

/** A count, grouped: 12345 -> `12,345`. */
export function count(n: number): string {
  return Number.isFinite(n) ? grouped(String(Number(n.toFixed(1)))) : 'not a number';
}

/** A value of this statistic with its unit; `extra` adds digits. Null is `no data`. */
export function quantity(statistic: Statistic, value: number | null, extra = 0): string {
  if (value === null) return 'no data';
  switch (statistic.kind) {
    case 'rate':
      return percent(value, 2 + extra);
    case 'quantile':
      return milliseconds(value, 3 + extra);
    case 'ks':
      return Number.isFinite(value) ? value.toFixed(3 + extra) : 'not a number';
    case 'mean':
    case 'value':
    case 'spend':
      return Number.isFinite(value) ? significant(value, 4 + extra) : 'not a number';
  }
}

/** Two values of one statistic with as many digits as it takes to see which is larger. */
export function apart(statistic: Statistic, a: number | null, b: number | null): readonly [string, string] {
  for (let extra = 0; extra < 6; extra++) {
    const pair = [quantity(statistic, a, extra), quantity(statistic, b, extra)] as const;
    if (pair[0] !== pair[1] || a === b) return pair;
  }
  return [quantity(statistic, a), quantity(statistic, b)];
}

/** What a statistic is called. */
export function statisticName(statistic: Statistic): string {
  switch (statistic.kind) {
    case 'rate':
      return 'rate';
    case 'quantile':
      return `p${Number((statistic.q * 100).toFixed(4))}`;
    case 'ks':
      return 'KS distance';
    case 'mean':
      return 'mean';
    case 'value':
      return 'value';
    case 'spend':
      return 'spend';
  }
}

/** An e-value, given as its natural log, as betting odds: 5.48 -> `240 : 1`. Holds for e^1e6 and beyond. */
export function odds(logE: number): string {
  if (Number.isNaN(logE)) return 'not a number';
  if (logE === Infinity) return 'beyond counting : 1';
  if (logE === -Infinity) return '0 : 1';
  const exponent = logE / Math.LN10;
  if (exponent >= 6 || exponent <= -4) {
    let power = Math.floor(exponent);
    let mantissa = (10 ** (exponent - power)).toFixed(1);
    if (mantissa === '10.0') {
      mantissa = '1.0';
      power += 1;
    }
    return `${mantissa}e${power} : 1`;
  }
  return `${significant(Math.exp(logE), logE < 4.6 ? 2 : 3)} : 1`;
}

/** Seconds as `45 s`, `4 min 05 s`, `1 h 02 min`, `3 d 04 h`; rounded to whole seconds, never negative. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return 'no limit';
  const s = Math.max(0, Math.round(seconds));
  const two = (n: number): string => String(n).padStart(2, '0');
  if (s < 60) return `${s} s`;
  if (s < 3600) return s % 60 === 0 ? `${s / 60} min` : `${Math.floor(s / 60)} min ${two(s % 60)} s`;
  const minutes = Math.floor(s / 60);
  if (s < 86_400)
    return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`;
  const hours = Math.floor(s / 3600);
  return hours % 24 === 0 ? `${hours / 24} d` : `${Math.floor(hours / 24)} d ${two(hours % 24)} h`;
}

/** An ISO instant as `2026-03-01 12:00:05 UTC`; text that is no instant stays out of the sentence. */
export function instant(iso: string): string {
  const at = Date.parse(iso);
  return Number.isNaN(at) ? 'unknown time' : `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** The first seven digits of a commit. */
export function short(sha: string): string {
  return /^[0-9a-f]{7,64}$/i.test(sha) ? sha.slice(0, 7).toLowerCase() : 'unknown';
}

/** ` (region eu)` where the numbers are of one segment. */
export function segmentOf({ segments }: Finding): string {
  const worst = segments?.worst ?? null;
  return worst === null ? '' : ` (${segments?.by ?? ''} ${worst.slice(0, 60)})`;
}
