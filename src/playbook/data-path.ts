/**
 * Where a number stands in a JSON answer. The language is small on purpose, so that a path means one place or none:
 *
 *     path    := "$" | first { next }          "$": the whole answer
 *     first   := name | bracket
 *     next    := "." name | bracket
 *     bracket := "[" ( index | 'quoted name' | name { "." name } "=" value ) "]"
 *
 * An index counts from 0, or from the end with a minus. `[name=errors]` is the one element of a list whose `name` is `errors`.
 * No wildcards, no expressions: what would match twice is an error, not the first match.
 */
export type DataStep =
  | { readonly kind: 'key'; readonly key: string }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'where'; readonly keys: readonly string[]; readonly equals: string };

export type DataPath = readonly DataStep[];

/** Why a path cannot be read; `column` counts from 1. */
export interface BadPath {
  readonly column: number;
  readonly message: string;
  readonly cure: string;
}

const NAME = /[\p{L}_@$-][\p{L}\p{N}_@$/:%-]*|[0-9]+[\p{L}_][\p{L}\p{N}_-]*/uy;
const INDEX = /^-?[0-9]{1,9}$/;
const QUOTED = /^(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')$/;
const WHERE = /^([\p{L}_@$][\p{L}\p{N}_@$-]*(?:\.[\p{L}_@$][\p{L}\p{N}_@$-]*)*)\s*==?\s*(.+)$/su;

/** Reads a path, or says where it goes wrong. Never throws. */
export function readDataPath(text: string): DataPath | BadPath {
  if (text === '$') return [];
  const steps: DataStep[] = [];
  let at = 0;
  while (at < text.length) {
    if (text[at] === '[') {
      const end = closing(text, at);
      if (end === null) return bad(at, "the bracket '[' is never closed", 'close it with ]');
      const step = bracket(text.slice(at + 1, end).trim());
      if (step === null) {
        const inside = text.slice(at, end + 1).slice(0, 40);
        return bad(
          at,
          `${inside} is neither an index, a quoted name nor a condition`,
          'write [0], ["a name"] or [name=errors]',
        );
      }
      steps.push(step);
      at = end + 1;
      continue;
    }
    if (text[at] === '.') at += 1;
    else if (at > 0) return bad(at, `'${text.slice(at, at + 20)}' should not stand here`, "put '.' before a name");
    NAME.lastIndex = at;
    const name = NAME.exec(text)?.[0];
    if (name === undefined) {
      const rest = text.slice(at, at + 20);
      return bad(
        at,
        rest === '' ? 'a name is missing at the end' : `'${rest}' is no name`,
        'write data.errors, rows[0].n or rows["a name"]',
      );
    }
    if (name !== '$' || at > 0) steps.push({ kind: 'key', key: name });
    at += name.length;
  }
  return steps.length === 0 && text !== '$'
    ? bad(0, 'is empty', 'write data.errors, or $ for the whole answer')
    : steps;
}

/** Index of the bracket that closes the one at `from`, skipping quoted text. */
function closing(text: string, from: number): number | null {
  let quote: string | null = null;
  for (let i = from + 1; i < text.length; i++) {
    const c = text[i] ?? '';
    if (quote !== null && c === '\\') i += 1;
    else if (quote !== null) quote = c === quote ? null : quote;
    else if (c === '"' || c === "'") quote = c;
    else if (c === ']') return i;
  }
  return null;
}

function bracket(inside: string): DataStep | null {
  if (INDEX.test(inside)) return { kind: 'index', index: Number(inside) };
  const quoted = unquoted(inside);
  if (quoted !== null) return { kind: 'key', key: quoted };
  const [, keys, value] = WHERE.exec(inside) ?? [];
  if (keys === undefined || value === undefined) return null;
  return { kind: 'where', keys: keys.split('.'), equals: unquoted(value.trim()) ?? value.trim() };
}

function unquoted(text: string): string | null {
  const found = QUOTED.exec(text);
  const inside = found?.[1] ?? found?.[2];
  return inside === undefined ? null : inside.replaceAll(/\\(.)/gs, '$1');
}

function bad(at: number, message: string, cure: string): BadPath {
  return { column: at + 1, message, cure };
}
