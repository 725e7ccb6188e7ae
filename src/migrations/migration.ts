/** A migration as its tool sees it. */
export type Tool = 'flyway' | 'liquibase' | 'golang-migrate' | 'alembic' | 'prisma' | 'dbmate' | 'atlas';

/** One file of a release: its text before and after, null where it is absent. */
export interface ChangedFile {
  readonly path: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** SQL with its place. */
export interface Sql {
  readonly path: string;
  /** Line of the file on which the text begins, from 1. */
  readonly line: number;
  readonly text: string;
  /** False: translated for reading only; the tool itself would send something else. */
  readonly runnable: boolean;
}

export type Down =
  | { readonly kind: 'script'; readonly sql: Sql }
  /** There is none, or it does nothing: where one would stand, and why it does not count. */
  | {
      readonly kind: 'none';
      readonly says: string;
      readonly cure: string;
      /** The one that is there, and does nothing. */
      readonly empty?: Sql;
    }
  /** It says itself that it cannot be undone. */
  | { readonly kind: 'refuses'; readonly says: string };

export interface Migration {
  readonly tool: Tool;
  /** As the tool's own history table names it: a version, a revision, `author:id`. */
  readonly id: string;
  readonly path: string;
  readonly line: number;
  /** `changed`: its text was different before the release, in a file that tools take for applied. */
  readonly change: 'added' | 'changed' | 'removed';
  readonly up: Sql;
  readonly down: Down;
  /** Runs again whenever its text changes: its own inverse is its older text. */
  readonly repeatable: boolean;
  /**
   * `wrapped`: the tool opens a transaction; `implicit`: the whole script is sent at once, which PostgreSQL takes for one;
   * `none`: statement by statement.
   */
  readonly transaction: 'wrapped' | 'implicit' | 'none';
  /** What the tool writes into its history table; null: it keeps none, or not one that is computed here. */
  readonly checksum: number | null;
  /** The migration this one follows, where the tool has a chain. */
  readonly follows: string | null;
}

/** What one tool found in a release. */
export interface Found {
  readonly migrations: readonly Migration[];
  /** What is wrong before any SQL is read: two of one version, a file that no tool would run. */
  readonly faults: readonly Misplaced[];
}

export interface Misplaced {
  readonly path: string;
  readonly line: number;
  readonly says: string;
  readonly cure: string;
}

/** `added`, `changed`, `removed`; null: the texts are the same. */
export function changeOf({ before, after }: ChangedFile): Migration['change'] | null {
  if (before === after) return null;
  if (before === null) return 'added';
  return after === null ? 'removed' : 'changed';
}

export function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

export function folderOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.lastIndexOf('/') + 1) : '';
}

/** Line endings as `\n`, without a byte order mark: line numbers stay. */
export function plainText(text: string): string {
  return text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
}
