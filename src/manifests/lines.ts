/** The whole lines that belong to one entry of a block collection, where it has lines of its own. */
import { endOf } from './tree.ts';
import type { Child, Range } from './tree.ts';

/** An entry that stands on lines of its own, as every entry of ordinary block style does. */
export interface OwnLines extends Range {
  /** What stands before the entry on its first line: only white space, or white space and one dash. */
  readonly indent: string;
}

/** Null when the entry shares its first line with something else, as the first key behind a dash or anything in flow style. */
export function ownLines(text: string, child: Child, parent: 'map' | 'list' | 'stream'): OwnLines | null {
  const { start, indent } = lead(text, child);
  const shape = parent === 'list' ? /^[ ]*-[ ]+$/ : /^[ ]*$/;
  return shape.test(indent) ? { start, end: lineEnd(text, endOf(child.node)), indent } : null;
}

/** The offset behind the last line of an entry, also for one that shares its first line; and the column it starts at. */
export function lastLine(text: string, child: Child): { readonly end: number; readonly column: number } {
  return { end: lineEnd(text, endOf(child.node)), column: lead(text, child).indent.length };
}

function lead(text: string, child: Child): { start: number; indent: string } {
  const before = child.start === 0 ? -1 : text.lastIndexOf('\n', child.start - 1);
  const start = text.charCodeAt(before + 1) === 0xfeff ? before + 2 : before + 1;
  return { start, indent: text.slice(start, child.start) };
}

/** Behind the line break of the line that holds the character before `at`; a block scalar already ends behind its own. */
function lineEnd(text: string, at: number): number {
  if (at > 0 && text[at - 1] === '\n') return at;
  const next = text.indexOf('\n', at);
  return next < 0 ? text.length : next + 1;
}

/** The line break this text uses. */
export function lineBreak(text: string): '\r\n' | '\n' {
  const first = text.indexOf('\n');
  return first > 0 && text[first - 1] === '\r' ? '\r\n' : '\n';
}
