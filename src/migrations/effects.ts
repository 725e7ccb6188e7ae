/** What a statement does to a schema, as far as its words say it. */
export type ObjectKind =
  | 'table'
  | 'column'
  | 'index'
  | 'constraint'
  | 'sequence'
  | 'view'
  | 'materialized view'
  | 'function'
  | 'procedure'
  | 'trigger'
  | 'type'
  | 'domain'
  | 'schema'
  | 'extension'
  | 'policy'
  | 'role'
  | 'database'
  | 'value'
  | 'other';

export interface ColumnRules {
  /** As written, such as `varchar(20)`. */
  readonly type: string;
  readonly notNull: boolean;
  /** Source text of the default; null: none. */
  readonly default: string | null;
  /** Filled by the database: serial, identity, or computed and stored. */
  readonly generated: 'serial' | 'identity' | 'stored' | null;
  /** It brings an index or a check of its own. */
  readonly constrained: 'unique' | 'references' | 'check' | null;
}

export type Effect =
  | {
      readonly kind: 'create';
      readonly object: ObjectKind;
      /** Lower case unless quoted; `table.column` for what belongs to a table. */
      readonly name: string;
      readonly table: string | null;
      readonly column?: ColumnRules;
      /** IF NOT EXISTS: it may have been there before. */
      readonly perhaps?: boolean;
      /** OR REPLACE: what stood there before is gone. */
      readonly replaces?: boolean;
      /** CONCURRENTLY, NOT VALID or USING INDEX: built without holding the writers up. */
      readonly gentle?: boolean;
      readonly unique?: boolean;
      /** For a constraint. */
      readonly check?: 'unique' | 'references' | 'check' | 'exclude';
    }
  | {
      readonly kind: 'drop';
      readonly object: ObjectKind;
      readonly name: string;
      readonly table: string | null;
      readonly cascade: boolean;
      readonly gentle?: boolean;
    }
  | {
      readonly kind: 'rename';
      readonly object: ObjectKind;
      readonly name: string;
      readonly to: string;
      readonly table: string | null;
    }
  | {
      readonly kind: 'type';
      readonly table: string;
      readonly column: string;
      readonly to: string;
      /** `cast`: USING only casts the column to this type; `computed`: it writes other values. Null: no USING. */
      readonly using: 'cast' | 'computed' | null;
    }
  | { readonly kind: 'not-null'; readonly table: string; readonly column: string; readonly set: boolean }
  | { readonly kind: 'default'; readonly table: string; readonly column: string; readonly set: boolean }
  | {
      readonly kind: 'data';
      /** `expire`: the database removes rows by itself from now on. */
      readonly verb: 'insert' | 'update' | 'delete' | 'truncate' | 'merge' | 'expire';
      readonly table: string;
      readonly where: boolean;
      /** Of an UPDATE: what it writes into; left out where that is not plain. */
      readonly columns?: readonly string[];
    }
  /** Writes every row again for a reason of storage: VACUUM FULL, CLUSTER, SET LOGGED, SET TABLESPACE. */
  | { readonly kind: 'rewrite'; readonly table: string; readonly says: string }
  | { readonly kind: 'setting'; readonly name: string; readonly value: string }
  | { readonly kind: 'grant'; readonly verb: 'grant' | 'revoke'; readonly words: string }
  | { readonly kind: 'transaction'; readonly verb: 'begin' | 'commit' | 'rollback' }
  /** Changes that can neither break old code nor lose data: comments, statistics, validation. */
  | { readonly kind: 'harmless'; readonly says: string }
  /** What it does cannot be read from its text. `rows`: it may remove or overwrite some. */
  | { readonly kind: 'opaque'; readonly says: string; readonly rows: boolean };

/** `table customers`, `column customers.email`. */
export function objectWords(object: ObjectKind, name: string): string {
  return object === 'other' ? name : `${object} ${name}`;
}
