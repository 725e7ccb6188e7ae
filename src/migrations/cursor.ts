import type { Token } from './tokens.ts';

/** Reads the words of one statement from left to right. */
export interface Cursor {
  /** The next tokens are these words; they are taken. */
  take(...words: readonly string[]): boolean;
  /** The next tokens are these words; nothing is taken. */
  sees(...words: readonly string[]): boolean;
  /** A name with its schema: `"Sales".orders` gives `Sales.orders`; `public.` is left out. Empty: there is none. */
  name(): string;
  /** One token; null at the end. */
  next(): Token | null;
  peek(): Token | null;
  rest(): readonly Token[];
  /** Skips one parenthesis with all that is in it; gives what stood inside. */
  parenthesis(): readonly Token[];
}

export function cursorOn(tokens: readonly Token[]): Cursor {
  let at = 0;
  const sees = (...words: readonly string[]): boolean =>
    words.every((word, i) => {
      const token = tokens[at + i];
      return token !== undefined && token.kind !== 'string' && token.kind !== 'name' && token.value === word;
    });
  return {
    sees,
    take(...words) {
      if (!sees(...words)) return false;
      at += words.length;
      return true;
    },
    name() {
      const parts: string[] = [];
      for (;;) {
        const token = tokens[at];
        if (!token || (token.kind !== 'word' && token.kind !== 'name')) break;
        parts.push(token.value);
        at += 1;
        if (tokens[at]?.text !== '.') break;
        at += 1;
      }
      if (parts.length > 1 && parts[0] === 'public') parts.shift();
      return parts.join('.');
    },
    next() {
      const token = tokens[at] ?? null;
      at += 1;
      return token;
    },
    peek: () => tokens[at] ?? null,
    rest: () => tokens.slice(at),
    parenthesis() {
      if (tokens[at]?.text !== '(') return [];
      const from = at + 1;
      let depth = 0;
      for (; at < tokens.length; at += 1) {
        if (tokens[at]?.text === '(') depth += 1;
        if (tokens[at]?.text === ')') depth -= 1;
        if (depth === 0) break;
      }
      at += 1;
      return tokens.slice(from, at - 1);
    },
  };
}

/** Splits at the commas that stand in no parenthesis and no bracket. */
export function commaParts(tokens: readonly Token[]): readonly (readonly Token[])[] {
  const parts: Token[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    if (token.text === '(' || token.text === '[') depth += 1;
    if (token.text === ')' || token.text === ']') depth -= 1;
    if (token.kind === 'mark' && token.text === ',' && depth === 0) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts.filter((part) => part.length > 0);
}

/** Tokens as text again, with single blanks: for types, defaults and messages. */
export function textOf(tokens: readonly Token[]): string {
  let text = '';
  let before: Token | null = null;
  for (const token of tokens) {
    const tight = before === null || /^[),.;:]$/.test(token.text) || token.text === '(' || /^[(.:]$/.test(before.text);
    text += `${tight ? '' : ' '}${token.kind === 'word' ? token.value : token.text}`;
    before = token;
  }
  return text;
}
