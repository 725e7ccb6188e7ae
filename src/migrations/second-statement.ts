import { isRoutine } from './statements.ts';
import type { Token } from './tokens.ts';

/**
 * A statement that begins inside another: SQL Server needs no semicolon between them, and a separator of some client may not be known
 * here. Null: there is none. Its first words, where there is one, so that nobody takes it for a part of the first.
 */
export function secondStatement(tokens: readonly Token[]): string | null {
  const head = tokens[0]?.value ?? '';
  if (head === 'explain' || isRoutine(tokens)) return null;
  let depth = 0;
  for (const [i, token] of tokens.entries()) {
    if (token.text === '(') depth += 1;
    if (token.text === ')') depth -= 1;
    if (i > grantee(head, tokens) && depth === 0 && begins(head, tokens, i))
      return tokens
        .slice(i, i + 3)
        .map(({ text }) => text)
        .join(' ');
  }
  return null;
}

/** GRANT and REVOKE name statements as rights, up to the one who gets or loses them. */
function grantee(head: string, tokens: readonly Token[]): number {
  if (head !== 'grant' && head !== 'revoke') return 0;
  return tokens.findIndex(({ kind, value }) => kind === 'word' && value === (head === 'grant' ? 'to' : 'from'));
}

const STARTS = new Set('drop truncate delete update insert merge alter create exec execute call'.split(' '));

/** Behind these the word is a part of a clause or a name: `FOR UPDATE`, `DO UPDATE`, `RENAME TO delete`. */
const INSIDE = new Set('for do then or before after of instead show add column rename to set , .'.split(' '));

/** What may follow ON DELETE and ON UPDATE in a declaration. */
const DECLARED = new Set('cascade set no restrict now current_timestamp localtime localtimestamp'.split(' '));

const OBJECTS = new Set(
  'table view schema database sequence function procedure trigger type user role index extension'.split(' '),
);

function begins(head: string, tokens: readonly Token[], i: number): boolean {
  const [before, token, next, third] = [tokens[i - 1], tokens[i], tokens[i + 1], tokens[i + 2]];
  if (token?.kind !== 'word' || !STARTS.has(token.value) || next?.text === '(') return false;
  if (before && before.kind !== 'name' && before.kind !== 'string' && INSIDE.has(before.value)) return false;
  // ON DUPLICATE KEY UPDATE, FOR NO KEY UPDATE; ON DELETE CASCADE, ON COMMIT DROP. SET NOCOUNT ON is none of them.
  if (token.value === 'update' && before?.value === 'key') return false;
  if (before?.value === 'on' && DECLARED.has(next?.value ?? '')) return false;
  if (head === 'create' && before?.value === 'commit' && tokens[i - 2]?.value === 'on') return false;
  if (head !== 'alter' || (token.value !== 'drop' && token.value !== 'alter')) return true;
  // The actions of ALTER TABLE drop and alter too: a column, or something that is called `role`.
  const ends = third === undefined || [',', 'cascade', 'restrict', 'set', 'drop', 'type'].includes(third.value);
  const index = next?.value === 'index';
  return next?.kind === 'word' && OBJECTS.has(next.value) && !ends && !index;
}
