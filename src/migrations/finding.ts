/** One thing that whoever takes a release back must know about a migration. */
export type FindingKind =
  /** Rows or values are gone: no down brings them back. */
  | 'loses-data'
  /** The older version does not run on the new schema. */
  | 'breaks-old'
  /** Every row is written again. */
  | 'rewrite'
  /** Readers or writers wait meanwhile. */
  | 'locks'
  /** It fails as it stands. */
  | 'fails'
  /** Its text does not say what it does. */
  | 'unread'
  /** There is no way down. */
  | 'no-down'
  /** The way down leaves something behind, or takes more than the way up brought. */
  | 'down-differs'
  /** An applied migration was edited or removed. */
  | 'edited'
  /** The older version's own migration tool stops at a version it does not know. */
  | 'old-runner'
  /** A failure half-way leaves half a change. */
  | 'half-state'
  /** It may wait for a lock without end. */
  | 'no-timeout'
  /** Stays behind; it harms nobody. */
  | 'note';

export interface Finding {
  readonly kind: FindingKind;
  /** Which way of the migration it speaks of. */
  readonly way: 'up' | 'down';
  readonly path: string;
  readonly line: number;
  /** What happens, with the names. */
  readonly says: string;
  readonly cure: string;
  /** What is not read may remove or overwrite rows, which no run on empty tables shows. */
  readonly hidesRows?: boolean;
}
