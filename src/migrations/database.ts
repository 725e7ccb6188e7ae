/** What a database does with DDL. Transactional DDL as Flyway's own flags say for each; the rest from PostgreSQL's release notes. */
export const DATABASES = [
  'postgresql',
  'redshift',
  'sqlserver',
  'db2',
  'derby',
  'informix',
  'sqlite',
  'mysql',
  'mariadb',
  'oracle',
  'cockroachdb',
  'h2',
  'hsqldb',
  'snowflake',
  'spanner',
] as const;

export type DatabaseName = (typeof DATABASES)[number];

export interface Database {
  readonly name: DatabaseName;
  /** Major version; matters for PostgreSQL only. */
  readonly version: number;
}

const ROLLS_DDL_BACK: ReadonlySet<DatabaseName> = new Set([
  'postgresql',
  'redshift',
  'sqlserver',
  'db2',
  'derby',
  'informix',
  'sqlite',
]);

/** A script of DDL that fails half-way leaves nothing behind. */
export function rollsDdlBack({ name }: Database): boolean {
  return ROLLS_DDL_BACK.has(name);
}

/** `postgresql`, `postgresql@15`, `postgres`, `mysql`. Null: not one that is known. */
export function readDatabase(text: string): Database | null {
  const [, word = '', version] = /^([a-z0-9]+)(?:@(\d+)(?:\.\d+)*)?$/.exec(text.trim().toLowerCase()) ?? [];
  const name = word === 'postgres' || word === 'pg' ? 'postgresql' : word;
  const known = DATABASES.find((one) => one === name);
  return known === undefined ? null : { name: known, version: version === undefined ? OLDEST_KEPT : Number(version) };
}

/** Where nobody names a version, the oldest that its makers still keep. */
const OLDEST_KEPT = 14;

export const POSTGRESQL: Database = { name: 'postgresql', version: OLDEST_KEPT };
