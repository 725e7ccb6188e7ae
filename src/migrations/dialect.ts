/** How the databases write SQL down: what quotes, what comments, what ends a statement. */
import type { DatabaseName } from './database.ts';

export interface Lexis {
  /** `/* ... *\/` may stand inside another. */
  readonly nested: boolean;
  /** `$tag$ ... $tag$`. */
  readonly dollars: boolean;
  /** A backslash hides the next character in every string, not only in E''. */
  readonly backslashes: boolean;
  /** What double quotes are. */
  readonly doubled: 'name' | 'string';
  readonly backticks: boolean;
  /** `[a name]`. */
  readonly brackets: boolean;
  /** What begins a comment up to the end of the line, beside `--`. */
  readonly lineComment: '#' | '//' | null;
  /** `--` is a comment only before white space. */
  readonly looseDashes: boolean;
  /** What stands in `/*! ... *\/` is run. */
  readonly runs: boolean;
  /** `q'[it's]'`. */
  readonly alternate: boolean;
  /** A line of its own that ends a statement without a semicolon. */
  readonly separator: RegExp | null;
}

const STANDARD: Lexis = {
  nested: true,
  dollars: true,
  backslashes: false,
  doubled: 'name',
  backticks: false,
  brackets: false,
  lineComment: null,
  looseDashes: false,
  runs: false,
  alternate: false,
  separator: null,
};

export const LEXES = {
  postgresql: STANDARD,
  mysql: {
    ...STANDARD,
    nested: false,
    dollars: false,
    backslashes: true,
    doubled: 'string',
    backticks: true,
    lineComment: '#',
    looseDashes: true,
    runs: true,
  },
  sqlite: { ...STANDARD, nested: false, dollars: false, backticks: true, brackets: true },
  sqlserver: { ...STANDARD, dollars: false, brackets: true, separator: /^\s*go(\s+\d+)?\s*$/i },
  oracle: { ...STANDARD, nested: false, dollars: false, alternate: true, separator: /^\s*\/\s*$/ },
  snowflake: { ...STANDARD, nested: false, backslashes: true, lineComment: '//' },
} as const satisfies Readonly<Record<string, Lexis>>;

export type Dialect = keyof typeof LEXES;

/** Whose rules are not known here is read by PostgreSQL's. Spanner quotes as MySQL does. */
export function dialectOf({ name }: { readonly name: DatabaseName }): Dialect {
  switch (name) {
    case 'mysql':
    case 'mariadb':
    case 'spanner':
      return 'mysql';
    case 'sqlite':
    case 'sqlserver':
    case 'oracle':
    case 'snowflake':
      return name;
    case 'postgresql':
    case 'redshift':
    case 'cockroachdb':
    case 'db2':
    case 'derby':
    case 'informix':
    case 'h2':
    case 'hsqldb':
      return 'postgresql';
  }
}
