/** A file inside a block text, as ConfigMaps carry them. */
import { lineBreak } from './lines.ts';
import { textOf } from './token.ts';
import type { Leaf } from './tree.ts';

/** The token of a literal block text with another content, in the indentation that stands there; null for other styles. */
export function blockToken(leaf: Leaf, value: string, text: string): string | null {
  const token = textOf(leaf, text);
  const header = /^\|[-+]?(?=[ \t\r\n])[^\n]*\n/.exec(token)?.[0];
  const indent = header === undefined ? undefined : /^(?:[ \t]*\r?\n)*( +)\S/.exec(token.slice(header.length))?.[1];
  if (header === undefined || indent === undefined || !value.endsWith('\n')) return null;
  const lines = value.split('\n').map((line) => (line === '' ? '' : indent + line));
  return header + lines.join(lineBreak(text));
}
