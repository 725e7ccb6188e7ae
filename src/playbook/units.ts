/** A value read from text, or why not and what to write instead. */
export type Read<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly message: string; readonly cure: string };

const MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
type Unit = keyof typeof MS;

/** Spellings we recognise only to say how to write them. No unit at all most often meant seconds. */
const MEANT: Readonly<Record<string, readonly [unit: Unit, times: number]>> = {
  '': ['s', 1],
  ...spellings('ms', 1, ['ms', 'msec', 'millis', 'millisecond', 'milliseconds']),
  ...spellings('s', 1, ['s', 'sec', 'secs', 'second', 'seconds']),
  ...spellings('m', 1, ['m', 'min', 'mins', 'minute', 'minutes']),
  ...spellings('h', 1, ['h', 'hr', 'hrs', 'hour', 'hours']),
  ...spellings('d', 1, ['d', 'day', 'days']),
  ...spellings('d', 7, ['w', 'week', 'weeks']),
};

function spellings(unit: Unit, times: number, words: readonly string[]): Record<string, readonly [Unit, number]> {
  return Object.fromEntries(words.map((word) => [word, [unit, times] as const]));
}

/** Of the JSON Schema; `readDuration` decides. */
export const DURATION_PATTERN = '^[0-9]+(\\.[0-9]+)?(ms|s|m|h|d)$';
const exact = /^([0-9]{1,12}(?:\.[0-9]{1,6})?)(ms|s|m|h|d)$/;
const longestMs = 365 * MS.d;

/** `300ms`, `15s`, `10m`, `1.5h`, `1d` -> whole milliseconds, `atLeastMs` to 365d. The unit is never guessed. */
export function readDuration(text: string, atLeastMs = 0): Read<number> {
  const match = exact.exec(text);
  if (match === null) return { ok: false, message: 'needs one number with its unit', cure: durationCure(text) };
  const ms = Number(match[1]) * MS[match[2] as Unit];
  const rounded = Math.round(ms);
  if (Math.abs(ms - rounded) > 1e-6) {
    return { ok: false, message: 'must be whole milliseconds', cure: `write ${printDuration(Math.max(1, rounded))}` };
  }
  if (rounded < atLeastMs) {
    const least = printDuration(atLeastMs);
    return { ok: false, message: `must be at least ${least}`, cure: `write ${least} or more` };
  }
  if (rounded > longestMs) return { ok: false, message: 'must be at most 365d', cure: 'write 365d or less' };
  return { ok: true, value: rounded };
}

/** Of the JSON Schema; `readShare` decides. */
export const SHARE_PATTERN = '^[0-9]+(\\.[0-9]+)?%$';

/** `5%` -> 0.05, more than 0 and less than 1. A bare number is refused: 0.05 and 5 would both be guesses. */
export function readShare(text: string): Read<number> {
  const digits = /^([0-9]{1,3}(?:\.[0-9]{1,6})?)%$/.exec(text)?.[1];
  if (digits === undefined) {
    const bare = /^[0-9]{1,3}(\.[0-9]{1,6})?$/.test(text) ? Number(text) : null;
    const meant = bare === null ? null : Number((bare < 1 ? bare * 100 : bare).toPrecision(9));
    return { ok: false, message: 'needs a percentage', cure: `write ${meant === null ? '5%' : `${meant}%`}` };
  }
  const ratio = Number(`${digits}e-2`);
  if (!(ratio > 0 && ratio < 1))
    return { ok: false, message: 'must be more than 0% and less than 100%', cure: 'write a share such as 5%' };
  return { ok: true, value: ratio };
}

/** Milliseconds, or null for what `readDuration` refuses: for callers with a sentence of their own. */
export function parseDuration(text: string): number | null {
  const read = readDuration(text);
  return read.ok ? read.value : null;
}

/** Milliseconds as the playbook writes them, in the largest unit that divides them: 90000 -> `90s`. */
export function printDuration(ms: number): string {
  for (const unit of ['d', 'h', 'm', 's'] as const) {
    if (ms !== 0 && ms % MS[unit] === 0) return `${ms / MS[unit]}${unit}`;
  }
  return ms === 0 ? '0s' : `${ms}ms`;
}

/** `15` -> `write 15s`, `1h30m` -> `write 90m`, anything else -> an example. */
export function durationCure(text: string): string {
  const example = 'write a number with ms, s, m, h or d, such as 15s';
  if (text.length > 40) return example;
  const part = /\s*([0-9]+(?:\.[0-9]+)?)\s*([a-z]*)\s*/iy;
  let ms = 0;
  while (part.lastIndex < text.length) {
    const match = part.exec(text);
    const meant = match === null ? undefined : own(MEANT, (match[2] ?? '').toLowerCase());
    if (match === null || meant === undefined) return example;
    ms += Number(match[1]) * MS[meant[0]] * meant[1];
  }
  return text.trim() === '' || !Number.isInteger(ms) || ms > longestMs ? example : `write ${printDuration(ms)}`;
}

function own<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
