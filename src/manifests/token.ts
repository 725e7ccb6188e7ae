/** How a new value is written where an old one stands. */
import { AMBIGUOUS } from './read.ts';
import type { Leaf } from './tree.ts';

export function textOf(leaf: Leaf, text: string): string {
  return text.slice(leaf.range.start, leaf.range.end);
}

/**
 * The token for `value` in the quotes of `leaf`; a plain word gets quotes only where it would otherwise change its meaning.
 * `isText`: the value is text, even where it reads like a number. Null for aliases, block texts and values that span lines.
 */
export function tokenFor(leaf: Leaf, value: string, text: string, isText = leaf.isText): string | null {
  if (leaf.style === 'alias' || leaf.style === 'block' || /[\r\n]/.test(value)) return null;
  if (leaf.style === 'double') return JSON.stringify(value);
  if (leaf.style === 'single') return `'${value.replaceAll("'", "''")}'`;
  const safe = PLAIN.test(value) && !(isText && AMBIGUOUS.test(value));
  const token = safe ? value : JSON.stringify(value);
  return textOf(leaf, text) === '' && ':-'.includes(text[leaf.range.start - 1] ?? ' ') ? ` ${token}` : token;
}

/** Words that need no quotes in block or flow style; more would be allowed, less is surely right. */
const PLAIN = /^[\w/+-][\w./@:%+=-]*[\w./@%+=-]$|^\w$/;
