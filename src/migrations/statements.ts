import { lineAt, tokensOf, type Comment, type Dialect, type Token } from './tokens.ts';

/** One statement, without its semicolon. */
export interface Statement {
  readonly text: string;
  /** Line of its first word in the script, from 1. */
  readonly line: number;
  readonly tokens: readonly Token[];
}

/** A script taken apart, or what could not be read in it. */
export interface Script {
  readonly statements: readonly Statement[];
  readonly comments: readonly Comment[];
  /** From here on nothing is known: place and reason. Null: all of it was read. */
  readonly unread: { readonly line: number; readonly says: string } | null;
}

/**
 * Splits at the semicolons that end a statement: not those inside parentheses, strings, comments, or a function body between
 * BEGIN ATOMIC and its END. The data of `COPY ... FROM stdin` is skipped up to its `\.` line; a line of psql's own (`\connect`) is
 * no SQL and is named in `unread`. Limit: a MySQL stored program needs DELIMITER lines, else the rest of the script belongs to it.
 */
export function statementsOf(sql: string, dialect: Dialect = 'postgresql'): Script {
  if (dialect === 'mysql' && /^\s*delimiter\s/im.test(sql)) return withDelimiters(sql);
  const copy = dialect === 'postgresql' ? copyData(sql) : null;
  const text = copy ?? sql;
  const meta = dialect === 'postgresql' ? psqlLine(text, dialect) : null;
  const { tokens, comments, unclosed } = tokensOf(text, dialect);
  const statements: Statement[] = [];
  let now: Token[] = [];
  let parens = 0;
  let blocks = 0;
  const close = (): void => {
    const [first] = now;
    const last = now.at(-1);
    if (first && last)
      statements.push({ text: text.slice(first.at, last.end), line: lineAt(text, first.at), tokens: now });
    now = [];
    parens = 0;
    blocks = 0;
  };
  for (const token of tokens) {
    if (token.kind === 'mark' && token.text === ';' && parens <= 0 && blocks === 0) {
      close();
      continue;
    }
    if (token.text === '(') parens += 1;
    if (token.text === ')') parens -= 1;
    if (token.kind === 'word') blocks += blockStep(now, token, blocks, dialect);
    now.push(token);
  }
  close();
  const unread = unclosed ? { line: lineAt(text, unclosed.at), says: `a ${unclosed.what} that is never closed` } : meta;
  return { statements, comments, unread };
}

/** +1 where a body begins, -1 where it ends, of the functions whose body is written without quotes. */
function blockStep(before: readonly Token[], token: Token, depth: number, dialect: Dialect): number {
  if (!isRoutine(before)) return 0;
  if (depth === 0) {
    const opens =
      dialect === 'mysql' ? token.value === 'begin' : token.value === 'atomic' && before.at(-1)?.value === 'begin';
    return opens ? 1 : 0;
  }
  // Only DELIMITER tells where a MySQL body ends: until then nothing closes it.
  if (dialect === 'mysql') return 0;
  if (token.value === 'case') return before.at(-1)?.value === 'end' ? 0 : 1;
  return token.value === 'end' ? -1 : 0;
}

function isRoutine(tokens: readonly Token[]): boolean {
  if (tokens[0]?.value !== 'create') return false;
  return tokens.slice(1, 8).some(({ value, kind }) => kind === 'word' && ROUTINES.has(value));
}

const ROUTINES = new Set(['function', 'procedure', 'trigger', 'event']);

/** Blanks out the data lines after `COPY ... FROM stdin;`, so that offsets and lines stay. Null: there are none. */
function copyData(sql: string): string | null {
  if (!/\bfrom\s+stdin\b/i.test(sql)) return null;
  let data = false;
  return sql
    .split('\n')
    .map((line) => {
      if (!data) {
        data = /^\s*copy\b[^;]*\bfrom\s+stdin\b[^;]*;\s*$/i.test(line);
        return line;
      }
      if (line.trimEnd() === '\\.') data = false;
      return ' '.repeat(line.length);
    })
    .join('\n');
}

/** A line that is a command to psql: whatever it includes or connects to is not in this file. */
function psqlLine(text: string, dialect: Dialect): Script['unread'] {
  const inside = tokensOf(text, dialect);
  const spans = [...inside.tokens.filter(({ kind }) => kind === 'string' || kind === 'name'), ...inside.comments];
  for (const found of text.matchAll(/^[ \t]*\\(\w+)/gm)) {
    const at = found.index + found[0].indexOf('\\');
    if (spans.some((span) => span.at <= at && at < span.end)) continue;
    return { line: lineAt(text, at), says: `the psql command \\${found[1] ?? ''}, which is not SQL` };
  }
  return null;
}

/** MySQL's client changes what ends a statement; between two such lines the text is cut at that mark. */
function withDelimiters(sql: string): Script {
  const statements: Statement[] = [];
  const comments: Comment[] = [];
  let unread: Script['unread'] = null;
  let mark = ';';
  let part: string[] = [];
  let from = 1;
  const flush = (next: number): void => {
    const text = part.join('\n');
    if (mark === ';') take(statementsOf(text, 'mysql'), from - 1);
    else {
      let line = from;
      for (const piece of text.split(mark)) {
        const { tokens, comments: said, unclosed } = tokensOf(piece, 'mysql');
        const [first] = tokens;
        if (first) statements.push({ text: piece.trim(), line: line + lineAt(piece, first.at) - 1, tokens });
        comments.push(...said);
        if (unclosed) unread ??= { line, says: `a ${unclosed.what} that is never closed` };
        line += piece.split('\n').length - 1;
      }
    }
    part = [];
    from = next;
  };
  const take = (script: Script, before: number): void => {
    statements.push(...script.statements.map((one) => ({ ...one, line: one.line + before })));
    comments.push(...script.comments);
    if (script.unread) unread ??= { ...script.unread, line: script.unread.line + before };
  };
  for (const [index, line] of sql.split('\n').entries()) {
    const changed = /^\s*delimiter\s+(\S+)/i.exec(line)?.[1];
    if (changed === undefined) part.push(line);
    else {
      flush(index + 2);
      mark = changed;
    }
  }
  flush(0);
  return { statements, comments, unread };
}
