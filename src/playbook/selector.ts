import { RollbackError } from '../errors.ts';

/** One label test of a Prometheus selector; `=~` and `!~` match the whole value, as Prometheus does. */
export interface Matcher {
  readonly name: string;
  readonly op: '=' | '!=' | '=~' | '!~';
  readonly value: string;
}

/** `http_requests_total{code=~"5.."}` as data. */
export interface Selector {
  readonly metric: string;
  readonly matchers: readonly Matcher[];
}

export interface SelectorFault {
  /** From 1, in the selector's text. */
  readonly column: number;
  readonly message: string;
  readonly cure: string;
}

/** A metric name, optionally with label matchers in braces. Throws source-query-invalid; checked playbooks never do. */
export function parseSelector(text: string): Selector {
  return orThrow(text, readSelector(text));
}

/** Label matchers without a metric name, with or without braces: `track="canary", app="rec"`. Throws like parseSelector. */
export function parseMatchers(text: string): readonly Matcher[] {
  return orThrow(text, readMatchers(text));
}

/** Like parseSelector, but returns what is wrong. */
export function readSelector(text: string): Selector | SelectorFault {
  const name = /^\s*([a-zA-Z_:][a-zA-Z0-9_:]*)/.exec(text);
  if (name === null)
    return {
      column: 1,
      message: 'should begin with the name of a metric',
      cure: 'write it like http_requests_total{code=~"5.."}',
    };
  const at = name[0].length;
  const rest = text.slice(at).trimStart();
  const metric = name[1] ?? '';
  if (rest === '') return { metric, matchers: [] };
  const column = text.length - rest.length + 1;
  if (rest.startsWith('('))
    return {
      column,
      message: 'is a PromQL expression',
      cure: 'write the bare metric; lastgood takes differences and sums itself',
    };
  if (!rest.startsWith('{'))
    return {
      column,
      message: `'${rest.slice(0, 12)}' should not stand here`,
      cure: 'write the bare metric with its {labels} only',
    };
  const matchers = matcherList(text, column, '}');
  if ('cure' in matchers) return matchers;
  const after = text.slice(matchers.end).trim();
  if (after === '') return { metric, matchers: matchers.matchers };
  const cure = after.startsWith('[')
    ? 'leave the range out; lastgood takes differences itself'
    : 'end after the closing brace';
  return { column: matchers.end + 1, message: `'${after.slice(0, 12)}' should not stand here`, cure };
}

/** Like parseMatchers, but returns what is wrong. At least one matcher is needed: an empty list would match everything. */
export function readMatchers(text: string): readonly Matcher[] | SelectorFault {
  const braced = /^\s*\{/.exec(text);
  const list = matcherList(text, braced?.[0].length ?? 0, braced === null ? '' : '}');
  if ('cure' in list) return list;
  if (text.slice(list.end).trim() !== '')
    return { column: list.end + 1, message: 'goes on after the closing brace', cure: 'end there' };
  if (list.matchers.length > 0) return list.matchers;
  return { column: 1, message: 'has no label matcher', cure: 'write one like track="canary"' };
}

const matcher = /\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*(=~|!~|!=|=)\s*("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`)\s*/y;

const endOfText = /\s*$/y;
const closingBrace = /\s*\}/y;

/** Reads from offset `from` up to `close`, or to the end of the text when there is none. */
function matcherList(
  text: string,
  from: number,
  close: '}' | '',
): { readonly matchers: readonly Matcher[]; readonly end: number } | SelectorFault {
  const matchers: Matcher[] = [];
  let at = from;
  const closed = (): boolean => {
    const end = close === '' ? endOfText : closingBrace;
    end.lastIndex = at;
    return end.test(text);
  };
  while (!closed()) {
    matcher.lastIndex = at;
    const found = matcher.exec(text);
    if (found === null) return matcherFault(text, at);
    const [, label = '', op = '=', quoted = ''] = found;
    const value = unquote(quoted);
    if (value === null)
      return {
        column: at + 1,
        message: `has an escape that Prometheus does not know in ${quoted.slice(0, 24)}`,
        cure: 'write \\\\ for a backslash',
      };
    if (label === '__name__' || label === 'le')
      return { column: at + 1, message: `'${label}' is not for a playbook to match`, cure: 'leave it out' };
    matchers.push({ name: label, op: op as Matcher['op'], value });
    at = matcher.lastIndex;
    if (text[at] === ',') at += 1;
    else if (!closed())
      return { column: at + 1, message: 'needs a comma between matchers', cure: 'write a="1", b="2"' };
  }
  return { matchers, end: close === '' ? text.length : text.indexOf('}', at) + 1 };
}

function matcherFault(text: string, at: number): SelectorFault {
  const rest = text.slice(at).trim();
  const column = at + 1;
  if (rest === '') return { column, message: 'has a brace that is not closed', cure: 'close it with }' };
  if (/^[a-zA-Z_][a-zA-Z0-9_]*\s*(=~|!~|!=|=)\s*[^"'`\s]/.test(rest)) {
    return {
      column,
      message: `'${rest.slice(0, 24)}' has a value without quotes`,
      cure: 'write it like track="canary"',
    };
  }
  return {
    column,
    message: `'${rest.slice(0, 24)}' is not a label matcher`,
    cure: 'write it like track="canary", with =, !=, =~ or !~',
  };
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '\\': '\\', '"': '"', "'": "'" };

/** Null for an escape that PromQL does not know. */
function unquote(quoted: string): string | null {
  const inner = quoted.slice(1, -1);
  if (quoted.startsWith('`')) return inner;
  const escaped = [...inner.matchAll(/\\(.)/g)].map((match) => match[1] ?? '');
  if (!escaped.every((letter) => Object.hasOwn(ESCAPES, letter))) return null;
  return inner.replace(/\\(.)/g, (_, letter: string) => ESCAPES[letter] ?? letter);
}

function orThrow<T extends object>(text: string, read: T | SelectorFault): T {
  if (!('cure' in read)) return read;
  const at = `'${text.slice(0, 80)}' at column ${read.column}`;
  throw new RollbackError('source-query-invalid', `The selector ${at} ${read.message}: ${read.cure}.`);
}
