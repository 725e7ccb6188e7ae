import type { Refusal } from '../report/refusals.ts';

export type { Refusal };

/** A word of a comment as a refusal may repeat it: short, without anything that Markdown or a mention could use. */
export function shown(word: string): string {
  const safe = word.replace(/[^A-Za-z0-9._/:+-]/g, '?');
  return `'${safe.length > 40 ? `${safe.slice(0, 37)}...` : safe}'`;
}
