/**
 * Alembic: a Python file with `revision`, `down_revision`, `upgrade()` and `downgrade()`. Python is not run: its calls of `op.` are put
 * into SQL for the rules to read, and any other call of a function is named as unread.
 */
import {
  changeOf,
  plainText,
  type ChangedFile,
  type Down,
  type Found,
  type Migration,
  type Misplaced,
  type Sql,
} from '../migration.ts';
import { callsIn, pythonCode } from './python-calls.ts';
import { sqlOfCall } from './alembic-calls.ts';

/** What is assigned to a name at the top level: the source text of the line behind `=`. Docstrings and comments do not count. */
function assigned(text: string, name: string): string | null {
  const found = new RegExp(`^${name}(?:\\s*:\\s*[^=\\n]+)?\\s*=`, 'm').exec(pythonCode(text));
  if (!found) return null;
  return text.slice(found.index + found[0].length).split('\n')[0] ?? '';
}

function quoted(source: string | null): readonly string[] {
  return [...(source ?? '').matchAll(/["']([^"']+)["']/g)].map((found) => found[1] ?? '');
}

export function isAlembic({ path, before, after }: ChangedFile): boolean {
  const text = plainText(after ?? before ?? '');
  return path.endsWith('.py') && /^def upgrade\b/m.test(text) && quoted(assigned(text, 'revision')).length > 0;
}

export function readAlembic(files: readonly ChangedFile[]): Found {
  const faults: Misplaced[] = [];
  const parents = new Map<string, string>();
  const migrations = files.flatMap((file): Migration[] => {
    const text = plainText(file.after ?? file.before ?? '');
    const [id] = quoted(assigned(text, 'revision'));
    if (id === undefined) return [];
    const follows = quoted(assigned(text, 'down_revision'));
    if (file.after !== null && follows.length === 1) {
      const [parent = ''] = follows;
      const twin = parents.get(parent);
      if (twin !== undefined)
        faults.push({
          path: file.path,
          line: 1,
          says: `it follows ${parent}, and so does ${twin}: two heads, and alembic upgrade head stops`,
          cure: 'Let one follow the other, or run alembic merge.',
        });
      parents.set(parent, file.path);
    }
    const change = changeOf(file);
    if (change === null) return [];
    const up = bodyOf(file.path, text, 'upgrade');
    return [
      {
        tool: 'alembic',
        id,
        path: file.path,
        line: up?.line ?? 1,
        change,
        up: up ?? { path: file.path, line: 1, text: '', runnable: false },
        down: downOf(file.path, text),
        repeatable: false,
        transaction: /autocommit_block/.test(text) ? 'none' : 'wrapped',
        checksum: null,
        follows: follows[0] ?? null,
      },
    ];
  });
  return { migrations, faults };
}

function downOf(path: string, text: string): Down {
  const cure = 'Write the inverse of upgrade() in downgrade().';
  const body = functionText(text, 'downgrade');
  if (body === null) return { kind: 'none', says: 'there is no downgrade()', cure };
  if (/^\s*raise\b/m.test(pythonCode(body.text))) {
    const why = /raise\s+\w+\(\s*["']([^"'\n]*)/.exec(body.text)?.[1];
    return { kind: 'refuses', says: `downgrade() raises${why === undefined || why === '' ? '' : `: ${why}`}` };
  }
  const sql = bodyOf(path, text, 'downgrade');
  if (sql === null) return { kind: 'none', says: 'there is no downgrade()', cure };
  if (sql.text.trim() === '') return { kind: 'none', says: 'downgrade() is empty', cure, empty: sql };
  return { kind: 'script', sql };
}

interface Body {
  readonly text: string;
  /** Line of its first line, from 1. */
  readonly line: number;
}

/** What stands behind the colon of a function, up to the next line of code that is not indented. */
function functionText(text: string, name: string): Body | null {
  const code = pythonCode(text);
  const start = new RegExp(`^def ${name}\\s*\\([^)]*\\)[^:\\n]*:`, 'm').exec(code);
  if (!start) return null;
  const from = start.index + start[0].length;
  const end = code.slice(from).search(/(?<=\n)[^\s#)]/);
  const to = end === -1 ? text.length : from + end;
  return { text: text.slice(from, to), line: text.slice(0, from).split('\n').length };
}

/** The SQL of each call, from the line of the call on. Its own line ends stay, because they end its comments. */
function bodyOf(path: string, text: string, name: string): Sql | null {
  const body = functionText(text, name);
  if (body === null) return null;
  const lines: string[] = [];
  for (const call of callsIn(body.text)) {
    while (lines.length < call.line - 1) lines.push('');
    const sql = sqlOfCall(call);
    if (sql !== '') lines.push(...sql.split('\n'));
  }
  return { path, line: body.line, text: lines.join('\n'), runnable: false };
}
