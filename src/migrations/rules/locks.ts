/** What waits, and what cannot run inside a transaction. */
import type { Database } from '../database.ts';
import type { Effect } from '../effects.ts';
import type { Made } from '../made.ts';
import type { Statement } from '../statements.ts';
import { isOf } from './said.ts';

/** Why a statement cannot run inside a transaction; null: it can. PostgreSQL, "PreventInTransactionBlock" of each command. */
export function refusesTransaction(statement: Statement, { name, version }: Database): string | null {
  if (name !== 'postgresql') return null;
  const words = statement.tokens.filter(({ kind }) => kind === 'word').map(({ value }) => value);
  const [first, second] = words;
  const has = (word: string): boolean => words.includes(word);
  if (has('concurrently') && (has('index') || first === 'reindex' || has('detach')))
    return words.slice(0, 3).join(' ').toUpperCase();
  if (first === 'vacuum') return 'VACUUM';
  if ((first === 'create' || first === 'drop') && (second === 'database' || second === 'tablespace'))
    return `${first} ${second}`.toUpperCase();
  if (first === 'alter' && second === 'system') return 'ALTER SYSTEM';
  if (first === 'reindex' && (second === 'database' || second === 'system')) return `REINDEX ${second.toUpperCase()}`;
  if (first === 'alter' && second === 'type' && has('add') && has('value') && version < 12)
    return 'ALTER TYPE ... ADD VALUE';
  return null;
}

/** Takes a lock on something that others use, and so may wait for them: true for every DDL on an existing object. */
export function waitsForLock(effect: Effect, made: Made): boolean {
  if (isOf(effect, made.tables) || isOf(effect, made.perhaps)) return false;
  switch (effect.kind) {
    case 'drop':
    case 'rename':
    case 'type':
    case 'not-null':
    case 'default':
    case 'rewrite':
      return true;
    case 'create':
      return effect.table !== null && effect.gentle !== true;
    case 'data':
      return effect.verb === 'truncate';
    case 'grant':
    case 'setting':
    case 'transaction':
    case 'harmless':
    case 'opaque':
      return false;
  }
}
