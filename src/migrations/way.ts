/** One way of a migration, up or down, read statement by statement. */
import { rollsDdlBack, type Database } from './database.ts';
import { dialectOf } from './dialect.ts';
import type { Effect } from './effects.ts';
import type { Finding } from './finding.ts';
import { noteMade, nothingMade } from './made.ts';
import type { Migration, Sql } from './migration.ts';
import { effectsOf } from './read-statement.ts';
import { saidOf } from './rules.ts';
import { refusesTransaction, waitsForLock } from './rules/locks.ts';
import type { Said } from './rules/said.ts';
import { statementsOf, type Statement } from './statements.ts';

export interface Way {
  readonly effects: readonly (Effect & { readonly line: number })[];
  readonly findings: readonly Finding[];
}

const LOCK_TIMEOUT = new Set(['lock_timeout', 'innodb_lock_wait_timeout', 'lock_wait_timeout']);

export function readWay(
  migration: Migration,
  way: 'up' | 'down',
  sql: Sql,
  database: Database,
  typeBefore: (column: string) => string | null,
): Way {
  const { statements, unread } = statementsOf(sql.text, dialectOf(database));
  const effects: (Effect & { readonly line: number })[] = [];
  const findings: Finding[] = [];
  const made = nothingMade();
  let waited = false;
  let limited = false;
  const add = (line: number, said: Said): void => {
    findings.push({ ...said, way, path: sql.path, line: sql.line + line - 1 });
  };
  for (const statement of statements) {
    const refusal = transactionFault(migration, statement, statements.length, database);
    if (refusal !== null) add(statement.line, refusal);
    for (const effect of effectsOf(statement)) {
      effects.push({ ...effect, line: sql.line + statement.line - 1 });
      for (const said of saidOf(effect, { database, made, typeBefore })) add(statement.line, said);
      if (effect.kind === 'setting' && LOCK_TIMEOUT.has(effect.name)) limited = !/^'?0/.test(effect.value);
      if (waitsForLock(effect, made) && !limited && !waited) {
        waited = true;
        add(statement.line, NO_TIMEOUT);
      }
      noteMade(made, effect);
    }
  }
  if (unread)
    add(unread.line, {
      kind: 'unread',
      says: unread.says,
      cure: 'Correct the text, or prove it: lastgood migrations --prove.',
    });
  const changes = effects.filter(
    ({ kind }) => kind !== 'setting' && kind !== 'transaction' && kind !== 'harmless',
  ).length;
  if (!rollsDdlBack(database) && changes > 1)
    add(statements[0]?.line ?? 1, {
      kind: 'half-state',
      says: `${database.name} keeps each statement at once: a failure in the middle leaves ${changes} changes half done`,
      cure: 'One change in a migration, so that there is no middle.',
    });
  return { effects, findings };
}

const NO_TIMEOUT: Said = {
  kind: 'no-timeout',
  says: 'it waits for its lock without end, and every query that comes after it waits behind it',
  cure: "SET lock_timeout = '1s'; as the first statement (or on the role), and try again when it gives up.",
};

function transactionFault(
  { transaction }: Migration,
  statement: Statement,
  count: number,
  database: Database,
): Said | null {
  const refusal = refusesTransaction(statement, database);
  if (refusal === null || transaction === 'none' || (transaction === 'implicit' && count === 1)) return null;
  return {
    kind: 'fails',
    says: `${refusal} cannot run inside a transaction, and this migration is run in one`,
    cure: 'Put it into a migration of its own, and tell the tool to run it without a transaction.',
  };
}

/** Types of columns before and after the migration, as its two ways say them. */
export function typesOf(
  { up, down }: Migration,
  database: Database,
): ReadonlyMap<string, { readonly before: string | null; readonly after: string | null }> {
  const types = new Map<string, { before: string | null; after: string | null }>();
  const note = (sql: Sql, side: 'before' | 'after'): void => {
    for (const statement of statementsOf(sql.text, dialectOf(database)).statements)
      for (const effect of effectsOf(statement)) {
        if (effect.kind !== 'type') continue;
        const column = `${effect.table}.${effect.column}`;
        types.set(column, { ...(types.get(column) ?? { before: null, after: null }), [side]: effect.to });
      }
  };
  note(up, 'after');
  if (down.kind === 'script') note(down.sql, 'before');
  return types;
}
