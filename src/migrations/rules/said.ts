import type { Database } from '../database.ts';
import type { Effect } from '../effects.ts';
import type { FindingKind } from '../finding.ts';
import type { Made } from '../made.ts';

/** What one effect means for whoever takes the release back. */
export interface Said {
  readonly kind: FindingKind;
  readonly says: string;
  readonly cure: string;
  readonly hidesRows?: boolean;
}

export interface Around {
  readonly database: Database;
  readonly made: Made;
  /** Type of `table.column` before the statement, where another part of the release says it. */
  readonly typeBefore: (column: string) => string | null;
}

export const EXPAND =
  'Expand first, contract later: leave it in this release and remove it in one that no rollback can reach.';

/** It happens to a table out of these. */
export function isOf(effect: Effect, tables: ReadonlySet<string>): boolean {
  const table = 'table' in effect ? effect.table : null;
  return table !== null && tables.has(table);
}
