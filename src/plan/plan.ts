import type { Incident } from './incident.ts';

/** Why this revision counts as good, strongest first. */
export type GoodReason =
  | { readonly kind: 'named'; readonly by: string }
  | { readonly kind: 'verified'; readonly at: string }
  | { readonly kind: 'gate-passed'; readonly at: string }
  | { readonly kind: 'parent' };

export interface LastGood {
  /** Full sha of a commit on the default branch. */
  readonly sha: string;
  readonly reason: GoodReason;
  /** One sentence for people. */
  readonly because: string;
}

/** Git file modes we may meet. */
export type FileMode = '100644' | '100755' | '120000' | '160000';

/** One file of the revert: the new content, or its removal. */
export type FileEdit =
  | {
      readonly kind: 'restore';
      readonly path: string;
      /** Git blob of the last good content: nothing is re-printed. */
      readonly blob: string;
      readonly mode: FileMode;
      /** The rung of the ladder that produced it. */
      readonly rung: 'blob';
    }
  | {
      readonly kind: 'write';
      readonly path: string;
      readonly text: string;
      readonly mode: FileMode;
      readonly rung: 'keys';
    }
  | { readonly kind: 'delete'; readonly path: string; readonly rung: 'blob' };

/** A place that a person must settle. */
export interface Conflict {
  readonly path: string;
  /** The key inside the file, as `spec.template.image`; null: the whole file. */
  readonly key: string | null;
  /** The three values as source text, null where absent. */
  readonly bad: string | null;
  readonly good: string | null;
  readonly now: string | null;
}

/** What the plan moves, for people: image 1.4.2 -> 1.4.1. */
export interface VersionChange {
  readonly path: string;
  readonly key: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly moves: 'version' | 'traffic';
}

export interface RollbackPlan {
  readonly incident: Incident;
  /** Head of the default branch on which the plan was made; the commit's parent. */
  readonly base: string;
  readonly baseBranch: string;
  readonly good: LastGood;
  readonly edits: readonly FileEdit[];
  readonly changes: readonly VersionChange[];
  /** Commits in scope between good and base whose content goes away, newest first. */
  readonly undoes: readonly { readonly sha: string; readonly title: string; readonly author: string }[];
  /** First 12 hex digits of SHA-256 over incident id, base, good and edits; what `/rollback confirm` names. */
  readonly hash: string;
}

/** A plan, or exactly what stands in its way. */
export type Planned =
  | { readonly kind: 'planned'; readonly plan: RollbackPlan }
  | {
      readonly kind: 'conflict';
      readonly good: LastGood;
      readonly conflicts: readonly Conflict[];
      readonly because: string;
    }
  /** The files already are as at the target: the cluster may still have to follow. */
  | { readonly kind: 'nothing-to-do'; readonly good: LastGood; readonly because: string }
  | { readonly kind: 'no-last-good'; readonly because: string };
