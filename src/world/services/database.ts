import type { Files } from './documents.ts';

/** The database of a service: a real one, in memory, that only ever goes forward. */
export interface Database {
  /** Runs, in order, the migrations `V<n>__what.sql` of the folder that it does not know yet. Throws with the fault of one. */
  migrate(files: Files): void;
  /** The newest migration that ran; 0: none. */
  schema(): number;
  /** Whether this query finds all it names. */
  answers(sql: string): boolean;
  close(): void;
}

const MIGRATION = /(?:^|\/)V(?<version>\d+)__\w+\.sql$/;

export async function startDatabase(): Promise<Database> {
  const { DatabaseSync } = await sqlite();
  const database = new DatabaseSync(':memory:');
  let schema = 0;
  return {
    migrate: (files) => {
      const migrations = [...files]
        .map(([path, sql]) => ({ version: Number(MIGRATION.exec(path)?.groups?.['version'] ?? NaN), sql }))
        .filter(({ version }) => version > schema)
        .toSorted((a, b) => a.version - b.version);
      for (const { version, sql } of migrations) {
        database.exec(sql);
        schema = version;
      }
    },
    schema: () => schema,
    answers: (sql) => {
      try {
        database.prepare(sql).get();
        return true;
      } catch {
        return false;
      }
    },
    close: () => database.close(),
  };
}

async function sqlite() {
  try {
    return await import('node:sqlite');
  } catch (cause) {
    throw new Error(`the database of this world needs the SQLite of Node 22.13 or newer, not Node ${process.version}`, {
      cause,
    });
  }
}
