/** What a snapshot says was measured, in words: the whole of it stands below them as JSON. */
import { code, inline } from './escape.ts';

export type Facts = Readonly<Record<string, unknown>>;

export function asFacts(value: unknown): Facts {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : {};
}

export function word(fact: Facts, key: string): string {
  const value = Object.hasOwn(fact, key) ? fact[key] : null;
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value.join(', ');
  return value == null ? 'nothing' : JSON.stringify(value);
}

/** Question, limit, counts with their time, source. */
export function measuredWords(fact: Facts): string {
  const source = asFacts(fact['source']);
  const limit = word(asFacts(asFacts(fact['question'])['if']), 'text');
  return `**${inline(word(fact, 'name'))}** ${code(limit)}: ${counts(fact)}, from ${inline(word(source, 'name'))} (${code(word(source, 'url'))})`;
}

/** Those of the last minutes where the source remembers them, else its counters as they stood. */
function counts(fact: Facts): string {
  if (fact['missing'] !== undefined) return `no number (${inline(word(fact, 'missing'))})`;
  const window = asFacts(fact['window']);
  const sample = asFacts(window['sample']);
  const seconds = typeof window['seconds'] === 'number' ? Math.round(window['seconds']) : null;
  if (seconds !== null && sample['canary'] !== undefined) return `${arms(sample)} in ${seconds} s`;
  const why = sample['kind'] === 'missing' ? ` (of the last minutes no number: ${inline(word(sample, 'detail'))})` : '';
  return `${arms(asFacts(fact['total']))} since its counters began${why}`;
}

function arms({ canary, baseline }: Facts): string {
  return baseline == null ? amount(canary) : `canary ${amount(canary)}, baseline ${amount(baseline)}`;
}

function amount(arm: unknown): string {
  if (typeof arm === 'number') return String(arm);
  if (Array.isArray(arm) && arm.every((one) => typeof one === 'number'))
    return `n ${arm.reduce((sum, one) => sum + one, 0)}`;
  const { hits, total } = asFacts(arm);
  if (typeof total !== 'number') return code(JSON.stringify(arm ?? null));
  return typeof hits === 'number' ? `${hits} of ${total}` : `n ${total}`;
}
