/**
 * SQL text to tokens, so that a comment, a string or a function body never looks like a statement and never hides one.
 * Lexical rules: PostgreSQL, "Lexical Structure" (nested comments, dollar quotes, E'' strings), MySQL, "Language Structure", and what
 * the others do otherwise. Limit: strings follow `standard_conforming_strings = on`, and MySQL the default sql_mode (double quotes are strings).
 */
import { LEXES, type Dialect, type Lexis } from './dialect.ts';

export interface Token {
  /** `word`: a keyword or bare name; `name`: a quoted name; `mark`: one character of punctuation. */
  readonly kind: 'word' | 'name' | 'string' | 'number' | 'mark';
  /** As written, quotes included. */
  readonly text: string;
  /** A word in lower case; a quoted name without its quotes; else as written. */
  readonly value: string;
  /** First character and the one after the last, as offsets in the text. */
  readonly at: number;
  readonly end: number;
}

export interface Comment {
  readonly text: string;
  readonly at: number;
  readonly end: number;
}

export interface Tokens {
  readonly tokens: readonly Token[];
  readonly comments: readonly Comment[];
  /** What was opened and never closed: from there on nothing can be said. Null: the text is whole. */
  readonly unclosed: { readonly what: 'comment' | 'string' | 'name' | 'dollar quote'; readonly at: number } | null;
}

const WORD_START = /[\p{L}_]/u;
const WORD = /[\p{L}\p{N}_$]*/uy;
const NUMBER = /(?:0[xob][0-9a-f_]+|\d[\d_]*(?:\.\d[\d_]*)?(?:e[+-]?\d+)?)/iy;
const RUN_COMMENT = /\/\*M?!\d*/y;
const ALTERNATE = /n?q'(.)/iy;
const DOLLAR = /\$(?:[\p{L}_][\p{L}\p{N}_]*)?\$/uy;

/** Two characters that stand in no SQL. */
const [OPENS, CLOSES] = ['\uE000', '\uE001'];

/** A name that is read as one whatever the database quotes with: for text that is translated for reading only. */
export function anyName(name: string): string {
  return `${OPENS}${name.replaceAll(CLOSES, '')}${CLOSES}`;
}

export function tokensOf(sql: string, dialect: Dialect = 'postgresql'): Tokens {
  const tokens: Token[] = [];
  const comments: Comment[] = [];
  let unclosed: Tokens['unclosed'] = null;
  let at = 0;
  const push = (kind: Token['kind'], end: number, value?: string): void => {
    const text = sql.slice(at, end);
    tokens.push({ kind, text, value: value ?? text, at, end });
    at = end;
  };
  const comment = (end: number): void => {
    comments.push({ text: sql.slice(at, end), at, end });
    at = end;
  };
  const lexis: Lexis = LEXES[dialect];
  while (at < sql.length && unclosed === null) {
    const char = sql[at] ?? '';
    const two = sql.slice(at, at + 2);
    const alternate = lexis.alternate ? matchAt(ALTERNATE, sql, at) : '';
    if (/\s/.test(char) || char === '\uFEFF') at += 1;
    else if (beginsLineComment(lexis, sql, at)) comment(lineEnd(sql, at));
    else if (char === OPENS) {
      const end = sql.indexOf(CLOSES, at);
      if (end === -1) unclosed = { what: 'name', at };
      else {
        const value = sql.slice(at + 1, end);
        tokens.push({ kind: 'name', text: `"${value}"`, value, at, end: end + 1 });
        at = end + 1;
      }
    } else if (two === '/*') {
      // MySQL runs what stands in `/*! ... */`, MariaDB also `/*M! ... */`: its text is no comment, only the two ends are.
      const runs = lexis.runs ? matchAt(RUN_COMMENT, sql, at) : '';
      const end = runs === '' ? commentEnd(sql, at, lexis.nested) : at + runs.length;
      if (end === -1) unclosed = { what: 'comment', at };
      else comment(end);
    } else if (two === '*/' && lexis.runs) comment(at + 2);
    else if (alternate !== '') {
      const mark = alternate.at(-1) ?? '';
      const close = sql.indexOf(`${CLOSING[mark] ?? mark}'`, at + alternate.length);
      if (close === -1) unclosed = { what: 'string', at };
      else push('string', close + 2);
    } else if (char === "'" || (char === '"' && lexis.doubled === 'string')) {
      const end = quoteEnd(sql, at, char, lexis.backslashes);
      if (end === -1) unclosed = { what: 'string', at };
      else push('string', end);
    } else if (char === '"' || (char === '`' && lexis.backticks) || (char === '[' && lexis.brackets)) {
      const quote = CLOSING[char] ?? char;
      const end = quoteEnd(sql, at, quote, false);
      if (end === -1) unclosed = { what: 'name', at };
      else push('name', end, sql.slice(at + 1, end - 1).replaceAll(quote + quote, quote));
    } else if (char === '$' && lexis.dollars && matchAt(DOLLAR, sql, at) !== '') {
      const tag = matchAt(DOLLAR, sql, at);
      const close = sql.indexOf(tag, at + tag.length);
      if (close === -1) unclosed = { what: 'dollar quote', at };
      else push('string', close + tag.length);
    } else if (WORD_START.test(String.fromCodePoint(sql.codePointAt(at) ?? 0))) {
      const word = matchAt(WORD, sql, at);
      const quote = sql[at + word.length];
      // E'...' reads backslashes; B'', X'', N'' and U&'' are strings too.
      if (quote === "'" && /^[ebxn]$/i.test(word)) {
        const end = quoteEnd(sql, at + word.length, "'", lexis.backslashes || /^e$/i.test(word));
        if (end === -1) unclosed = { what: 'string', at };
        else push('string', end);
      } else if (/^u$/i.test(word) && /^&['"]/.test(sql.slice(at + 1, at + 3)) && dialect === 'postgresql') {
        const mark = sql[at + 2] ?? '';
        const end = quoteEnd(sql, at + 2, mark, false);
        if (end === -1) unclosed = { what: mark === '"' ? 'name' : 'string', at };
        else push(mark === '"' ? 'name' : 'string', end);
      } else push('word', at + word.length, word.toLowerCase());
    } else if (/\d/.test(char)) push('number', at + matchAt(NUMBER, sql, at).length);
    else push('mark', at + String.fromCodePoint(sql.codePointAt(at) ?? 0).length);
  }
  return { tokens, comments, unclosed };
}

const CLOSING: Readonly<Record<string, string>> = { '[': ']', '(': ')', '{': '}', '<': '>' };

function beginsLineComment({ lineComment, looseDashes }: Lexis, sql: string, at: number): boolean {
  if (sql.startsWith('--', at)) return !looseDashes || /\s|^$/.test(sql[at + 2] ?? '');
  return lineComment !== null && sql.startsWith(lineComment, at);
}

function matchAt(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? '';
}

function lineEnd(sql: string, at: number): number {
  const end = sql.slice(at).search(/[\r\n]/);
  return end === -1 ? sql.length : at + end;
}

/** -1: never closed. PostgreSQL nests comments, MySQL does not. */
function commentEnd(sql: string, from: number, nests: boolean): number {
  let depth = 0;
  for (let at = from; at < sql.length; at += 1) {
    const two = sql.slice(at, at + 2);
    if (two === '/*' && (nests || depth === 0)) {
      depth += 1;
      at += 1;
    } else if (two === '*/') {
      depth -= 1;
      at += 1;
      if (depth === 0) return at + 1;
    }
  }
  return -1;
}

/** -1: never closed. A doubled quote is one quote. */
function quoteEnd(sql: string, from: number, quote: string, backslashes: boolean): number {
  for (let at = from + 1; at < sql.length; at += 1) {
    if (sql[at] === '\\' && backslashes) at += 1;
    else if (sql[at] === quote) {
      if (sql[at + 1] !== quote) return at + 1;
      at += 1;
    }
  }
  return -1;
}

/** The line of each offset, from 1. The text is looked through once, however often it is asked. */
export function linesOf(text: string): (at: number) => number {
  const starts = [0, ...Array.from(text.matchAll(/\r\n|\r|\n/g), (found) => found.index + found[0].length)];
  return (at) => {
    let [low, high] = [0, starts.length];
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if ((starts[middle] ?? 0) <= at) low = middle;
      else high = middle;
    }
    return low + 1;
  };
}
