import type { Incident } from './incident.ts';
import type { Quarantined } from './quarantine.ts';

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

/** The file that says which versions may not come again, written by the commit of the revert. No part of the hash: it names times. */
export interface QuarantineEdit {
  readonly path: string;
  readonly text: string;
  readonly added: readonly Quarantined[];
}

/** How the way back is taken. Each is a row of the table in `strategies.ts`. */
export type StrategyName = 'restore' | 'pin' | 'canary' | 'blue-green' | 'flag' | 'fallback';

/** Which half of a way back in two pull requests. */
export type Phase =
  /**
   * Only moves the traffic; `then` is what follows, as it is foreseen; null: the route goes back once the other one serves well, or the
   * version is `stuck` and a person is called for it.
   */
  | { readonly kind: 'traffic'; readonly then: RollbackPlan | null; readonly stuck?: Stuck }
  | { readonly kind: 'version'; readonly first: FirstHalf };

/** A version that cannot go back by itself. */
export interface Stuck {
  readonly because: string;
  /** Who made the bad change; null: not known. */
  readonly author: string | null;
}

/** What the second pull request remembers of the first. */
export interface FirstHalf {
  readonly number: number;
  /** ISO 8601: when users were proven to be well again; null: moving the traffic alone did not prove it. */
  readonly relievedAt: string | null;
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
  /** First 12 hex digits of SHA-256 over incident id, good and edits; what `/rollback confirm` names. */
  readonly hash: string;
  /** Absent: restore. */
  readonly strategy?: StrategyName;
  /** Absent: the whole way back is one pull request. */
  readonly phase?: Phase;
  /** What whoever merges it should know: one sentence each. */
  readonly notes?: readonly string[];
  /** What the registries say is there, a line each: the artefacts that the target needs. */
  readonly verified?: readonly string[];
  /** Files of the release that change a database or run before it; taking them back does not take the change back. */
  readonly migrations?: readonly string[];
  /** What undoing them needs, as far as their text says; absent: nobody judged it. */
  readonly database?: { readonly undo: 'nothing' | 'down' | 'unproven' | 'impossible'; readonly because: string };
}

/** A plan, or exactly what stands in its way. */
export type Planned =
  | { readonly kind: 'planned'; readonly plan: RollbackPlan }
  | {
      readonly kind: 'conflict';
      readonly good: LastGood;
      readonly conflicts: readonly Conflict[];
      readonly because: string;
      /** Changes after the bad one that touched the service, newest first. */
      readonly later?: RollbackPlan['undoes'];
      /** Only the conflicting keys set to their last good value, everything later kept; null where that cannot be written. */
      readonly instead?: RollbackPlan | null;
    }
  /** The target cannot be gone back to: what it names can change under us, or is gone. */
  | { readonly kind: 'unfit'; readonly good: LastGood; readonly because: string; readonly cure: string }
  /** The files already are as at the target: the cluster may still have to follow. */
  | { readonly kind: 'nothing-to-do'; readonly good: LastGood; readonly because: string }
  | { readonly kind: 'no-last-good'; readonly because: string };

/** The way back as a whole, where the plan is only its first half. */
export function wholeOf(plan: RollbackPlan): RollbackPlan {
  return plan.phase?.kind === 'traffic' ? (plan.phase.then ?? plan) : plan;
}
