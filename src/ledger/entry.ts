/** What a ledger line records. `details` never holds a secret and is small. */
export type EntryKind =
  | 'gate-passed'
  | 'gate-failed'
  | 'gate-undecided'
  /** A release that met its `verify` criteria without any rollback. */
  | 'verified'
  | 'requested'
  | 'planned'
  | 'opened'
  | 'merged'
  | 'applied'
  /** The traffic is away from the bad release, and users are proven to be well; its version has yet to follow. */
  | 'relieved'
  | 'recovered'
  | 'escalated'
  /** Closed without a merge. */
  | 'cancelled'
  | 'refused'
  /** Automatic rollbacks stopped by a person, and allowed again. */
  | 'held'
  | 'resumed'
  /** Forward changes stopped by a person, and allowed again. A rollback passes. */
  | 'frozen'
  | 'unfrozen'
  /** A quarantined version allowed again by a person. */
  | 'released'
  /** A person says that a rollback hit an innocent release. */
  | 'false-alarm'
  /** A pointer in a registry leads elsewhere; a person, or whoever the registry names, did that. */
  | 'pointer-moved'
  /** We are about to move one, have moved it, or could not; or it is moved back. */
  | 'repointing'
  | 'repointed'
  | 'repoint-failed'
  /** The destinations of the playbook were told of one fact; or one of them could not be. */
  | 'notified'
  | 'notify-failed';

/** In `service` or `environment` of an order: all of them. No name of a playbook can be this. */
export const ALL = '*';

/** One line of the ledger: who, what, why, evidence - and the hash of the line before. */
export interface Entry {
  /** ISO 8601, UTC, of what happened. */
  readonly at: string;
  readonly kind: EntryKind;
  /** Deterministic: writing the same fact twice is recognised and skipped. `<incident or release>/<kind>`. */
  readonly id: string;
  readonly service: string;
  readonly environment: string;
  /**
   * The revision the line speaks of (full sha): the released one for gate-passed, gate-failed, verified and escalated;
   * the bad one for requested; the target for opened; the commit on the default branch for merged, applied and recovered.
   */
  readonly revision: string | null;
  readonly incident: string | null;
  /** GitHub login, or `lastgood`. */
  readonly actor: string;
  readonly because: string;
  readonly details: Readonly<Record<string, string | number | boolean | null>>;
}

/** An entry as it stands in the file. */
export interface Line extends Entry {
  /** Position in the ledger, from 1. */
  readonly seq: number;
  /** SHA-256 (hex) of the line before; 64 zeros in the first line. */
  readonly prev: string;
  /** SHA-256 (hex) of this line without `hash`, as canonical JSON (keys sorted, no white space). */
  readonly hash: string;
}
