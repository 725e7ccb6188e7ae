import { LEXES, type Dialect } from './dialect.ts';
import { linesOf, tokensOf, type Comment, type Token } from './tokens.ts';

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
 * Splits at the semicolons that end a statement, and at the lines that do so for SQL Server (`GO`) and Oracle (`/`): not at those inside
 * parentheses, strings, comments, or the body of a stored program. The data of `COPY ... FROM stdin` is skipped up to its `\.` line; a
 * command of psql's own (`\connect`) is no SQL and is named in `unread`, and so is whatever is opened and never closed.
 */
export function statementsOf(sql: string, dialect: Dialect = 'postgresql'): Script {
  if (dialect === 'mysql' && /^\s*delimiter\s/im.test(sql)) return withDelimiters(sql);
  const { text, open } = dialect === 'postgresql' ? withoutCopyData(sql) : { text: sql, open: null };
  const { tokens, comments, unclosed } = tokensOf(text, dialect);
  const { separator } = LEXES[dialect];
  const lineAt = linesOf(text);
  const statements: Statement[] = [];
  let now: Token[] = [];
  let parens = 0;
  let blocks = 0;
  const close = (): void => {
    const [first] = now;
    const last = now.at(-1);
    if (first && last) statements.push({ text: text.slice(first.at, last.end), line: lineAt(first.at), tokens: now });
    now = [];
    parens = 0;
    blocks = 0;
  };
  for (const [i, token] of tokens.entries()) {
    const ends = token.kind === 'mark' && token.text === ';' && parens <= 0 && blocks === 0;
    if (ends || (separator !== null && isSeparator(separator, text, token))) {
      close();
      continue;
    }
    if (token.text === '(') parens += 1;
    if (token.text === ')') parens -= 1;
    if (token.kind === 'word') blocks += blockStep(now, token, { after: tokens[i + 1], depth: blocks, dialect });
    now.push(token);
  }
  const [first] = now;
  const half = parens > 0 ? 'parenthesis' : blocks > 0 ? 'body' : null;
  const unfinished = first && half ? { what: half, at: first.at } : null;
  close();
  const never = unclosed ?? open ?? unfinished;
  const unread = never ? { line: lineAt(never.at), says: `a ${never.what} that is never closed` } : null;
  return { statements, comments, unread: unread ?? psqlCommand(text, tokens, { dialect, lineAt }) };
}

function isSeparator(separator: RegExp, text: string, { at, kind }: Token): boolean {
  if (kind === 'string' || kind === 'name') return false;
  const from = text.lastIndexOf('\n', at - 1) + 1;
  const to = text.indexOf('\n', at);
  return separator.test(text.slice(from, to === -1 ? text.length : to));
}

/** +1 where a body begins, -1 where it ends, of the functions whose body is written without quotes. */
function blockStep(
  before: readonly Token[],
  token: Token,
  { after, depth, dialect }: { readonly after: Token | undefined; readonly depth: number; readonly dialect: Dialect },
): number {
  if (dialect === 'oracle' || dialect === 'snowflake') return 0;
  // `@end` is a variable.
  if (!isRoutine(before) || before.at(-1)?.text === '@') return 0;
  const atomic = dialect !== 'postgresql' || before.at(-1)?.value === 'begin';
  const begins =
    token.value === (dialect === 'postgresql' ? 'atomic' : 'begin') &&
    !(dialect === 'sqlserver' && /^tran(saction)?$/.test(after?.value ?? ''));
  if (depth === 0) return begins && atomic ? 1 : 0;
  if (begins && dialect !== 'postgresql') return 1;
  if (token.value === 'case') return before.at(-1)?.value === 'end' ? 0 : 1;
  // `END IF` and the like end what was not counted; for SQL Server the word behind END begins a statement.
  if (token.value === 'end')
    return dialect !== 'sqlserver' && /^(if|loop|while|repeat)$/.test(after?.value ?? '') ? 0 : -1;
  return 0;
}

export function isRoutine(tokens: readonly Token[]): boolean {
  if (tokens[0]?.value !== 'create') return false;
  return tokens.slice(1, 8).some(({ value, kind }) => kind === 'word' && ROUTINES.has(value));
}

const ROUTINES = new Set(['function', 'procedure', 'trigger', 'event']);

/** Blanks out the data lines after `COPY ... FROM stdin;`, so that offsets and lines stay. `open`: data without its end. */
function withoutCopyData(sql: string): {
  readonly text: string;
  readonly open: { readonly what: 'COPY'; readonly at: number } | null;
} {
  if (!/\bfrom\s+stdin\b/i.test(sql)) return { text: sql, open: null };
  let since = -1;
  let at = 0;
  const lines = sql.split('\n').map((line) => {
    const from = at;
    at += line.length + 1;
    if (since === -1) {
      if (/^\s*copy\b[^;]*\bfrom\s+stdin\b[^;]*;\s*$/i.test(line)) since = from;
      return line;
    }
    if (line.trimEnd() === '\\.') since = -1;
    return ' '.repeat(line.length);
  });
  return { text: lines.join('\n'), open: since === -1 ? null : { what: 'COPY', at: since } };
}

/** A backslash outside of strings is a command to psql: whatever it includes, connects to or runs is not in this file. */
function psqlCommand(
  text: string,
  tokens: readonly Token[],
  { dialect, lineAt }: { readonly dialect: Dialect; readonly lineAt: (at: number) => number },
): Script['unread'] {
  const mark =
    dialect === 'postgresql' ? tokens.find(({ kind, value }) => kind === 'mark' && value === '\\') : undefined;
  if (!mark) return null;
  const word = /^\\\S*/.exec(text.slice(mark.at))?.[0] ?? '';
  return { line: lineAt(mark.at), says: `the psql command ${word}, which is not SQL` };
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
      let before = from - 1;
      for (const piece of text.split(mark)) {
        take(statementsOf(piece, 'mysql'), before);
        before += piece.split('\n').length - 1;
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
