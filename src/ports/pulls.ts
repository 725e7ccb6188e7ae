/** Pull requests, and what stands between them and their merge. */

/** The pull request of one rollback, as GitHub shows it now. */
export interface Pull {
  readonly id: string;
  readonly number: number;
  readonly url: string;
  readonly branch: string;
  readonly state: 'open' | 'merged' | 'closed';
  /** Head sha; a merge is pinned to it. */
  readonly head: string;
  readonly base: string;
  /** True when every commit on it is ours, and so is the last edit of its text. */
  readonly ours: boolean;
  readonly body: string;
  readonly labels: readonly string[];
  readonly mergeState: 'clean' | 'blocked' | 'behind' | 'dirty' | 'unknown';
  /** Who has told GitHub to merge it by itself once the rules are satisfied. */
  readonly autoMerge: 'off' | 'ours' | 'theirs';
  /** It stands in the merge queue. */
  readonly queued?: boolean;
  /** Merged now, it would change nothing. */
  readonly empty?: boolean;
  /** A person opened it; lastgood only watches it, and remembers it in a comment of its own. */
  readonly adopted?: boolean;
  readonly createdAt: string;
  readonly mergedAt: string | null;
  readonly mergedBy: string | null;
  readonly mergeCommit: string | null;
}

export type MergeOutcome =
  | { readonly kind: 'merged'; readonly sha: string }
  | { readonly kind: 'armed' }
  | { readonly kind: 'queued' }
  /** GitHub refused, in its own words; `clean` when auto-merge was refused because nothing is left to wait for. */
  | {
      readonly kind: 'refused';
      readonly reason: 'clean' | 'not-allowed' | 'blocked' | 'moved' | 'other';
      readonly message: string;
    };

/** A person's review of a pull request. */
export interface Review {
  readonly by: string;
  readonly isBot: boolean;
  readonly state: 'approved' | 'changes-requested' | 'other';
  /** The head sha that was read. */
  readonly head: string;
}

/** One thing that holds a merge: which rule, what it still wants, and who can give it. */
export interface Blocker {
  readonly rule: string;
  readonly says: string;
  readonly lift: string;
}

export interface Obstacles {
  readonly blockers: readonly Blocker[];
  /** The rulesets that our App may step over, when nothing else holds the merge; null: it may not. */
  readonly bypass: readonly string[] | null;
}

/** A pull request of a person that says it reverts something. */
export interface HumanRevert {
  readonly number: number;
  readonly author: string;
  readonly head: string;
  readonly text: string;
}

/** Somebody's pull request, as far as a check of ours must know it. */
export interface OpenPull {
  readonly number: number;
  /** Head sha: where the check stands. */
  readonly head: string;
  readonly branch: string;
  readonly author: string;
  readonly fork: boolean;
  /** GitHub's trial merge with the default branch; null while it is not known, or cannot be made. */
  readonly merged: string | null;
  /** There is none because the two cannot be merged, and waiting does not help. */
  readonly conflicting?: boolean;
  readonly paths: readonly string[];
  /** False: it changes more files than were listed. */
  readonly allPaths: boolean;
}
