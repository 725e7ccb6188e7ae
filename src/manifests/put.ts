/** Where a new scalar entry goes in a map, and what goes away with an entry in flow style. */
import { lastLine, lineBreak } from './lines.ts';
import { tokenFor } from './token.ts';
import { endOf } from './tree.ts';
import type { Branch, Child, Leaf, Range } from './tree.ts';

interface Insertion extends Range {
  readonly insert: string;
}

/** `key: value` behind the last entry of the map, in its style; or the reason for refusing. */
export function entryInto(
  text: string,
  map: Branch,
  entry: { readonly step: string; readonly value: string; readonly isText: boolean },
): Insertion | string {
  const last = map.children.at(-1);
  if (map.kind !== 'map' || !last) return 'the map around it is missing or empty';
  const key = keyOf(entry.step);
  if (key === null) return 'its key needs quotes that we do not write';
  const token = newToken(text, last, entry);
  if (map.style === 'block') {
    const { end, column } = lastLine(text, last);
    const line = `${' '.repeat(column)}${key}: ${token}`;
    const isOpen = end === text.length && !text.endsWith('\n');
    return { start: end, end, insert: isOpen ? lineBreak(text) + line : line + lineBreak(text) };
  }
  const end = endOf(last.node);
  const written = text[last.start] === '"' ? `${JSON.stringify(key)}: ${token}` : `${key}: ${token}`;
  return { start: end, end, insert: `,${gapBefore(text, last)}${written}` };
}

/** An entry of a flow map or list with the comma that parts it from its neighbour; or the reason for refusing. */
export function withoutEntry(text: string, parent: Branch, child: Child): Insertion | string {
  const index = parent.children.indexOf(child);
  const before = parent.children[index - 1];
  const after = parent.children[index + 1];
  const own = { start: child.start, end: endOf(child.node) };
  const range = before ? { ...own, start: endOf(before.node) } : after ? { ...own, end: after.start } : own;
  const gap = before ? text.slice(range.start, own.start) : text.slice(own.end, range.end);
  if (gap.includes('#')) return 'a comment stands between it and its neighbour';
  return { ...range, insert: '' };
}

/** Text in a JSON-like map gets quotes always, elsewhere where it needs them. */
function newToken(text: string, sibling: Child, { value, isText }: { value: string; isText: boolean }): string {
  const bare: Leaf = {
    ...{ kind: 'leaf', value: '', identity: '', isText, style: 'plain', anchor: null },
    range: { start: text.length, end: text.length },
  };
  if (isText && text[sibling.start] === '"') return JSON.stringify(value);
  return (tokenFor(bare, value, text) ?? JSON.stringify(value)).trimStart();
}

/** A new entry of a flow map stands as its last sibling does: on a line of its own, or behind it. */
function gapBefore(text: string, sibling: Child): string {
  return /\r?\n[ \t]*$/.exec(text.slice(0, sibling.start))?.[0] ?? ' ';
}

/** The key that a step names; null for the steps of list items. */
function keyOf(step: string): string | null {
  if (step.startsWith('.')) return step.slice(1);
  return /^\["([\w./-]+)"\]$/.exec(step)?.[1] ?? null;
}
