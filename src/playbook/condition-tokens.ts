/** One piece of a condition sentence; `column` counts from 1. The last token is always `end`, with empty text. */
export interface Token {
  readonly kind: 'number' | 'word' | 'symbol' | 'end';
  readonly text: string;
  readonly column: number;
}

/** Tokens still to be read. */
export interface Cursor {
  readonly tokens: readonly Token[];
  at: number;
}

/** Why a sentence cannot be read, where in it, and what to write. */
export interface Complaint {
  readonly column: number;
  readonly message: string;
  readonly cure: string;
}

const piece = /\s*(?:([0-9]+(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?|\.[0-9]+)|([\p{L}_][\p{L}\p{N}_.]*)|([<>=!]=|[^\s]))/iuy;

/** Splits a sentence into numbers, words (lower-cased) and symbols. Takes every text. */
export function tokenize(text: string): Cursor {
  const tokens: Token[] = [];
  piece.lastIndex = 0;
  for (let match = piece.exec(text); match !== null; match = piece.exec(text)) {
    const [whole, number, word, symbol] = match;
    const found = number ?? word ?? symbol ?? '';
    const column = match.index + whole.length - found.length + 1;
    const kind = number !== undefined ? 'number' : word !== undefined ? 'word' : 'symbol';
    tokens.push({ kind, text: kind === 'word' ? found.toLowerCase() : found, column });
  }
  tokens.push({ kind: 'end', text: '', column: text.trimEnd().length + 1 });
  return { tokens, at: 0 };
}

/** The token `ahead` of the cursor; past the end it is the end. */
export function peek(cursor: Cursor, ahead = 0): Token {
  return cursor.tokens[cursor.at + ahead] ?? { kind: 'end', text: '', column: 1 };
}

/** Takes the next token if it reads exactly `text`. */
export function take(cursor: Cursor, text: string): Token | null {
  const token = peek(cursor);
  if (token.text !== text || token.kind === 'end') return null;
  cursor.at += 1;
  return token;
}

/** The token as a message names it. */
export function shown(token: Token): string {
  return token.kind === 'end' ? 'the end' : `'${token.text.slice(0, 24)}'`;
}
