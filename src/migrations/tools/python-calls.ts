/** The calls in a piece of Python, as far as text shows them: name, arguments, line. Nothing is run. */
export interface Call {
  /** `op.add_column`, `batch_op.drop_column`. */
  readonly name: string;
  /** Source text of each positional argument. */
  readonly words: readonly string[];
  readonly named: Readonly<Record<string, string>>;
  /** From 1. */
  readonly line: number;
  /** The table of the `with op.batch_alter_table(...)` it stands in; null: none. */
  readonly batch: string | null;
}

/** Python text in which comments and the inside of strings are blanks: what is left is code. */
export function pythonCode(text: string): string {
  let code = '';
  for (let at = 0; at < text.length;) {
    const end = stringEnd(text, at);
    if (text[at] === '#') {
      const stop = text.indexOf('\n', at);
      const next = stop === -1 ? text.length : stop;
      code += ' '.repeat(next - at);
      at = next;
    } else if (end > at) {
      code += text.slice(at, end).replace(/[^\n]/g, ' ');
      at = end;
    } else {
      code += text[at] ?? '';
      at += 1;
    }
  }
  return code;
}

/** End of the string that begins here; `at` itself where none does. */
function stringEnd(text: string, at: number): number {
  const quote = /^("""|'''|"|')/.exec(text.slice(at, at + 3))?.[0];
  if (quote === undefined) return at;
  for (let i = at + quote.length; i < text.length; i += 1) {
    if (text[i] === '\\') i += 1;
    else if (text.startsWith(quote, i)) return i + quote.length;
  }
  return text.length;
}

const QUIET =
  /^(?:sa|postgresql|mysql|sqlmodel|sqlalchemy)\.|^(?:len|range|str|int|print|dict|list|set|text)$|^(?:op\.f|op\.get_bind|op\.get_context)$/;

export function callsIn(text: string): readonly Call[] {
  const code = pythonCode(text);
  const calls: Call[] = [];
  const start = /[A-Za-z_][\w.]*(?=\()/g;
  let batch: { readonly table: string; readonly alias: string } | null = null;
  for (let found = start.exec(code); found; found = start.exec(code)) {
    const name = found[0];
    const from = found.index + name.length;
    const end = closing(code, from);
    const { words, named } = argumentsOf(text.slice(from + 1, end - 1));
    const line = code.slice(0, found.index).split('\n').length;
    if (/batch_alter_table$/.test(name)) {
      const alias = /^\s*as\s+(\w+)/.exec(code.slice(end))?.[1] ?? 'batch_op';
      batch = { table: pythonString(words[0] ?? '') ?? '', alias };
    } else if (
      !QUIET.test(name) &&
      !/(^|\.)autocommit_block$/.test(name) &&
      !/\b(def|class|if|for|while)\s+$/.test(code.slice(0, found.index))
    ) {
      const inBatch = batch !== null && name.startsWith(`${batch.alias}.`);
      calls.push({ name, words, named, line, batch: inBatch ? (batch?.table ?? null) : null });
    } else continue;
    start.lastIndex = end;
  }
  return calls;
}

function closing(code: string, from: number): number {
  let depth = 0;
  for (let at = from; at < code.length; at += 1) {
    if ('([{'.includes(code[at] ?? '')) depth += 1;
    if (')]}'.includes(code[at] ?? '')) depth -= 1;
    if (depth === 0) return at + 1;
  }
  return code.length;
}

function argumentsOf(text: string): Pick<Call, 'words' | 'named'> {
  const code = pythonCode(text);
  const words: string[] = [];
  const named: Record<string, string> = {};
  let depth = 0;
  let from = 0;
  const take = (to: number): void => {
    const part = text.slice(from, to).trim();
    from = to + 1;
    if (part === '') return;
    const key = /^([A-Za-z_]\w*)\s*=(?!=)/.exec(part);
    if (key) named[key[1] ?? ''] = part.slice(key[0].length).trim();
    else words.push(part);
  };
  for (let at = 0; at < code.length; at += 1) {
    if ('([{'.includes(code[at] ?? '')) depth += 1;
    if (')]}'.includes(code[at] ?? '')) depth -= 1;
    if (depth === 0 && code[at] === ',') take(at);
  }
  take(code.length);
  return { words, named };
}

/** The value of one literal, or of literals that stand side by side; null: it is computed. */
export function pythonString(source: string): string | null {
  const bare = source
    .trim()
    .replace(/^(?:sa\.)?text\(([\s\S]*)\)$/, '$1')
    .trim()
    .replace(/^op\.f\(([\s\S]*)\)$/, '$1')
    .trim();
  let value = '';
  let at = 0;
  let any = false;
  while (at < bare.length) {
    if (/\s/.test(bare[at] ?? '')) {
      at += 1;
      continue;
    }
    const prefix = /^[rbu]{0,2}(?=["'])/i.exec(bare.slice(at))?.[0] ?? null;
    const end = prefix === null ? at : stringEnd(bare, at + prefix.length);
    if (prefix === null || end <= at + prefix.length) return null;
    const body = bare.slice(at + prefix.length, end);
    const width = /^("""|''')/.test(body) ? 3 : 1;
    if (body.length < 2 * width || !body.endsWith(body.slice(0, width))) return null;
    const inside = body.slice(width, -width);
    value += /r/i.test(prefix)
      ? inside
      : inside
          .replace(/\\\n/g, '')
          .replace(/\\(["'\\])/g, '$1')
          .replace(/\\n/g, '\n')
          .replace(/\\t/g, '\t');
    at = end;
    any = true;
  }
  return any ? value : null;
}
